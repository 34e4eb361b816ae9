"""Sizes that the acoustic networks, the prosody systems and the upsampler agree on."""

SENTENCE_PROSODY = 64
"""Values of a sentence's prosody embedding."""
WORD_PROSODY = 16
"""Values of a word's prosody embedding, repeated over its tokens."""
KNOTS = 4
"""Points of the pitch contour in each token, at 1/8, 3/8, 5/8 and 7/8 of its length."""

"""Which words of a sentence rise to their end, by rule: what is not the last of its row."""

from __future__ import annotations

from vivavoce.text.utterance import Sentence

RISE_ST = 5.0


def rising_words(sentence: Sentence) -> tuple[int, ...]:
    """The numbers of the words before "or" in a question between alternatives, of those before commas in a list."""
    if sentence.kind == "or":
        return tuple(n - 1 for n, word in enumerate(sentence.words) if n and word.text.lower() == "or")
    if sentence.kind == "list":
        return tuple(n for n, word in enumerate(sentence.words[:-1]) if "," in word.trailing_punctuation)
    return ()

"""What markup asks of a sentence, token by token."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.features import Array
from vivavoce.text.ssml_values import SILENT_DB
from vivavoce.text.utterance import Sentence, Word
from vivavoce.voice.tokens import Ids, Tokens

NEPERS_PER_DB = np.log(10.0) / 20.0
NEPERS_PER_SEMITONE = np.log(2.0) / 12.0
EMPHASIS = {
    "none": (1.0, 0.0, 0.0),
    "reduced": (1.08, -1.0, -2.0),
    "moderate": (0.85, 2.0, 1.5),
    "strong": (0.75, 4.0, 3.0),
}
"""Level: rate factor, semitones, decibels."""


@dataclass(frozen=True, slots=True)
class TokenControls:
    """What markup asks of each token; every array is (tokens,)."""

    rate: Array
    pitch_shift: Array
    """Nepers added to log f0."""
    pitch_range: Array
    """Factor on the distance of log f0 from the speaker's or the sentence's middle."""
    gain: Array
    """Nepers added to the sound."""
    silence_s: Array
    """Seconds that a gap is to last, -1 where the model decides."""

    def tensors(self) -> dict[str, np.ndarray]:
        """The controls as tensors (1, tokens) for the stack. The voice itself inserts the silences."""
        return {
            "rate": self.rate[None], "pitch_shift": self.pitch_shift[None], "pitch_range": self.pitch_range[None],
            "gain": self.gain[None],
        }  # fmt: skip

    def non_default(self) -> dict[str, str]:
        """The tensors that differ from what every voice does unasked, each with words for it."""
        differs = {
            "rate": ("a change of rate", bool((self.rate != 1.0).any())),
            "pitch_shift": ("a change of pitch", bool(self.pitch_shift.any())),
            "pitch_range": ("a change of pitch range", bool((self.pitch_range != 1.0).any())),
            "gain": ("a change of volume", bool(self.gain.any())),
            "silence": ("breaks of a given length", bool((self.silence_s >= 0).any())),
        }
        return {name: words for name, (words, is_asked) in differs.items() if is_asked}


def token_controls(
    sentence: Sentence, tokens: Tokens, rate: float = 1.0, pitch_semitones: float = 0.0
) -> TokenControls:
    """The controls of a sentence's words over their tokens, on top of those of the whole; gaps follow the word before
    them."""
    asked = [(word.control, *EMPHASIS[word.control.emphasis]) for word in sentence.words]
    owner, sounds = tokens.owner, tokens.words

    def spread(places: Ids, values: Iterable[float], neutral: float = 0.0) -> Array:
        """Values of words over tokens (tokens,), `neutral` where there is no word."""
        return np.array([*values, neutral], np.float32)[places]

    slower = spread(sounds, (each[1] for each in asked), 1.0)
    higher = spread(sounds, (each[2] for each in asked)) + spread(owner, (each[0].pitch_semitones for each in asked))
    louder = spread(sounds, (each[3] for each in asked)) + spread(owner, (each[0].volume_db for each in asked))
    silence_s = np.full(len(owner), -1.0, np.float32)
    for number, word in enumerate(sentence.words):
        if word.break_s is not None:
            silence_s[np.flatnonzero(owner == number)[-1]] = word.break_s
    if sentence.lead_s:
        silence_s[0] = sentence.lead_s
    return TokenControls(
        rate=np.float32(rate) * spread(owner, (each[0].rate for each in asked), 1.0) * slower,
        pitch_shift=((pitch_semitones + higher) * NEPERS_PER_SEMITONE).astype(np.float32),
        pitch_range=spread(owner, (each[0].range_factor for each in asked), 1.0),
        gain=(louder * NEPERS_PER_DB).astype(np.float32),
        silence_s=silence_s,
    )


def is_silent(word: Word) -> bool:
    """Whether markup wants to hear nothing of it, which is more than to have it soft."""
    return word.control.volume_db <= SILENT_DB


def silent_tokens(sentence: Sentence, tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Which tokens (tokens,) are of words that markup makes silent, of the gaps after them, or before a first one."""
    silent = np.array([is_silent(word) for word in sentence.words], bool)
    return silent[np.maximum(tokens.owner, 0)]

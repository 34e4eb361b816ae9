"""What the melody of a sentence does at a word: the same measure for recordings and for what is predicted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.features import Array
from vivavoce.text.phonemes import VOWELS
from vivavoce.voice.contour import Frames, pitch_contour, token_of_frame
from vivavoce.voice.tokens import SYMBOLS, Tokens

RISE_SEMITONES = 2.0
_TAIL, _END = 40, 6
"""Frames that a movement is sought in, and frames whose median is its end."""
_SUNG = np.array([symbol in VOWELS | set("mnŋlɹrwj") for symbol in SYMBOLS])
"""Symbols that carry a melody."""


@dataclass(frozen=True, slots=True)
class Melody:
    """Pitch of a sentence where it can be heard."""

    semitones: Array
    """Of the frames of vowels, nasals and liquids, in order, about any reference."""
    words: npt.NDArray[np.int64]
    """The word of each of those frames."""

    @property
    def median(self) -> float:
        return float(np.median(self.semitones))

    def movement(self, word: int | None = None) -> tuple[float, float]:
        """Semitones from the lowest of the tail to the end of a word, the last one by default, and from the sentence's
        median to that end."""
        sung = self.semitones if word is None else self.semitones[self.words <= word]
        if len(sung) < _END:
            return 0.0, 0.0
        end = float(np.median(sung[-_END:]))
        return end - float(np.quantile(sung[-_TAIL:], 0.1)), end - self.median

    def rises(self, word: int | None = None) -> bool:
        """Whether the pitch ends the word two semitones or more above where it came from."""
        return self.movement(word)[0] >= RISE_SEMITONES

    def falls(self, word: int | None = None) -> bool:
        """Whether the pitch ends the word without a rise and below the sentence's median."""
        rise, level = self.movement(word)
        return rise < RISE_SEMITONES and level < 0


def melody(knots: Array, durations: Frames, tokens: Tokens) -> Melody:
    """Of log f0 at the knots of tokens, recorded or predicted."""
    sung = sung_frames(durations, tokens)
    return Melody(semitones_of(knots, durations)[sung], tokens.owner[token_of_frame(durations)][sung])


def sung_frames(durations: Frames, tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Frames of vowels, nasals and liquids, (frames,)."""
    return _SUNG[tokens.symbols[token_of_frame(durations)]]


def semitones_of(knots: Array, durations: Frames) -> Array:
    """Pitch of each frame, (frames,), about any reference."""
    return (pitch_contour(knots, durations) * 12 / np.log(2)).astype(np.float32)

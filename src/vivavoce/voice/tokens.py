"""What the acoustic networks read: one token a sound, one token a gap between words.

A gap token stands before the first word, between words and after the last; it carries the punctuation and holds
whatever silence there is, often none. Stress travels beside the symbol, on the vowel that bears it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from vivavoce.text.phonemes import CONSONANTS, STRESSES, VOWELS
from vivavoce.text.utterance import Sentence

Ids = npt.NDArray[np.int64]

GAPS = ("^", " ", ",", ";", ":", "—", "…", ".", "?", "!", "(", ")")
"""Before the sentence, between words, and each punctuation that is heard, the weightiest last."""
SYMBOLS = (*GAPS, "ː", *sorted(VOWELS | CONSONANTS))
SYMBOL_ID = {symbol: number for number, symbol in enumerate(SYMBOLS)}
_WEIGHTIEST_FIRST = "?!.…;:—,()"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A sentence for the networks; every array is (tokens,)."""

    symbols: Ids
    stress: Ids
    """0 none, 1 primary, 2 secondary."""
    words: Ids
    """The word that a sound belongs to, -1 in gaps."""
    gaps: npt.NDArray[np.bool_]
    """What is no sound: punctuation and spaces."""
    sounds: Ids
    """The token of `tokenise` that each goes with: its own number, where these are not a model's own characters."""

    @classmethod
    def of_symbols(cls, symbols: Ids, stress: Ids, words: Ids) -> Self:
        """Tokens of the alphabet of this module."""
        return cls(symbols, stress, words, symbols < len(GAPS), np.arange(len(symbols)))

    @property
    def owner(self) -> Ids:
        """The word that each token goes with, gaps with the word before them; -1 before the first word."""
        return np.maximum.accumulate(self.words)


def tokenise(sentence: Sentence) -> Tokens:
    """Tokens of a sentence; symbols that are not in the inventory are left out."""
    rows: list[tuple[int, int, int]] = [(SYMBOL_ID["^"], 0, -1)]
    last = len(sentence.words) - 1
    for number, word in enumerate(sentence.words):
        stress = 0
        for symbol in word.phonemes:
            if symbol in STRESSES:
                stress = 1 + STRESSES.index(symbol)
            elif symbol == " ":
                rows.append((SYMBOL_ID[" "], 0, -1))
            elif symbol in SYMBOL_ID:
                rows.append((SYMBOL_ID[symbol], stress, number))
                stress = 0
        following = sentence.words[number + 1].leading_punctuation if number < last else "."
        gap = word.trailing_punctuation + following if number < last else word.trailing_punctuation or "."
        rows.append((SYMBOL_ID[gap_symbol(gap)], 0, -1))
    symbols, stresses, words = np.array(rows, dtype=np.int64).T
    return Tokens.of_symbols(symbols, stresses, words)


def gap_symbol(punctuation: str) -> str:
    """The weightiest mark of what stands between two words."""
    return next((mark for mark in _WEIGHTIEST_FIRST if mark in punctuation), " ")

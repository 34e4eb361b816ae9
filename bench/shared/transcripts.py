"""Word error rate of transcripts against what was meant to be said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whisper_normalizer.english import EnglishTextNormalizer


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Substitutions, insertions and deletions of one transcript, and the words that it should have held."""

    errors: int
    words: int


def compare(meant: str, heard: str) -> WordErrors:
    """Word errors of `heard` against `meant`, both normalised alike, so 'Mr. 12' equals 'mister twelve'."""
    reference = normalise(meant).split()
    return WordErrors(edit_distance(reference, normalise(heard).split()), len(reference))


def normalise(text: str) -> str:
    """Lower case, no punctuation, numbers as digits, British spelling as American (Whisper's own rules)."""
    # The normaliser takes "it's" and "its" apart only if the apostrophe is the typewriter's.
    return _normaliser()(text.replace("\u2019", "'").replace("-", " "))


def edit_distance(reference: list[str], hypothesis: list[str]) -> int:
    """Least number of substitutions, insertions and deletions that turn one list of words into the other."""
    previous = list(range(len(hypothesis) + 1))
    for row, wanted in enumerate(reference, start=1):
        current = [row]
        for column, found in enumerate(hypothesis, start=1):
            substituted = previous[column - 1] + (wanted != found)
            current.append(min(substituted, previous[column] + 1, current[-1] + 1))
        previous = current
    return previous[-1]


@cache
def _normaliser() -> EnglishTextNormalizer:
    from whisper_normalizer.english import EnglishTextNormalizer

    return EnglishTextNormalizer()

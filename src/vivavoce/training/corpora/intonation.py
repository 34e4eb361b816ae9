"""Pitch by rule: what a sentence's f0 is to be where its kind asks for a melody that the teacher does not make.

A contour is a line through points in semitones about the sentence's median. It replaces the slow movement of the
teacher's f0 over a stretch; the fine movement, which makes it sound alive, is kept.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vivavoce.text import analyse

Track = npt.NDArray[np.float32]

VALUES_PER_UNIT = 2
"""f0 values for each unit of the durations, 12.5 ms each."""
VOICED_HZ = 45.0
SMOOTHING_VALUES = 13
FINE = float(np.log(2.0) / 12.0)
"""The most of the fine movement that is kept, a semitone: where the teacher's pitch leaps, it is no fine movement."""
KINDS = ("yes_no", "or", "wh", "list", "compound", "emphasis")
_VOWELS = frozenset("AIOQWYaiuæɑɐɒɔəɛɜɪʊʌᵊᵻ")
_STRESSES = "ˈˌ"


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """Where a word lies in the f0 track, in values: its beginning, the vowel that bears its accent, its end."""

    symbols: str
    start: int
    accent: int
    end: int


Point = tuple[float, float]
"""A place in the track and semitones."""


def spoken_words(symbols: Sequence[str], durations: Sequence[int]) -> list[SpokenWord]:
    """Words of a phoneme string, symbols (n,), with the teacher's durations (n + 2,): one more at each end."""
    edges = VALUES_PER_UNIT * np.cumsum(durations)
    words: list[SpokenWord] = []
    first = 0
    for place in range(len(symbols) + 1):
        if place < len(symbols) and symbols[place] != " ":
            continue
        held = symbols[first:place]
        if any(symbol in _VOWELS for symbol in held):
            accent = first + _accent(held)
            words.append(SpokenWord("".join(held), int(edges[first]), int(edges[accent]), int(edges[place])))
        first = place + 1
    return words


def rewrite_pitch(
    f0_hz: Track, words: Sequence[SpokenWord], kind: str, chosen: Sequence[int], random: np.random.Generator,
    variation: float = 0.15,
) -> Track:  # fmt: skip
    """f0 (values,), in Hz, with the melody of a kind; `chosen` are the indices of the words that it is about.

    That is for `or` the word before "or", for `list` those before a comma, for `compound` its first element, for
    `emphasis` the word. Raises ValueError for a kind that has no rule.
    """
    voiced = f0_hz > VOICED_HZ
    if voiced.sum() < 2 or not words:
        return f0_hz
    size = 1.0 + random.uniform(-variation, variation)
    places = np.arange(len(f0_hz))
    log_f0 = np.interp(places, places[voiced], np.log(f0_hz[voiced]))
    median = float(np.median(log_f0[voiced]))
    end = int(places[voiced][-1])
    out = log_f0.copy()
    slow = np.convolve(
        np.pad(log_f0, SMOOTHING_VALUES // 2, "edge"), np.ones(SMOOTHING_VALUES) / SMOOTHING_VALUES, "valid"
    )
    for points in _contours(kind, words, chosen, end):
        at, semitones = np.array(points).T
        inside = (places >= at[0]) & (places <= at[-1])
        line = median + size * np.interp(places, at, semitones) * np.log(2.0) / 12.0
        out[inside] = (line + np.clip(log_f0 - slow, -FINE, FINE))[inside]
    return np.where(voiced, np.exp(out), f0_hz).astype(np.float32)


def intonation_kinds(path: Path) -> dict[str, tuple[str, int]]:
    """Kind and index of the emphasised word, -1 for none, by id; nothing where there is no such table."""
    if not path.exists():
        return {}
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row["id"]: (row["kind"], int(row["emphasised_word"] or -1)) for row in rows}


def chosen_words(text: str, kind: str, emphasised: int) -> list[int]:
    """The words of a text that a kind of melody is about, as `rewrite_pitch` asks for them."""
    words = text.split()
    if kind == "emphasis" and emphasised >= 0:
        return [emphasised]
    if kind == "or":
        return [number - 1 for number, word in enumerate(words) if word.lower() == "or" and number]
    if kind == "list":
        return [number for number, word in enumerate(words) if word.endswith(",")]
    if kind == "compound":
        tags = [word.tag for word in analyse(text).sentences[0].words]
        pairs = enumerate(pairwise(tags))
        return [number for number, (this, following) in pairs if this[:2] == following[:2] == "NN"][:1]
    return []


def _contours(kind: str, words: Sequence[SpokenWord], chosen: Sequence[int], end: int) -> list[list[Point]]:
    last = _nucleus(words)
    fall: list[Point] = [(last.start, 0.0), (last.accent + 4, 3.0), (max(end, last.accent + 8), -6.0)]
    if kind == "yes_no":
        return [[(last.start, -1.0), (last.accent, -3.0), (max(end, last.accent + 8), 8.5)]]
    if kind == "wh":
        first = words[0]
        return [[(first.start, 2.0), (first.accent + 4, 6.0), (last.start, 0.0), (max(end, last.start + 8), -6.0)]]
    if kind in ("or", "list"):
        rises = [words[number] for number in chosen]
        return [*([(w.start, -1.0), (w.accent, -1.0), (w.end, 5.0)] for w in rises if w.end < last.start), fall]
    word = words[chosen[0]] if chosen else words[0]
    after = max(end, word.end + 8)
    if kind == "emphasis":
        return [[(word.start, 1.0), (word.accent + 4, 7.0), (word.end, -1.0), (word.end + 6, -3.0), (after, -4.5)]]
    if kind == "compound":
        return [[(word.start, 0.0), (word.accent + 4, 4.5), (word.end, 0.0), (word.end + 8, -2.0), (after, -4.0)]]
    raise ValueError(f"no rule for the kind {kind!r}, there are {', '.join(KINDS)}")


def _nucleus(words: Sequence[SpokenWord]) -> SpokenWord:
    """The last word with a primary stress, or the last of all."""
    return next((word for word in reversed(words) if _STRESSES[0] in word.symbols), words[-1])


def _accent(symbols: Sequence[str]) -> int:
    """The index of the vowel with the strongest stress, or of the first vowel."""
    for stress in _STRESSES:
        if stress in symbols:
            return next((i for i in range(symbols.index(stress), len(symbols)) if symbols[i] in _VOWELS), 0)
    return next(i for i, symbol in enumerate(symbols) if symbol in _VOWELS)

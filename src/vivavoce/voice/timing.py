"""Whole durations from what encoders answered, and speech marks from durations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from vivavoce.text.utterance import Sentence
from vivavoce.voice.contour import Frames
from vivavoce.voice.tokens import Tokens

FloatArray = npt.NDArray[np.floating[Any]]


def whole_units(wanted: FloatArray) -> Frames:
    """Lengths (tokens,) as whole numbers of at least 1; rounding errors are carried on."""
    # halves go up, all of them: to even ones, 1.5 and 2.5 would both be 2 and leave a token without length
    ends = np.floor(np.cumsum(np.maximum(wanted, 1.0)) + 0.5).astype(np.int64)
    return np.maximum(np.diff(ends, prepend=0), 1)


def nearest_units(wanted: FloatArray) -> Frames:
    """Lengths (tokens,) as whole numbers of at least 1, with the sum of those that were wanted: what rounding down
    leaves goes to the largest remainders. Nearer to each length than `whole_units`, which keeps ends in place."""
    lengths = np.maximum(wanted, 1.0)
    units = np.floor(lengths).astype(np.int64)
    left = int(np.floor(lengths.sum() + 0.5)) - int(units.sum())
    units[np.argsort(units - lengths, kind="stable")[:left]] += 1
    return units


@dataclass(frozen=True, slots=True)
class SpeechMark:
    """When something is said; `start` and `end` are byte offsets in the input."""

    time_s: float
    end_s: float
    """Equal to `time_s` for a place without length, and where the voice does not know the length in advance."""
    type: str
    """`sentence`, `word` or `ssml`."""
    start: int
    end: int
    value: str

    def shift(self, seconds: float, earliest_s: float = 0.0) -> Self:
        """The same later by `seconds`, at `earliest_s` at the earliest."""
        return replace(self, time_s=max(earliest_s, self.time_s + seconds), end_s=max(earliest_s, self.end_s + seconds))

    def sooner(self, factor: float, begin_s: float) -> Self:
        """The same where all that follows `begin_s` is said `factor` times as fast."""
        time_s, end_s = (begin_s + (when_s - begin_s) / factor for when_s in (self.time_s, self.end_s))
        return replace(self, time_s=time_s, end_s=end_s)


def speech_marks(
    sentence: Sentence, tokens: Tokens, ends_s: FloatArray | None, longest_end_s: FloatArray | float = np.inf
) -> tuple[SpeechMark, ...]:
    """Sentence, word and SSML marks of a sentence that begins at 0 s, in time order.

    `ends_s` (tokens,) is when each token ends; without it, which an attention model cannot tell, the mark of the
    sentence alone. A sound before a gap counts for `longest_end_s` (tokens,) at most: some models hide the pause in it.
    """
    if ends_s is None:
        return (SpeechMark(0.0, 0.0, "sentence", *sentence.span, sentence.text),)
    starts_s = np.concatenate([[0.0], ends_s[:-1]])
    before_gap = np.append(tokens.gaps[1:], True)
    heard_s = np.where(before_gap, np.minimum(ends_s, starts_s + longest_end_s), ends_s)
    spoken = [_extent(tokens.words == number, starts_s, heard_s) for number in range(len(sentence.words))]
    marks = [SpeechMark(0.0, float(ends_s[-1]), "sentence", *sentence.span, sentence.text)]
    for word, (start_s, end_s) in zip(sentence.words, spoken, strict=True):
        marks.append(SpeechMark(start_s, end_s, "word", *word.span, word.text))
    for mark in sentence.marks:
        time_s = spoken[mark.word][0] if mark.word < len(spoken) else float(ends_s[-1])
        marks.append(SpeechMark(time_s, time_s, "ssml", *sentence.span, mark.name))
    return tuple(sorted(marks, key=lambda m: m.time_s))


def _extent(sounds: npt.NDArray[np.bool_], starts: FloatArray, ends: FloatArray) -> tuple[float, float]:
    places = np.flatnonzero(sounds)
    if len(places) == 0:
        return float(starts[0]), float(starts[0])
    return float(starts[places[0]]), float(ends[places[-1]])

"""What a voice gives: sound with its marks, and what it is going to say before there is sound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vivavoce.features import Array
from vivavoce.voice.contour import Frames
from vivavoce.voice.timing import SpeechMark


@dataclass(frozen=True, slots=True)
class SpeechChunk:
    """Sound (samples,) at the voice's rate, and the marks of what begins with it or soon after."""

    samples: Array
    marks: tuple[SpeechMark, ...] = ()


@dataclass(frozen=True, slots=True)
class PredictedProsody:
    """How a sentence will be said, on the voice's clock."""

    durations: Frames
    """Frames of each token of `vivavoce.voice.tokens.tokenise`, (tokens,)."""
    frame_s: float
    tracks: dict[str, Array]
    """`f0` in Hz, unvoiced where it is under 40, `energy` and `gain` as the decoder reads them, (frames,) each."""
    boundary_s: float
    """Seconds from where a token ends to where it is heard to end."""


def concatenate(chunks: Iterable[SpeechChunk]) -> SpeechChunk:
    """All chunks as one."""
    kept = list(chunks)
    samples = [chunk.samples for chunk in kept] or [np.zeros(0, np.float32)]
    return SpeechChunk(np.concatenate(samples), tuple(mark for chunk in kept for mark in chunk.marks))

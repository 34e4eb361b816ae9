"""When somebody speaks, by level alone, and how captions lie upon it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import AudioBlock

Active = npt.NDArray[np.bool_]
Shown = npt.NDArray[np.float64]

STEP_S = 0.1
CLEAR_DB = 15.0
LEAST_S = 4.0
REACH_S, LEAST_SHIFT_S = 6.0, 0.6
GAIN = 0.12
MISSING_S, BREATH_S = 6.0, 0.8
LEAST_CUE_S, MOVE_REACH_S = 1.0, 5.0
FITS, FITS_BETTER = 0.7, 0.25
"""A caption is out of place where speech fills this part of it elsewhere, and so much more than where it is."""


class SpeechTrack:
    """Levels of every 0.1 s of one sound stream: 40 bytes a second."""

    def __init__(self) -> None:
        self._start_s: float | None = None
        self._levels = array("f")

    def on_audio(self, sound: AudioBlock) -> None:
        """Take the next second."""
        self._start_s = sound.start_s if self._start_s is None else self._start_s
        size = round(STEP_S * sound.rate_hz)
        steps = len(sound.mono) // size
        power = (sound.mono[: steps * size].reshape(steps, size) ** 2).mean(axis=1)
        self._levels.extend((10 * np.log10(power + 1e-9)).tolist())

    def active(self) -> Active | None:
        """Whether somebody speaks in each 0.1 s from the file's start; None where loud and quiet are too alike."""
        if len(self._levels) * STEP_S < LEAST_S:
            return None
        levels = np.array(self._levels)
        low, high = np.percentile(levels, [10, 90])
        if high - low < CLEAR_DB:
            return None
        speaking = levels > high - 0.6 * min(high - low, 40.0)
        return np.concatenate([np.zeros(round((self._start_s or 0.0) / STEP_S), bool), speaking])


def shift_of(shown: Shown, speech: Active) -> float | None:
    """Seconds by which all captions are late, where moving them fits the speech clearly better; else None."""
    length = len(speech)
    covered = _caption_coverage(shown, length)
    reach = round(REACH_S / STEP_S)
    centred = speech - speech.mean()
    fits: list[float] = []
    for lag in range(-reach, reach + 1):
        moved = np.zeros(length)
        moved[max(0, -lag) : length - max(0, lag)] = covered[max(0, lag) : length - max(0, -lag)]
        fits.append(float((moved * centred).mean()))
    spread = float(np.sqrt(covered.var() * speech.var())) + 1e-9
    best = int(np.argmax(fits))
    shift_s = (best - reach) * STEP_S
    if abs(shift_s) < LEAST_SHIFT_S or (fits[best] - fits[reach]) / spread < GAIN or fits[best] / spread < 2 * GAIN:
        return None
    return shift_s


def find_uncaptioned(shown: Shown, speech: Active) -> Iterator[tuple[float, float]]:
    """Stretches of speech of 6 s and more that have no caption."""
    covered = _caption_coverage(shown + np.array([-0.5, 0.5]), len(speech))
    alone = speech & (covered == 0)
    times = np.flatnonzero(alone) * STEP_S
    for group in np.split(times, np.flatnonzero(np.diff(times) > BREATH_S) + 1):
        if (
            len(group)
            and group[-1] - group[0] >= MISSING_S
            and not covered[round(group[0] / STEP_S) : round(group[-1] / STEP_S)].any()
        ):
            yield float(group[0]), float(group[-1]) + STEP_S


def find_displaced(shown: Shown, speech: Active) -> Iterator[tuple[float, float, float]]:
    """Single captions (start_s, end_s, late_s) that would fit speech under no other caption clearly better."""
    reach, least = round(MOVE_REACH_S / STEP_S), round(LEAST_SHIFT_S / STEP_S)
    count = _count_captions(shown, len(speech))
    for start_s, end_s in shown:
        first, last = round(start_s / STEP_S), round(end_s / STEP_S)
        if end_s - start_s < LEAST_CUE_S or first < 0 or last > len(speech):
            continue
        low, high = max(0, first - reach), min(len(speech), last + reach)
        alone = count[low:high].copy()
        alone[first - low : last - low] -= 1
        sums = np.concatenate([[0], np.cumsum(speech[low:high] & (alone == 0))])
        length = last - first
        filled = (sums[length:] - sums[:-length]) / length
        moved = np.arange(len(filled)) + low - first
        filled[np.abs(moved) < least] = 0.0
        best = int(np.argmax(filled))
        if filled[best] > max(FITS, float(speech[first:last].mean()) + FITS_BETTER):
            yield float(start_s), float(end_s), -float(moved[best]) * STEP_S


def _count_captions(shown: Shown, length: int) -> npt.NDArray[np.int64]:
    """How many captions there are at each step."""
    edges = np.zeros(length + 1, np.int64)
    for start_s, end_s in shown:
        edges[min(length, max(0, round(start_s / STEP_S)))] += 1
        edges[min(length, max(0, round(end_s / STEP_S)))] -= 1
    return np.cumsum(edges[:-1])


def _caption_coverage(shown: Shown, length: int) -> npt.NDArray[np.float64]:
    covered = np.zeros(length)
    for start_s, end_s in shown:
        covered[max(0, round(start_s / STEP_S)) : max(0, round(end_s / STEP_S))] = 1.0
    return covered

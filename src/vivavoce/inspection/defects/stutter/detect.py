"""Stutter: motion that halts and leaps: pictures repeated, dropped, or shown at uneven times.

A halt is a picture that hardly differs from the one before among pictures that move, neither in what its blocks show
nor within them (a line of rolling titles may cross a block for some pictures); it counts with the leap after it, or
when it lasts for two pictures or more. Halts at a steady beat (film at 24 shown at 30, drawings held for two
or three pictures)
are no stutter, nor are single repeats up to seven. Uneven times count where the stamps themselves jump about.

Fails on slow motion, where a repeat hides in the noise, and on drops without a halt, which look like faster motion.
A source with a variable rate that was coded at a constant one has real repeats, and they are reported.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vivavoce.inspection.defects.freeze.detect import LEAST_S as FREEZE_S
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper, ratio_to_threshold
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame
from vivavoce.inspection.motion import Motion, Step, block_means, rank_magnitude

HALT, HALT_SHARE, HALT_MOST = 0.6, 0.15, 3.0
INSIDE, NOISE = 2.0, 2.0
"""Levels by which the pixels of a block may differ in a repeat, over so many times what all blocks do."""

MOVING = 2.0
LEAP, RESUMED = 1.3, 0.6
GAP_S = 0.6
LEAST_HALTS = 2
LEAST_HELD, LEAST_SINGLES = 3, 8
FEW, BEAT_TOLERANCE, RATE_TOLERANCE = 0.1, 1.1, 1.5
AROUND_S = 1.5
"""Repeats at one rate must have begun so long before a stretch to be no part of it."""

UNEVEN = 0.35
LEAST_UNEVEN = 4


@dataclass(frozen=True, slots=True)
class _Halt:
    """One or more repeats in a row."""

    start_s: float
    end_s: float
    pictures: int
    strength: float


class Stutter(Detector):
    names = ("stutter",)

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._motion = Motion()
        self._small: Plane | None = None
        self._moving: deque[float] = deque(maxlen=25)
        self._repeats: list[Step] = []
        self._seen: deque[tuple[float, bool]] = deque(maxlen=256)
        self._halts: deque[_Halt] = deque(maxlen=128)
        self._spans = EventGrouper(GAP_S)
        self._gaps: deque[float] = deque(maxlen=25)
        self._last_s: float | None = None
        self._uneven = EventGrouper(GAP_S)

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        yield from self._timed(frame)
        before, self._small = self._small, frame.small.copy()
        step = self._motion.step(frame)
        if step is None or before is None:
            return
        typical = float(np.median(self._moving)) if len(self._moving) >= 5 else 0.0
        limit = min(HALT_MOST, max(HALT, HALT_SHARE * typical))
        again = step.speed < limit and _moved_inside(before, frame.small) < INSIDE
        self._seen.append((step.time_s, again))
        if typical >= MOVING and again:
            self._repeats.append(step)
            return
        yield from self._halted(step, typical, limit)
        if step.motion > 0.5 * HALT:
            self._moving.append(step.motion)

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield from self._make_events(span)
        for span in self._uneven.finish():
            yield from self._unsteady(span)

    def _halted(self, step: Step, typical: float, limit: float) -> Iterator[Event]:
        """Motion is back: what was the halt before it?"""
        repeats, self._repeats = self._repeats, []
        if not repeats:
            return
        start_s, end_s = repeats[0].time_s - repeats[0].seconds, step.time_s
        if end_s - start_s >= FREEZE_S + repeats[0].seconds or step.motion < MOVING:
            return
        leap = step.speed / max(typical, 1e-6)
        if leap < (LEAP if len(repeats) < 2 else RESUMED):
            return
        still = float(np.median([repeat.speed for repeat in repeats]))
        halt = _Halt(start_s, end_s, len(repeats), min(4.0, limit / max(still, 0.3)) * max(1.0, min(leap, 2.0)))
        self._halts.append(halt)
        for span in self._spans.add(start_s, end_s, max(1.0, halt.strength)):
            yield from self._make_events(span)

    def _on_beat(self, halts: list[_Halt]) -> bool:
        """Whether single repeats come at one distance, give or take a picture, as a change of rate leaves them."""
        if sum(halt.pictures > 1 for halt in halts) > FEW * len(halts):
            return False
        apart = np.diff([halt.start_s for halt in halts]) / self.media.picture_seconds
        if len(apart) < LEAST_SINGLES - 1:
            return True
        beats = float(np.median(apart)), float(apart.min())
        return any(float(np.abs(apart - np.rint(apart / beat) * beat).max()) <= BEAT_TOLERANCE for beat in beats)

    def _at_one_rate(self, span: EventGroup) -> bool:
        """Whether repeats add up along a line: a slow roll in whole pixels is repeated now once, now twice."""
        repeated = np.cumsum([again for time_s, again in self._seen if time_s > span.start_s - AROUND_S])
        if len(repeated) < 3 * LEAST_SINGLES or repeated[-1] < LEAST_SINGLES:
            return False
        shown = np.arange(len(repeated))
        line = np.polyval(np.polyfit(shown, repeated, 1), shown)
        return float(np.abs(repeated - line).max()) <= RATE_TOLERANCE

    def _make_events(self, span: EventGroup) -> Iterator[Event]:
        halts = [halt for halt in self._halts if span.start_s <= halt.start_s <= span.end_s]
        held = sum(halt.pictures for halt in halts)
        many = len(halts) >= LEAST_HALTS or held >= LEAST_HELD
        if many and not self._on_beat(halts) and not self._at_one_rate(span):
            evidence = {"halts": len(halts), "repeated_pictures": held}
            yield Event("stutter", span.start_s, span.end_s, ratio_to_threshold(span.mean), evidence)

    def _timed(self, frame: VideoFrame) -> Iterator[Event]:
        """Stamps that leave the beat of those around them."""
        last_s, self._last_s = self._last_s, frame.time_s
        if last_s is None:
            return
        gap_s = frame.time_s - last_s
        self._gaps.append(gap_s)
        if len(self._gaps) < 12:
            return
        beat_s = float(np.median(self._gaps))
        uneven = abs(gap_s - beat_s) / max(beat_s, 1e-3) / UNEVEN
        for span in self._uneven.add(last_s, frame.time_s, uneven):
            yield from self._unsteady(span)

    def _unsteady(self, span: EventGroup) -> Iterator[Event]:
        if span.count >= LEAST_UNEVEN:
            evidence = {"uneven_stamps": span.count}
            yield Event("stutter", span.start_s, span.end_s, ratio_to_threshold(span.mean), evidence)


def _moved_inside(before: Plane, now: Plane) -> float:
    """Difference of the pixels of the fifth most changed block, in levels, less that of noise everywhere."""
    blocks = block_means(np.maximum(before, now) - np.minimum(before, now))
    return rank_magnitude(blocks) - NOISE * float(np.median(blocks))

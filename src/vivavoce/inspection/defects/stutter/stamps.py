"""Stamps that leave the beat of those around them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper, ratio_to_threshold

GAP_S = 0.6
AROUND, LEAST_AROUND = 25, 12
"""Distances in time from which the beat is told, at most and at least."""

LEAST_UNEVEN = 4
OFF_GRID, FINEST_S = 0.15, 0.005
"""How far from a multiple of the beat, in beats, a distance in time must lie to be uneven; and the finest beat."""

APART, TICK_TOLERANCE = 4.0, 2
"""How many pictures apart the ticks of a coarse clock are at least, and how much their distances differ at most."""

MOST_LATE = 600


class Stamps:
    """Looks for uneven stamps at pictures that move: else nobody sees them."""

    def __init__(self, uneven: float) -> None:
        """`uneven`: how far the time between two pictures is off the usual one, in parts of it."""
        self._uneven_from = uneven
        self._gaps: deque[float] = deque(maxlen=AROUND)
        self._last_s: float | None = None
        self._count = 0
        self._uneven = EventGrouper(GAP_S)
        self._late: deque[tuple[float, int]] = deque(maxlen=MOST_LATE)
        """Uneven stamps, and how many pictures were before them."""

    def add(self, time_s: float, is_seen: Callable[[], bool]) -> Iterator[Event]:
        """Take the stamp of the next picture; `is_seen` is asked of an uneven one only."""
        last_s, self._last_s = self._last_s, time_s
        if last_s is None:
            return
        self._count += 1
        gap_s = time_s - last_s
        self._gaps.append(gap_s)
        if len(self._gaps) < LEAST_AROUND:
            return
        uneven = self._unevenness(gap_s) / self._uneven_from
        if uneven >= 1.0 and not is_seen():
            uneven = 0.0
        if uneven >= 1.0:
            self._late.append((time_s, self._count))
        for span in self._uneven.add(last_s, time_s, uneven):
            yield from self._make_event(span)

    def finish(self) -> Iterator[Event]:
        """The event that is still open."""
        for span in self._uneven.finish():
            yield from self._make_event(span)

    def _unevenness(self, gap_s: float) -> float:
        """How far a distance in time is off the beat, in beats; 0 where it lies on the grid of the beat."""
        beat_s = float(np.median(self._gaps))
        finest_s = max(float(np.percentile(self._gaps, 10)), FINEST_S)
        if min(abs(gap_s / grid_s - round(gap_s / grid_s)) for grid_s in (beat_s, finest_s)) <= OFF_GRID:
            return 0.0
        apart_s = min(abs(gap_s - beat_s), abs(gap_s - self._gaps[-2]))  # another rate is steady again at once
        return apart_s / max(beat_s, 1e-3)

    def _make_event(self, span: EventGroup) -> Iterator[Event]:
        late = [number for time_s, number in self._late if span.start_s < time_s <= span.end_s]
        if span.count >= LEAST_UNEVEN and not _tick(late):
            evidence = {"uneven_stamps": span.count}
            yield Event("stutter", span.start_s, span.end_s, ratio_to_threshold(span.mean), evidence)


def _tick(numbers: Sequence[int]) -> bool:
    """Whether uneven stamps come at one distance, of some pictures: a clock that counts in coarse steps is late by one
    of them now and then."""
    apart = np.diff(numbers)
    return len(apart) > 0 and bool(np.median(apart) >= APART and np.ptp(apart) <= TICK_TOLERANCE)

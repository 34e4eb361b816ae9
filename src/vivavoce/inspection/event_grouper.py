"""From one ratio to threshold a frame, or a second, to stretches of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventGroup:
    """A stretch in which a measurement held; `peak` and `mean` are ratios to the threshold over its members."""

    start_s: float
    end_s: float
    peak: float
    mean: float
    count: int


class EventGrouper:
    """Joins neighbours: a group opens at a ratio of 1 or more and goes on while gaps stay within `gap_s`.

    A ratio is a measurement divided by its threshold. Groups shorter than `min_s` are dropped.
    """

    def __init__(self, gap_s: float, min_s: float = 0.0, exit_ratio: float = 1.0) -> None:
        """`exit_ratio` is the ratio that keeps an open group open."""
        self._gap_s, self._min_s, self._exit_ratio = gap_s, min_s, exit_ratio
        self._open: EventGroup | None = None

    @property
    def open_s(self) -> float | None:
        """When the group began that is still open, in seconds; None where there is none."""
        return self._open.start_s if self._open else None

    def add(self, start_s: float, end_s: float, ratio: float) -> Iterator[EventGroup]:
        """Take the next measurement; give the group that is over because of it."""
        group = self._open
        if group and start_s > group.end_s + self._gap_s:
            yield from self.finish()
            group = None
        if group and ratio >= self._exit_ratio:
            count = group.count + 1
            mean = group.mean + (ratio - group.mean) / count
            self._open = EventGroup(group.start_s, end_s, max(group.peak, ratio), mean, count)
        elif group is None and ratio >= 1.0:
            self._open = EventGroup(start_s, end_s, ratio, ratio, 1)

    def close(self, now_s: float) -> Iterator[EventGroup]:
        """Give the open group where nothing may join it any more, as nothing was measured since."""
        if self._open and now_s > self._open.end_s + self._gap_s:
            yield from self.finish()

    def finish(self, most_s: float = float("inf")) -> Iterator[EventGroup]:
        """Give the group that is still open, unless it is too short; of `most_s` seconds it never is."""
        group, self._open = self._open, None
        if group and group.end_s - group.start_s >= min(self._min_s, most_s):
            yield group


def ratio_to_threshold(ratio: float) -> float:
    """A score in [0, 1] for a ratio to the threshold: 0.5 at the threshold, 0.75 at twice, on towards 1."""
    return max(0.0, 1.0 - 0.5 / max(ratio, 0.5))

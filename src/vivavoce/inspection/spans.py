"""From a measurement a picture to stretches of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which a measurement held; `peak` and `mean` are over its members."""

    start_s: float
    end_s: float
    peak: float
    mean: float
    count: int


class Spans:
    """Joins neighbours: a stretch begins at a strength of 1 or more and goes on while gaps stay within `gap_s`.

    Strength is a measurement divided by its threshold. Stretches shorter than `least_s` are dropped.
    """

    def __init__(self, gap_s: float, least_s: float = 0.0, hold: float = 1.0) -> None:
        """`hold` is the strength that keeps an open stretch open."""
        self._gap_s, self._least_s, self._hold = gap_s, least_s, hold
        self._open: Span | None = None

    def add(self, start_s: float, end_s: float, strength: float) -> Iterator[Span]:
        """Take the next measurement; give the stretch that is over because of it."""
        span = self._open
        if span and start_s > span.end_s + self._gap_s:
            yield from self.finish()
            span = None
        if span and strength >= self._hold:
            count = span.count + 1
            mean = span.mean + (strength - span.mean) / count
            self._open = Span(span.start_s, end_s, max(span.peak, strength), mean, count)
        elif span is None and strength >= 1.0:
            self._open = Span(start_s, end_s, strength, strength, 1)

    def finish(self) -> Iterator[Span]:
        """Give the stretch that is still open."""
        span, self._open = self._open, None
        if span and span.end_s - span.start_s >= self._least_s:
            yield span


def score_of(strength: float) -> float:
    """A score for a strength: 0.5 at the threshold, .75 at twice, on towards 1."""
    return max(0.0, 1.0 - 0.5 / max(strength, 0.5))

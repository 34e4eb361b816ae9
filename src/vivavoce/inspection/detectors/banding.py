"""Banding: false contours, where a smooth slope has too few levels.

The levels that occur in smooth parts of the picture: cut to fewer bits, they bunch at every fourth, eighth or
sixteenth level, and a lossy codec afterwards smears the bunches without filling the valleys. What is measured is the
strength of such a period in the histogram of luma, over smooth areas alone.

Fails on contours that are one level of eight bits high, which no histogram shows, on drawings with few colours, and
in pictures without smooth areas, where contours do not show either.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import MediaInfo, Picture, Plane
from vivavoce.inspection.spans import Span, Spans, score_of

EVERY_S = 0.24
STEP = 2
SMOOTH = 2
LEAST_SHARE, LEAST_BUNCHES = 0.04, 5
DRAWN_SHARE = 0.7
"""Of three levels alone: drawn in flat colours, and meant."""

PERIODS = (4, 8, 16)
CONTRAST, HOLD = 0.4, 0.8
GAP_S, LEAST_S = 0.5, 0.45


class Banding(Detector):
    names = ("banding",)
    sampling = Sampling(EVERY_S)

    def __init__(self, media: MediaInfo) -> None:
        super().__init__(media)
        self._spans = Spans(GAP_S, LEAST_S, HOLD)

    def see(self, picture: Picture) -> Iterator[Event]:
        strength = periodicity(picture.luma) / CONTRAST
        for span in self._spans.add(picture.time_s, picture.time_s + EVERY_S, strength):
            yield _event(span)

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield _event(span)


def periodicity(luma: Plane) -> float:
    """How far the levels of smooth areas bunch at a distance of 4, 8 or 16 levels: 0 not at all, 1 all of them."""
    lines = luma[::STEP].astype(np.int16)
    flat = (np.abs(lines[:, 2:] - lines[:, 1:-1]) <= SMOOTH) & (np.abs(lines[:, 1:-1] - lines[:, :-2]) <= SMOOTH)
    values = lines[:, 1:-1][flat]
    if len(values) < LEAST_SHARE * lines.size:
        return 0.0
    counts = np.bincount(values, minlength=256).astype(np.float64)[17:235]
    if np.sort(counts)[-3:].sum() > DRAWN_SHARE * len(values):
        return 0.0
    wide = np.convolve(counts, np.ones(33) / 33, mode="same")
    used = wide > 0.002 * wide.max()
    periods = [period for period in PERIODS if np.count_nonzero(used) >= LEAST_BUNCHES * period]
    if not periods:
        return 0.0
    even = np.minimum(counts[used] / wide[used], 6.0)
    levels = np.flatnonzero(used)
    tones = [abs(np.sum(even * np.exp(-2j * np.pi * levels / period))) / even.sum() for period in periods]
    return float(max(tones))


def _event(span: Span) -> Event:
    return Event("banding", span.start_s, span.end_s, score_of(span.mean), {"contrast": round(span.mean * CONTRAST, 3)})

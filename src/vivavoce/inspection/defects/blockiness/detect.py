"""Blockiness: the visible grid of an encoder that had too few bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.content import is_chart
from vivavoce.inspection.defects.blockiness.features import PHASES, SMALLEST, grid_figures, standing_steps
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGrouper
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame

GAP_S, HOLD = 1.1, 0.9
LEAST = 2
COARSEST = 51.0
IN_PARTS = 0.2
"""Probability in each half of a picture: an encoder's grid lies on all of it."""

STANDS_OUT, OVER_OTHERS, LEAST_STEP = 0.04, 3.0, 3.8
"""Part of the places along the grid, of columns and of rows, where a step stands out between flat sides, how many times
as many as off the grid, and their mean size in levels: less is what rounding leaves, and nobody sees it."""

MOST_QUANTISERS = 10_000
"""Whose mean is told."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    probability: float = 0.0
    """That a grid is visible; 0: as the addon says."""
    looks: float = 2.0
    """Looks with a grid, half a second apart, that make an event."""


class Blockiness(Detector):
    """A grid of 4, 8 or 16 pixels that can be seen, as of H.264 without deblocking at a quantiser of 35 or more.

    A small network reads how steps between neighbouring pixels keep to the phases of a grid and gives the quantiser
    that would look like this (0 to 51) and whether the grid is visible. Two looks in a row, half a second apart, are
    an event. The grid must be there in the upper, the lower, the left and the right half, each by itself.

    Limits: the grid must lie on the pixels: a blocky picture that was scaled afterwards has one of another size,
    and is seen only where that is near a power of two. Smearing by a deblocking filter is blur, not this.
    Test patterns and plain screens are passed over.
    Fails on: pixel art, checked cloth and tiled walls that happen to lie on the grid, subtitles in a fixed raster;
    and misses blocks under film grain.
    """

    names: ClassVar[tuple[str, ...]] = ("blockiness",)
    sampling: ClassVar[Sampling] = Sampling(every_s=0.4)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        learned = load_learned("blockiness", "blockiness")
        self._network = learned.networks["blockiness"]
        self._threshold = self.thresholds.probability or learned.figure("threshold")
        self._spans = EventGrouper(GAP_S, exit_ratio=HOLD)
        self._quantisers: list[float] = []

    def judge(self, luma: Plane) -> tuple[float, float]:
        """Luma (rows, columns), at least 48 x 48 -> probability that a grid is visible, and the quantiser."""
        made = self._network.run({"figures": grid_figures(luma)[None]})
        return float(made["visible"][0]), float(made["quantiser"][0])

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        if min(frame.luma.shape) < SMALLEST:
            return
        visible, quantiser = (0.0, 0.0) if is_chart(frame.small) else self.judge(frame.luma)
        if visible >= self._threshold and not (stands_out(frame.luma) and self._is_all_over(frame.luma)):
            visible = 0.0
        strength = visible / self._threshold
        for span in self._spans.add(frame.time_s, frame.time_s + frame.seconds, strength):
            yield from self._event(span.start_s, span.end_s, span.mean, span.count)
        if strength >= 1.0 and len(self._quantisers) < MOST_QUANTISERS:
            self._quantisers.append(quantiser)

    def _is_all_over(self, luma: Plane) -> bool:
        """Whether each half has a visible grid, of those that are large enough to have one."""
        row, column = (side // (2 * PHASES) * PHASES for side in luma.shape)
        halves = luma[:row], luma[row:], luma[:, :column], luma[:, column:]
        return all(self.judge(half)[0] >= IN_PARTS for half in halves if min(half.shape) >= SMALLEST)

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield from self._event(span.start_s, min(span.end_s, end_s), span.mean, span.count)

    def _event(self, start_s: float, end_s: float, strength: float, count: int) -> Iterator[Event]:
        quantisers, self._quantisers = self._quantisers, []
        if count >= self.thresholds.looks:
            mean = min(COARSEST, sum(quantisers) / max(1, len(quantisers)))
            evidence = {"quantiser": round(mean, 1), "pictures": count}
            yield Event("blockiness", start_s, end_s, min(1.0, strength * self._threshold), evidence)


def stands_out(luma: Plane) -> bool:
    """Whether steps that can be seen stand out along some grid of luma (rows, columns), in both directions."""
    return all(
        share.max() >= max(STANDS_OUT, OVER_OTHERS * float(np.median(share))) and step >= LEAST_STEP
        for share, step in standing_steps(luma)
    )

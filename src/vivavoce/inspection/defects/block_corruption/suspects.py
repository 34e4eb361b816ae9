"""Which picture of each stretch of time is looked at: the one whose blocks change least as those around them do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vivavoce.inspection.media import Blocks, VideoFrame
from vivavoce.inspection.motion import likeness

STRETCH_S = 0.12
"""Of each such stretch one picture is looked at: damage comes and goes with single pictures."""
SPARSE_S = 0.24
"""The same where a tier leaves pictures out, to save time."""

SHARE = 20
"""One block in so many counts: those that depart furthest."""

CUT = 0.4
"""Correlation with the picture before under which a scene begins: everything changes there."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture and the one before it."""

    before: VideoFrame
    now: VideoFrame
    cut: bool
    """Whether a scene began since the pair before this one."""


class Suspects:
    """Gives one pair for each stretch, once the stretch is over."""

    def __init__(self) -> None:
        self._before: VideoFrame | None = None
        self._best: tuple[float, VideoFrame, VideoFrame] | None = None
        self._from_s = 0.0
        self._cut = False

    def take(self, frame: VideoFrame) -> Pair | None:
        """Take the next picture; the pair of a stretch that is over before it, if one is."""
        before, self._before = self._before, frame
        if before is None or before.luma.shape != frame.luma.shape:
            return self.finish()
        stretch_s = SPARSE_S if frame.sparse else STRETCH_S
        over = self.finish() if self._best and frame.time_s >= self._from_s + stretch_s - 1e-6 else None
        cut = likeness(before.blocks, frame.blocks) < CUT
        self._cut |= cut
        strangeness = -1.0 if cut else estrangement(before.blocks, frame.blocks)
        if self._best is None:
            self._from_s = frame.time_s
        if self._best is None or strangeness > self._best[0]:
            self._best = strangeness, before, frame
        return over

    def finish(self) -> Pair | None:
        """The pair of the stretch that is not over."""
        best, self._best = self._best, None
        if best is None:
            return None
        cut, self._cut = self._cut, False
        return Pair(best[1], best[2], cut)


def estrangement(before: Blocks, now: Blocks) -> float:
    """Levels by which the change of the strangest twentieth of blocks departs from that of their four neighbours."""
    change = np.pad(now - before, 1, mode="edge")
    around = (change[:-2, 1:-1] + change[2:, 1:-1] + change[1:-1, :-2] + change[1:-1, 2:]) / 4.0
    apart = np.abs(change[1:-1, 1:-1] - around).ravel()
    count = max(1, len(apart) // SHARE)
    return float(np.partition(apart, len(apart) - count)[-count:].mean())

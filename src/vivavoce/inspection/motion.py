"""How much a picture differs from those before it, blind to noise and to fades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from vivavoce.inspection.media import Blocks, Plane, VideoFrame, block_means

__all__ = ["Blocks", "Motion", "Step", "block_means", "inner", "likeness", "rank_magnitude"]

Cells = TypeVar("Cells", Blocks, Plane)

RANK = 5
STEADY = 0.2
EVEN, FLAT = 4.0, 6.0


@dataclass(frozen=True, slots=True)
class Step:
    """From one picture to the next: levels of luma in the fifth most changed block."""

    time_s: float
    seconds: float
    speed: float
    """Of the difference to the picture before: noise averages out, any motion shows."""
    bend: float
    """Of the difference less what of it has the pattern of the difference before: next to nothing in a fade or
    dissolve, which go on adding the same picture, slowly or fast."""
    likeness: float
    """Correlation with the picture before: a cut leaves little."""
    blocks: Blocks

    @property
    def motion(self) -> float:
        """`speed`, but of a fade or dissolve, whose speed hardly changes, only the change."""
        return self.speed if self.bend >= STEADY * self.speed else self.bend


class Motion:
    """Compares each picture with the two before."""

    def __init__(self, edge: int = 0) -> None:
        """Of pictures that are large enough, `edge` blocks at each side are left out."""
        self._edge = edge
        self._before: Blocks | None = None
        self._difference: Blocks | None = None

    def step(self, frame: VideoFrame) -> Step | None:
        """The step to this picture, None for the first."""
        blocks = inner(frame.blocks, self._edge)
        before, self._before = self._before, blocks
        if before is None:
            return None
        difference = blocks - before
        bent = difference - pattern_of(difference, self._difference) if self._difference is not None else difference
        self._difference = difference
        alike = likeness(before, blocks)
        return Step(frame.time_s, frame.seconds, rank_magnitude(difference), rank_magnitude(bent), alike, blocks)


def inner(plane: Cells, edge: int) -> Cells:
    """A plane without `edge` rows and columns at each side, unless that leaves less than half of either."""
    return plane[edge : len(plane) - edge, edge : plane.shape[1] - edge] if min(plane.shape) >= 4 * edge else plane


def pattern_of(difference: Blocks, before: Blocks) -> Blocks:
    """The part of a difference that is a multiple of the one before, (rows, columns), in levels."""
    return before * (float((difference * before).sum()) / max(float((before * before).sum()), 1e-6))


def rank_magnitude(difference: Blocks, rank: int = RANK) -> float:
    """The fifth largest magnitude: one block may twinkle."""
    flat = np.abs(difference).ravel()
    rank = min(rank, len(flat))
    return float(np.partition(flat, len(flat) - rank)[len(flat) - rank])


def likeness(one: Blocks, two: Blocks) -> float:
    """Correlation of two pictures' blocks; of two that are all but even, 1 where they agree and else 0."""
    spread = float(one.std() * two.std())
    if spread < EVEN:
        return float(abs(float(one.mean() - two.mean())) < FLAT)
    return float(((one - one.mean()) * (two - two.mean())).mean()) / spread

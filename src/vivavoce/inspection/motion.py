"""How much a picture differs from those before it, blind to noise and to fades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane, VideoFrame

Blocks = npt.NDArray[np.float32]

SIDE = 8
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
    """Of the difference of differences: next to nothing in a fade or dissolve, which change steadily."""
    likeness: float
    """Correlation with the picture before: a cut leaves little."""
    blocks: Blocks

    @property
    def motion(self) -> float:
        """`speed`, but of a fade or dissolve, whose speed hardly changes, only the change."""
        return self.speed if self.bend >= STEADY * self.speed else self.bend


class Motion:
    """Compares each picture with the two before."""

    def __init__(self) -> None:
        self._before: Blocks | None = None
        self._difference: Blocks | None = None

    def step(self, frame: VideoFrame) -> Step | None:
        """The step to this picture, None for the first."""
        blocks = block_means(frame.small)
        before, self._before = self._before, blocks
        if before is None:
            return None
        difference = blocks - before
        bent = difference - self._difference if self._difference is not None else difference
        self._difference = difference
        alike = likeness(before, blocks)
        return Step(frame.time_s, frame.seconds, rank_magnitude(difference), rank_magnitude(bent), alike, blocks)


def block_means(plane: Plane, side: int = SIDE) -> Blocks:
    """Means of blocks of `side` x `side` pixels; a remainder at the right or bottom edge is dropped."""
    side = min(side, *plane.shape)
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    cut = plane[: rows * side, : columns * side]
    lines = cut.reshape(rows, side, columns * side).sum(axis=1, dtype=np.uint16)
    return lines.reshape(rows, columns, side).sum(axis=2, dtype=np.uint32).astype(np.float32) / (side * side)


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

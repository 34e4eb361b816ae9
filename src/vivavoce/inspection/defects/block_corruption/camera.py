"""What a camera's movement explains of the change between two pictures."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.block_corruption.features import CELL
from vivavoce.inspection.media import Plane, apart, shrink, small_size

REACH, SPARSE, FINE = 8, 3, 7
"""How far it is looked for, in pixels of the small picture; every so many of its rows and columns, and of those of the
whole picture, are compared."""

Shift = tuple[int, int]


def unexplained(before: Plane, luma: Plane, cells: npt.NDArray[np.bool_]) -> float:
    """Part of the change in some cells of 32 x 32 pixels that is left once the picture before is moved as the scene
    did, at most 1: where nothing moved.

    Pictures are luma, (height, width) uint8; cells (height / 32, width / 32), rounded down.
    """
    down, right = scene_shift(before, luma)
    if (down, right) == (0, 0):
        return 1.0
    moved = _moved(before, down, right)
    change, left = (_cell_sums(apart(one, luma), cells.shape)[cells].sum() for one in (before, moved))
    return min(1.0, float(left) / max(1.0, float(change)))


def scene_shift(before: Plane, luma: Plane) -> Shift:
    """Rows down and columns to the right by which the scene moved, in pixels: what leaves the least change."""
    height, width = small_size(*luma.shape)
    small = shrink(before, height, width), shrink(luma, height, width)
    rough = _best_shift(*small, (0, 0), REACH, SPARSE)
    scale = luma.shape[0] / height
    around = round(rough[0] * scale), round(rough[1] * scale)
    return _best_shift(before, luma, around, int(np.ceil(scale)), FINE) if scale > 1.0 else rough


def _best_shift(before: Plane, luma: Plane, around: Shift, reach: int, step: int) -> Shift:
    """The shift within reach of another that leaves the least change, the nearest to none of those that are alike."""
    near = [(around[0] + down, around[1] + right) for down, right in product(range(-reach, reach + 1), repeat=2)]
    edge = [min(side // 3, max(abs(shift[axis]) for shift in near)) for axis, side in enumerate(luma.shape)]
    inner = luma[edge[0] : luma.shape[0] - edge[0] : step, edge[1] : luma.shape[1] - edge[1] : step]

    def change(shift: Shift) -> tuple[int, int]:
        top, left = (max(0, side - part) for side, part in zip(edge, shift, strict=True))
        rows, columns = slice(top, top + inner.shape[0] * step, step), slice(left, left + inner.shape[1] * step, step)
        there = before[rows, columns]
        if there.shape != inner.shape:
            return int(np.iinfo(np.int64).max), 0
        return int(apart(there, inner).sum(dtype=np.int64)), abs(shift[0]) + abs(shift[1])

    return min(near, key=change)


def _moved(plane: Plane, down: int, right: int) -> Plane:
    """A plane moved, its edges repeated where it has left."""
    height, width = plane.shape
    rows = np.clip(np.arange(height, dtype=np.int64) - down, 0, height - 1)
    columns = np.clip(np.arange(width, dtype=np.int64) - right, 0, width - 1)
    return plane[rows][:, columns]


def _cell_sums(change: Plane, cells: tuple[int, ...]) -> npt.NDArray[np.uint32]:
    rows, columns = cells[0], cells[1]
    whole = change[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns * CELL).sum(axis=1, dtype=np.uint16)
    return whole.reshape(rows, columns, CELL).sum(axis=2, dtype=np.uint32)

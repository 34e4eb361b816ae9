"""Whether what changed in a picture keeps to the grid of 16 x 16 pixels that encoders work in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.block_corruption.features import BLOCK, CELL
from vivavoce.inspection.media import Plane

CLEARLY, BEYOND = 1.5, 1.0
"""How many times, and by how many levels more, the change must step at one place of a block than at its others."""

BORDER, MIDDLE = BLOCK - 1, BLOCK // 2 - 1
"""The places between two blocks, and between their halves, where blocks of 8 x 8 meet."""

Array = npt.NDArray[np.float32]


def steps_clearly(steps: Array, others: Array) -> npt.NDArray[np.bool_]:
    """Where the change steps clearly further at one place of a block than at its others, in levels, (blocks, ...)."""
    return steps > CLEARLY * others + BEYOND


def clear_places(before: Plane, luma: Plane, cells: npt.NDArray[np.bool_]) -> Array:
    """At what part of the blocks in some cells the change steps clearly furthest after each of their rows and columns,
    (16,), the last one being the border to the next block.

    Pictures are luma, (height, width) uint8; cells (height / 32, width / 32), rounded down.
    """
    rows, columns = (2 * side for side in cells.shape)
    height, width = cells.shape[0] * CELL, cells.shape[1] * CELL
    change = luma[:height, :width].astype(np.int16) - before[:height, :width]
    across, down = np.zeros((2, height, width), np.int16)
    across[:, :-1] = np.abs(np.diff(change, axis=1))
    down[:-1] = np.abs(np.diff(change, axis=0))
    steps = across.reshape(rows, BLOCK, columns, BLOCK).mean(axis=1, dtype=np.float32)
    steps += down.reshape(rows, BLOCK, columns, BLOCK).mean(axis=3, dtype=np.float32).transpose(0, 2, 1)
    steps = steps[np.repeat(np.repeat(cells, 2, 0), 2, 1)] / 2
    others = (steps.sum(axis=1, keepdims=True) - steps) / (BLOCK - 1)
    return steps_clearly(steps, others).mean(axis=0, dtype=np.float32)


def grid_lead(looks: Sequence[Array]) -> float:
    """How many times as often, by `clear_places` of some looks, the change steps at the border of blocks as at the
    other place where it does most: under 1 that of pixel art, tiles and boxes that were drawn, wherever they lie.

    Infinite where nothing steps elsewhere, or nothing at all.
    """
    places = np.mean(looks, axis=0) if looks else np.zeros(BLOCK)
    most = float(np.delete(places, (MIDDLE, BORDER)).max())
    return float(places[BORDER]) / most if most else float("inf")

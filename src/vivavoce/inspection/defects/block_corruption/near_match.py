"""What of the content of suspected cells lay near its place in the picture before, as what moved did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.block_corruption.features import CELL
from vivavoce.inspection.media import Plane

REACH, MOST_CELLS = 10, 16
"""Pixels in each direction within which the content of a cell is looked for, and of how many cells: the likeliest."""

FAINT = 4.0
"""Levels that are added to the contrast of a cell, as noise is not to count in plain ones."""


@dataclass(frozen=True, slots=True)
class NearMatch:
    """Means over the cells of one picture."""

    change: float
    """Change at the same place, in levels."""
    left: float
    """Change, in levels, to what lay at the best place near by."""
    contrast_left: float
    """The same as part of each cell's contrast."""


def match_cells(
    before: Plane, luma: Plane, cells: npt.NDArray[np.float32], suspected: npt.NDArray[np.bool_]
) -> NearMatch:
    """Look for what the likeliest of the suspected cells show in the picture before.

    Pictures are luma, (height, width) uint8; `cells`, their probability, and `suspected`, one at least,
    (height / 32, width / 32), rounded down.
    """
    places = np.argwhere(suspected)
    likeliest = np.argsort(-cells[suspected], kind="stable")[:MOST_CELLS]
    around = np.pad(before, REACH, mode="edge").astype(np.int16)
    found = np.array([_match(around, luma, *(CELL * places[number])) for number in likeliest])
    change, left, contrast = found.T
    return NearMatch(float(change.mean()), float(left.mean()), float((left / (contrast + FAINT)).mean()))


def unmatched(looks: Sequence[NearMatch]) -> float:
    """Part of the change in some looks that what lay near leaves unexplained; 1 where nothing changed."""
    change = sum(look.change for look in looks)
    return sum(look.left for look in looks) / change if change else 1.0


def _match(around: npt.NDArray[np.int16], luma: Plane, top: int, left: int) -> tuple[float, float, float]:
    """Of one cell: its change at the same place, the least change within reach, and its contrast."""
    cell = luma[top : top + CELL, left : left + CELL].astype(np.int16)
    side = CELL + 2 * REACH
    windows = np.lib.stride_tricks.sliding_window_view(around[top : top + side, left : left + side], cell.shape)
    change = np.abs(windows - cell).mean(axis=(2, 3), dtype=np.float32)
    return float(change[REACH, REACH]), float(change.min()), float(cell.std())

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
    relit_left: float = 1.0
    """Part of each cell's contrast that is left at the same place, once the picture before is lit as the cell is."""


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
    change, left, lit, contrast = found.T
    parts = (float((rest / (contrast + FAINT)).mean()) for rest in (left, lit))
    return NearMatch(float(change.mean()), float(left.mean()), *parts)


def unmatched(looks: Sequence[NearMatch]) -> float:
    """Part of the change in some looks that what lay near leaves unexplained; 1 where nothing changed."""
    change = sum(look.change for look in looks)
    return sum(look.left for look in looks) / change if change else 1.0


def relit(looks: Sequence[NearMatch]) -> float:
    """Mean part of the contrast in some looks that a change of light leaves unexplained; 1 without looks."""
    return float(np.mean([look.relit_left for look in looks] or 1.0))


def _match(around: npt.NDArray[np.int16], luma: Plane, top: int, left: int) -> tuple[float, float, float, float]:
    """Of one cell: its change at the same place, the least change within reach, what a change of light leaves of it,
    and its contrast.
    """
    cell = luma[top : top + CELL, left : left + CELL].astype(np.int16)
    side = CELL + 2 * REACH
    windows = np.lib.stride_tricks.sliding_window_view(around[top : top + side, left : left + side], cell.shape)
    change = np.abs(windows - cell).mean(axis=(2, 3), dtype=np.float32)
    left_of_light = _left_of_light(windows[REACH, REACH], cell)
    return float(change[REACH, REACH]), float(change.min()), left_of_light, float(cell.std())


def _left_of_light(before: npt.NDArray[np.int16], cell: npt.NDArray[np.int16]) -> float:
    """Mean change in levels between two cells once the first has the gain and the offset that suit the second best."""
    one, other = before - before.mean(), cell - cell.mean()
    gain = max(0.0, float((one * other).mean() / max(1.0, float((one * one).mean()))))
    return float(np.abs(other - gain * one).mean())

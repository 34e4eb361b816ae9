"""What each block of 16 x 16 pixels is like: its borders, its inside, and its change since the picture before."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane, apart

BLOCK, CELL, FIGURES = 16, 32, 18
HALF = BLOCK // 2
BEFORE, CHANGE, MEAN_CHANGE = slice(8, 12), slice(12, 16), 16
"""The figures of the picture before, and of the change since."""

Array = npt.NDArray[np.float32]


def block_figures(before: Plane, luma: Plane) -> Array:
    """Luma of a picture and of the one before, (height, width) uint8 -> (18, rows, columns), one value a block.

    Only whole cells of 32 x 32 pixels are looked at: what a picture that is cut off inside a cell would be filled up
    with looks smeared. Of columns and of rows each: the mean step between neighbours inside, at the block's far border
    and in its middle (a border of 8 x 8), log(1 + step), and how often there is none; of the picture before, inside
    and border; of the change since, inside and border. Then the mean change, log(1 + change), and the mean luma.
    Raises `ValueError` for pictures of less than a cell.
    """
    height, width = (side // CELL * CELL for side in luma.shape)
    if not (height and width):
        raise ValueError(f"{luma.shape[1]} x {luma.shape[0]} pixels hold no cell of {CELL} x {CELL}")
    before, luma = before[:height, :width], luma[:height, :width]
    change = apart(before, luma)
    figures = [*_directions(luma, full=True), *_directions(before), *_directions(change)]
    figures += [np.log1p(_means(change)), _means(luma) / 64.0 - 2.0]
    return np.stack(figures).astype(np.float32)


def change_steps(figures: Array) -> tuple[Array, Array]:
    """How far the change since the picture before steps at the border of each block, and inside it, in levels.

    (18, rows, columns) -> two of (rows, columns): the means over both directions.
    """
    return _mean_steps(figures[CHANGE])


def picture_steps(figures: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """The same means for the picture itself, and for the one before it."""
    return _mean_steps(figures[[0, 1, 4, 5]]), _mean_steps(figures[BEFORE])


def mean_change(figures: Array) -> Array:
    """Mean change of each block since the picture before, in levels: (18, rows, columns) -> (rows, columns)."""
    return np.expm1(figures[MEAN_CHANGE])


def _mean_steps(figures: Array) -> tuple[Array, Array]:
    inside_x, border_x, inside_y, border_y = np.expm1(figures)
    return (border_x + border_y) / 2, (inside_x + inside_y) / 2


def _directions(plane: Plane, full: bool = False) -> list[Array]:
    """Of steps across and down: inside and at the border of blocks; `full` adds the middle and the share of none."""
    return [*_steps_across(plane, full), *_steps_down(plane, full)]


def _steps_across(plane: Plane, full: bool) -> list[Array]:
    step = np.zeros_like(plane)
    step[:, :-1] = apart(plane[:, 1:], plane[:, :-1])
    border, middle = (_row_means(step[:, first::BLOCK]) for first in (BLOCK - 1, HALF - 1))
    return _figures(step, border, middle, full)


def _steps_down(plane: Plane, full: bool) -> list[Array]:
    step = np.zeros_like(plane)
    step[:-1] = apart(plane[1:], plane[:-1])
    border, middle = (_column_means(step[first::BLOCK]) for first in (BLOCK - 1, HALF - 1))
    return _figures(step, border, middle, full)


def _figures(step: Plane, border: Array, middle: Array, full: bool) -> list[Array]:
    inside = (_means(step) * BLOCK - border - middle) / (BLOCK - 2)
    figures = [np.log1p(np.maximum(inside, 0.0)), np.log1p(border)]
    if full:
        figures += [np.log1p(middle), _means((step == 0).view(np.uint8))]
    return figures


def _means(plane: Plane) -> Array:
    """Mean of each block."""
    rows = plane.shape[0] // BLOCK
    return _column_means(plane.reshape(rows, BLOCK, plane.shape[1]).sum(axis=1, dtype=np.uint16), BLOCK * BLOCK)


def _row_means(columns: Plane) -> Array:
    """Means over the rows of each block, of columns that were picked already."""
    rows = columns.shape[0] // BLOCK
    sums = columns.reshape(rows, BLOCK, columns.shape[1]).sum(axis=1, dtype=np.uint16)
    return (sums / BLOCK).astype(np.float32)


def _column_means(lines: npt.NDArray[np.unsignedinteger[Any]], count: int = BLOCK) -> Array:
    """Means over the columns of each block, of rows that were picked already, or added up: of `count` pixels."""
    height, width = lines.shape
    sums = lines.reshape(height, width // BLOCK, BLOCK).sum(axis=2, dtype=np.uint32)
    return (sums / count).astype(np.float32)

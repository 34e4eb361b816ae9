"""What each block of 16 x 16 pixels is like: its borders, its inside, and its change since the picture before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane

BLOCK, CELL, FIGURES = 16, 32, 18
HALF = BLOCK // 2

Array = npt.NDArray[np.float32]


def block_figures(before: Plane, luma: Plane) -> Array:
    """Luma of a picture and of the one before, (height, width) uint8 -> (18, rows, columns), one value a block.

    Rows and columns are those of the picture filled up to whole cells of 32 pixels: blocks that the picture cuts off
    are taken to be like their neighbours, because pixels made up there would look smeared. Of columns and of rows
    each: the mean step between neighbours inside, at the block's far border and in its middle (a border of 8 x 8),
    log(1 + step), and how often there is none; of the picture before, inside and border; of the change since, inside
    and border.
    Then the mean change, log(1 + change), and the mean luma.
    """
    rows, columns = (-(-side // CELL) * CELL // BLOCK for side in luma.shape)
    before, luma = _whole_blocks(before), _whole_blocks(luma)
    change = _apart(before, luma)
    figures = [*_directions(luma, full=True), *_directions(before), *_directions(change)]
    figures += [np.log1p(_means(change)), _means(luma) / 64.0 - 2.0]
    made = np.stack(figures).astype(np.float32)
    missing = (0, 0), (0, rows - made.shape[1]), (0, columns - made.shape[2])
    return np.pad(made, missing, mode="edge") if made.shape[1:] != (rows, columns) else made


def _directions(plane: Plane, full: bool = False) -> list[Array]:
    across = _steps(plane, full)
    down = _steps(np.ascontiguousarray(plane.T), full)
    return [*across, *(figure.T for figure in down)]


def _steps(plane: Plane, full: bool) -> list[Array]:
    """Steps from column to column by block: inside and at the border; `full` adds the middle and the share of none."""
    step = np.zeros_like(plane)
    step[:, :-1] = _apart(plane[:, 1:], plane[:, :-1])
    whole = _means(step) * BLOCK
    border, middle = _row_means(step[:, BLOCK - 1 :: BLOCK]), _row_means(step[:, HALF - 1 :: BLOCK])
    inside = (whole - border - middle) / (BLOCK - 2)
    figures = [np.log1p(np.maximum(inside, 0.0)), np.log1p(border)]
    if full:
        figures += [np.log1p(middle), _means((step == 0).view(np.uint8))]
    return figures


def _means(plane: Plane) -> Array:
    """Mean of each block."""
    sums = np.add.reduceat(plane, np.arange(0, plane.shape[0], BLOCK), axis=0, dtype=np.uint16)
    blocks = np.add.reduceat(sums, np.arange(0, plane.shape[1], BLOCK), axis=1, dtype=np.uint32)
    return (blocks / (BLOCK * BLOCK)).astype(np.float32)


def _row_means(columns: Plane) -> Array:
    """Means over the rows of each block, of columns that were picked already."""
    sums = np.add.reduceat(columns, np.arange(0, columns.shape[0], BLOCK), axis=0, dtype=np.uint16)
    return (sums / BLOCK).astype(np.float32)


def _apart(one: Plane, other: Plane) -> Plane:
    return np.maximum(one, other) - np.minimum(one, other)


def _whole_blocks(plane: Plane) -> Plane:
    """Without the rows and columns of blocks that are cut off; at least one block, filled up where it must be."""
    height, width = (max(BLOCK, side // BLOCK * BLOCK) for side in plane.shape)
    plane = plane[:height, :width]
    missing = [(0, wanted - side) for wanted, side in zip((height, width), plane.shape, strict=True)]
    return np.pad(plane, missing, mode="edge") if any(short for _, short in missing) else plane

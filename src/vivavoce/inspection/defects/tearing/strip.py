"""Where the rows of an older picture are: those of a torn one in a strip right across, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.tearing.older_rows import CODING, MOVED
from vivavoce.inspection.defects.tearing.seam import BAND, BETTER, FITS, narrowed
from vivavoce.inspection.media import Plane, apart

TILE_ROWS, LEAST_TILES = 4, 6
"""Rows of a tile, which is a band wide, and how many must show something again."""

AGAINST = 2.0
"""For how many tiles that show something again one counts against a strip that moved on."""


def strip_share(pictures: Sequence[Plane]) -> float | None:
    """Luma of pictures in a row, (height, width) each, oldest first -> share of all in the last that shows an earlier
    one again that lies in the one strip of whole rows where that is so of most that moved, 0 to 1.

    That of the earlier picture, two back or more and not the oldest, with the largest such strip; None where
    there is none. What is drawn anew, trembles or comes round again does so here and there.
    """
    cuts = [narrowed(picture) for picture in reversed(pictures)]
    changes = np.stack([_tiles(apart(cuts[0], older)) for older in cuts[1:]])
    best, share = 0.0, None
    for age in range(2, len(changes)):
        since, back = changes[: age - 1].min(axis=0), changes[age - 1]
        moved = since > MOVED
        again = moved & (since > BETTER * (back + CODING)) & (back <= FITS)
        rows = again.sum(axis=1)
        if rows.sum() < LEAST_TILES:
            continue
        gain, strip = _best_run(rows - AGAINST * (moved & ~again).sum(axis=1))
        if gain > best:
            best, share = gain, float(rows[strip].sum() / rows.sum())
    return share


def _best_run(values: npt.NDArray[np.float64]) -> tuple[float, slice]:
    """The largest sum of values that follow one another, and which those are (Kadane's algorithm)."""
    best, run, first, found = 0.0, 0.0, 0, slice(0)
    for number, value in enumerate(values):
        if run <= 0.0:
            run, first = 0.0, number
        run += float(value)
        if run > best:
            best, found = run, slice(first, number + 1)
    return best, found


def _tiles(values: Plane) -> npt.NDArray[np.float32]:
    """(rows, columns) -> means of tiles of four rows by eight columns."""
    rows, bands = values.shape[0] // TILE_ROWS, values.shape[1] // BAND
    cells = values[: rows * TILE_ROWS, : bands * BAND].reshape(rows, TILE_ROWS, bands, BAND)
    return cells.mean(axis=(1, 3), dtype=np.float32)

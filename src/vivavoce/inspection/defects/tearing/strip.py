"""Which cells of a frame are older: after a tear those in a strip along the line, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.tearing.older_rows import CODING, MOVED
from vivavoce.inspection.defects.tearing.seam import BETTER, FITS, bands_of, narrowed
from vivavoce.inspection.media import Plane, apart

BAND, LEAST_ROWS, ROWS_SHARE = 16, 2, 120
"""Columns of a cell, and its rows: two, or one in 120 of the height."""

MOST = 0.5
"""Share of the cells of a row that moved that are older, in all rows of a strip."""

Cells = npt.NDArray[np.bool_]


def strip_share(pictures: Sequence[Plane], row: float, age: int) -> float:
    """Luma of pictures in a row, (height, width) each, oldest first, a line in the last, as a share of the height, and
    an age in pictures -> of all cells that fit the picture of that age better than those since, the share that lies in
    the strip along the line, on the side that has more; 0 where there are none.

    A strip ends with the first row of cells in which less than half of what moved is older.
    """
    newest, *past = (narrowed(picture) for picture in reversed(pictures[-age - 1 :]))
    line, rows = round(row * len(newest)), max(LEAST_ROWS, len(newest) // ROWS_SHARE)
    changes = [bands_of(apart(newest, picture), BAND) for picture in past]
    strips, older = list[int](), 0
    for outward in ([change[line:] for change in changes], [change[:line][::-1] for change in changes]):
        sides = np.stack([_rows(change, rows) for change in outward])
        since, back = sides[:-1].min(axis=0), sides[-1]
        moved = since > MOVED
        again = moved & (since > BETTER * (back + CODING)) & (back < FITS)
        strips.append(_strip(moved, again))
        older += int(again.sum())
    return max(strips) / max(1, older)


def _strip(moved: Cells, older: Cells) -> int:
    """Older cells of the rows from the line on, (rows, bands), up to the first that is not older as a whole."""
    ends = np.flatnonzero(older.sum(axis=1) < MOST * moved.sum(axis=1))
    return int(older[: ends[0] if len(ends) else len(older)].sum())


def _rows(values: npt.NDArray[np.float32], rows: int) -> npt.NDArray[np.float32]:
    """(rows, bands) -> means of so many rows each, the last that do not make up a cell left out."""
    cells = len(values) // rows
    return values[: cells * rows].reshape(cells, rows, values.shape[1]).mean(axis=1)

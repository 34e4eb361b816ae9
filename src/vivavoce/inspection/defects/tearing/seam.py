"""A line looked at closely: are the rows on one side those of an earlier picture, and does a seam part the two?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.tearing.older_rows import CODING, MOVED, back_ratios
from vivavoce.inspection.media import Plane, apart

WIDEST, BAND = 640, 8
LEAST_ROWS, ROWS_SHARE = 6, 60
"""Rows on either side of the line: six, or a sixtieth of the height."""

OFF, SEAM_ROWS = 1, 3
"""Rows by which the line may lie elsewhere, and rows on either side that a seam stands out from."""

LEAST_BANDS, FITS = 2, 4.0
BETTER = 1.3
"""How much better a band fits an earlier picture than those since that does so by itself."""

SEEN = 1.0
"""Levels by which a seam stands out from its surroundings, and from what was at its place."""


@dataclass(frozen=True, slots=True)
class Seam:
    """What the rows about a line tell."""

    ratio: float
    """How much better one side fits an earlier picture than those since, and than the other side fits that one; those
    before may be `EARLIER` times closer."""
    width: float
    """Share of the width that moved there, 0 to 1."""
    levels: float
    """By how many levels rows differ across the line more than elsewhere, and than there in that earlier picture."""
    share: float
    """Share of what moved in which they do, 0 to 1."""
    fits: float
    """Share of what moved in which that side fits the earlier picture better, each band by itself, 0 to 1."""
    age: int
    """How many pictures old those rows are."""


def find_seam(pictures: Sequence[Plane], row: float) -> Seam | None:
    """Luma of pictures in a row, (height, width) each, oldest first, and a line in the last, as a share of the height
    -> what is there; None where nothing moved, or no rows are shown again."""
    height = len(pictures[-1])
    near, step = max(LEAST_ROWS, height // ROWS_SHARE), -(-pictures[-1].shape[1] // WIDEST)
    line = round(row * height)
    first, last = max(0, line - near - OFF), min(height, line + near + OFF)
    if line - first < LEAST_ROWS or last - line < LEAST_ROWS:
        return None
    cuts = [np.ascontiguousarray(picture[first:last, ::step]) for picture in reversed(pictures)]
    changes = np.stack([_bands(apart(cuts[0], older)) for older in cuts[1:]])
    best, age, since, back = 0.0, 0, changes[0, 0], changes[0, 0]
    for place in range(line - first - OFF, line - first + OFF + 1):
        above = changes[:, max(0, place - near) : place].mean(axis=1, keepdims=True)
        below = changes[:, place : place + near].mean(axis=1, keepdims=True)
        for side, other in ((below, above), (above, below)):
            ratios = back_ratios(side, other, LEAST_BANDS, FITS)[:, 0]
            if ratios.max() > best:
                best, age = float(ratios.max()), int(ratios.argmax()) + 2
                since, back = side[: age - 1, 0].min(axis=0), side[age - 1, 0]
    if not best:
        return None
    moved = since > MOVED
    fits = float((since > BETTER * (back + CODING))[moved].mean())
    now, older = (_bands(apart(cut[1:], cut[:-1]))[:, moved] for cut in (cuts[0], cuts[age]))
    levels, share = max(_stands_out(now, older, line - first + off - 1) for off in range(-OFF, OFF + 1))
    return Seam(best, float(moved.mean()), levels, share, fits, age)


def _stands_out(now: npt.NDArray[np.float32], older: npt.NDArray[np.float32], place: int) -> tuple[float, float]:
    """By how many levels the step from a row to the next is larger than those about it and than it was, on average over
    bands, and in which share of them; steps are (rows - 1, bands)."""
    upper, lower = now[max(0, place - SEAM_ROWS + 1) : place], now[place + 1 : place + SEAM_ROWS]
    about = np.maximum(upper.mean(axis=0), lower.mean(axis=0))
    excess = now[place] - np.maximum(older[place], about)
    return float(excess.mean()), float((excess > SEEN).mean())


def _bands(values: Plane) -> npt.NDArray[np.float32]:
    """(rows, columns) -> means of bands of eight columns, (rows, bands)."""
    bands = values.shape[1] // BAND
    return values[:, : bands * BAND].reshape(len(values), bands, BAND).mean(axis=2, dtype=np.float32)

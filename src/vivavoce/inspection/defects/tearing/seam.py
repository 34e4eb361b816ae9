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

DRAWN = 1.0
"""Mean step in levels from a column to the next where something is drawn; that of a blurred or plain ground is less."""


@dataclass(frozen=True, slots=True)
class Seam:
    """What the rows about a line tell."""

    ratio: float
    """How much better one side fits an earlier picture than those since, and than the other side fits that one; those
    before may be `EARLIER` times closer."""
    levels: float
    """By how many levels rows differ across the line more than elsewhere, and than there in that earlier picture."""
    share: float
    """Share of what moved in which they do, 0 to 1."""
    fits: float
    """Share of what moved in which that side fits the earlier picture better, each band by itself, 0 to 1."""
    age: int
    """How many pictures old those rows are."""
    before: float
    """How much worse than that picture the one that fits best of those before it does: up to 1, the place looked so."""
    drawn: float
    """Share of what moved in which those rows have something drawn in them, 0 to 1."""


def find_seam(pictures: Sequence[Plane], row: float, earlier: Sequence[Plane] = ()) -> Seam | None:
    """Luma of pictures in a row, (height, width) each, oldest first, and a line in the last, as a share of the height
    -> what is there; None where nothing moved, or no rows are shown again. `earlier`: some of the pictures before,
    narrowed."""
    height = len(pictures[-1])
    near = max(LEAST_ROWS, height // ROWS_SHARE)
    line = round(row * height)
    first, last = max(0, line - near - OFF), min(height, line + near + OFF)
    if line - first < LEAST_ROWS or last - line < LEAST_ROWS:
        return None
    cuts = [narrowed(picture[first:last]) for picture in reversed(pictures)]
    changes = np.stack([bands_of(apart(cuts[0], older)) for older in cuts[1:]])
    best, age, since, back, shown = 0.0, 0, changes[0, 0], changes[0, 0], slice(0)
    for place in range(line - first - OFF, line - first + OFF + 1):
        upper, lower = slice(max(0, place - near), place), slice(place, place + near)
        above, below = (changes[:, rows].mean(axis=1, keepdims=True) for rows in (upper, lower))
        for side, other, rows in ((below, above, lower), (above, below, upper)):
            ratios = back_ratios(side, other, LEAST_BANDS, FITS)[:, 0]
            if ratios.max() > best:
                best, age, shown = float(ratios.max()), int(ratios.argmax()) + 2, rows
                since, back = side[: age - 1, 0].min(axis=0), side[age - 1, 0]
    if not best:
        return None
    moved = since > MOVED
    fits = float((since > BETTER * (back + CODING))[moved].mean())
    cuts_before = [*cuts[age + 1 :], *(picture[first:last] for picture in earlier)]
    rest = min(bands_of(apart(cuts[0][shown], cut[shown])).mean(axis=0)[moved].mean() for cut in cuts_before)
    before = float(rest / (back[moved].mean() + CODING))
    drawn = float((_column_steps(cuts[0][shown]) > DRAWN)[moved].mean())
    now, older = (bands_of(apart(cut[1:], cut[:-1]))[:, moved] for cut in (cuts[0], cuts[age]))
    levels, share = max(_stands_out(now, older, line - first + off - 1) for off in range(-OFF, OFF + 1))
    return Seam(best, levels, share, fits, age, before, drawn)


def narrowed(picture: Plane) -> Plane:
    """A copy of the columns of a picture that are looked at, 640 at most: it keeps no memory of the decoder's."""
    return picture[:, :: -(-picture.shape[1] // WIDEST)].copy()


def _stands_out(now: npt.NDArray[np.float32], older: npt.NDArray[np.float32], place: int) -> tuple[float, float]:
    """By how many levels the step from a row to the next is larger than those about it and than it was, on average over
    bands, and in which share of them; steps are (rows - 1, bands)."""
    upper, lower = now[max(0, place - SEAM_ROWS + 1) : place], now[place + 1 : place + SEAM_ROWS]
    about = np.maximum(upper.mean(axis=0), lower.mean(axis=0))
    excess = now[place] - np.maximum(older[place], about)
    return float(excess.mean()), float((excess > SEEN).mean())


def _column_steps(rows: Plane) -> npt.NDArray[np.float32]:
    """(rows, columns) -> mean difference from a column to the next in bands of eight columns, (bands,)."""
    bands = rows[:, : rows.shape[1] // BAND * BAND].reshape(len(rows), -1, BAND)
    return apart(bands[:, :, 1:], bands[:, :, :-1]).mean(axis=(0, 2), dtype=np.float32)


def bands_of(values: Plane, wide: int = BAND) -> npt.NDArray[np.float32]:
    """(rows, columns) -> means of bands of so many columns, (rows, bands)."""
    bands = values.shape[1] // wide
    return values[:, : bands * wide].reshape(len(values), bands, wide).mean(axis=2, dtype=np.float32)

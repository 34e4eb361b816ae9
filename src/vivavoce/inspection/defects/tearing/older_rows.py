"""Rows that are shown again: on one side of a line time goes back, on the other it goes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane, apart

ROWS, BAND, STEP = 4, 8, 2
"""Rows on either side of a line, columns of a band, and rows from a line to the next that is tried."""

BORDER = 0.07
"""Part of the height at the top and at the bottom that is left out: bars and tickers begin there."""

MOVED, FITS = 2.0, 3.0
"""Mean difference in levels from which a band moved, and up to which it is that of an earlier picture, after coding."""

LEAST_BANDS, CODING = 2, 0.5
"""Bands that must have moved, and levels that keep ratios of next to nothing in bounds."""

EARLIER = 1.7
"""How much closer the pictures before may be than those since: where things move slowly, two in a row are nearly alike.
Ground that shows again is as close to those as to the one that it fits."""

Levels = npt.NDArray[np.float32]


def older_rows_ratio(pictures: Sequence[Plane]) -> float:
    """Luma of pictures in a row, small, (height, width) each, oldest first -> how much better the rows on one side of
    some line in the last fit an earlier one than they fit those since, and than the other side fits it.

    That one is two back or more, and not the oldest: those before it may be `EARLIER` times closer than those since.
    Only bands of columns that moved since count, and rows that stay as they were in the picture before do not: things
    come to rest. 0 where nothing moved.
    """
    now = pictures[-1]
    changes = np.stack([_band_sums(apart(now, older)) for older in reversed(pictures[:-1])])
    rows = changes[:, :-3] + changes[:, 1:-2] + changes[:, 2:-1] + changes[:, 3:]
    means: Levels = np.divide(rows[:, ::STEP], ROWS * BAND, dtype=np.float32)
    border = int(BORDER * len(now)) // STEP
    apart_by = ROWS // STEP
    above, below = means[:, border : -border - apart_by], means[:, border + apart_by : means.shape[1] - border]
    return max(_best_ratio(below, above), _best_ratio(above, below))


def _band_sums(change: Plane) -> npt.NDArray[np.uint16]:
    """(rows, columns) -> sums of bands of eight columns, (rows, bands). Added column by column: that is quicker."""
    bands = change.shape[1] // BAND
    columns = change[:, : bands * BAND].reshape(-1, BAND)
    sums = columns[:, 0].astype(np.uint16)
    for number in range(1, BAND):
        sums += columns[:, number]
    return sums.reshape(len(change), bands)


def _best_ratio(side: Levels, other: Levels) -> float:
    """Of one side of every line and the other, (ages, lines, bands), newest first: the best ratio of any age."""
    return float(back_ratios(side, other, LEAST_BANDS, FITS).max(initial=0.0))


def back_ratios(side: Levels, other: Levels, least_bands: int, fits: float) -> Levels:
    """How much better rows fit an earlier picture than those since, those before, and than the other side fits it.

    `side` and `other`: mean differences in levels to earlier pictures, (ages, lines, bands), newest first -> ratios
    (ages - 2, lines), of ages from two on, the oldest left out; 0 where fewer than `least_bands` moved, or differ by
    over `fits` levels. What shows again once something passed fits the pictures before as well: that is no tear.
    """
    since = np.minimum.accumulate(side, axis=0)[:-2]
    before = np.minimum.accumulate(side[::-1], axis=0)[::-1][2:]
    moved = (since > MOVED).astype(np.float32)
    bands = np.maximum(moved.sum(axis=2), 1.0)
    changed, earlier, back, across = (
        (np.einsum("alb,alb->al", values, moved) / bands).astype(np.float32)
        for values in (since, before, side[1:-1], other[1:-1])
    )
    ratios = np.minimum(np.minimum(changed, EARLIER * earlier), across) / (back + CODING)
    return ratios * ((bands >= least_bands) & (back <= fits))

"""How the rows of a picture follow each other, in space and time: a torn picture has a row that does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane, apart

BANDS, PROFILES = 16, 8
BURST = 6
"""Pictures in a row that are read: a torn one, and five that may hold what it shows again."""

WIDEST = 640
SHIFTS = (-12, -8, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8, 12)


def row_profiles(pictures: Sequence[Plane]) -> npt.NDArray[np.float32]:
    """Six pictures in a row, (height, width) uint8 each -> (8, height - 1, 16): mean differences in bands of columns.

    Of each row of the last picture: to the row below, the same at the sideways shift that fits best, to the row below
    in the picture before, and to the same row in each of the five before, latest first; log(1 + difference). Pictures
    wider than 640 are read at every second (third, …) column.
    """
    *older, now = (_narrow(plane) for plane in pictures)
    past = [_band_means(apart(now, plane))[:-1] for plane in reversed(older)]
    return np.log1p(np.stack([*_across(now), _band_means(apart(older[-1][:-1], older[-1][1:])), *past]))


def _across(plane: Plane) -> list[npt.NDArray[np.float32]]:
    """Differences between neighbouring rows as they stand, and at the best of some sideways shifts."""
    reach = max(SHIFTS)
    upper, lower = plane[:-1], plane[1:, reach : plane.shape[1] - reach]
    width = lower.shape[1]
    shifted = [_band_means(apart(upper[:, reach + s : reach + s + width], lower)) for s in SHIFTS]
    return [shifted[SHIFTS.index(0)], np.min(shifted, axis=0)]


def _band_means(values: Plane) -> npt.NDArray[np.float32]:
    """(rows, columns) -> means of 16 bands of columns, (rows, 16)."""
    edges = np.linspace(0, int(values.shape[1]), BANDS + 1).astype(np.int64)
    sums = np.add.reduceat(values, edges[:-1], axis=1, dtype=np.uint32)
    return (sums / np.diff(edges)).astype(np.float32)


def _narrow(plane: Plane) -> Plane:
    step = -(-plane.shape[1] // WIDEST)
    narrowed = np.ascontiguousarray(plane[:, ::step]) if step > 1 else plane
    missing = BANDS + 2 * max(SHIFTS) - narrowed.shape[1]
    return np.pad(narrowed, ((0, 0), (0, missing)), mode="edge") if missing > 0 else narrowed

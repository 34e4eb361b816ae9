"""How far a picture's steps keep to a grid: the trace that coding in blocks leaves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane, apart

PHASES = 16
FIGURES = 4 * PHASES + 6
MAX_ROWS = 544
SMALLEST = 48


def grid_figures(luma: Plane) -> npt.NDArray[np.float32]:
    """Luma (height, width) uint8, at least 48 x 48 -> (70,) figures of its grid.

    For columns and for rows: the mean step between neighbours at each of 16 phases, above the mean of all (log
    ratio), and how often a step stands out where both sides are flat, by phase. Then the loudness of steps, the share
    of flat places and the contrast of the best phase of 8 against the rest, for columns and for rows. Tall pictures
    are read in evenly spread bands of 16 rows.
    """
    banded = _pick_bands(luma)
    columns, column_rest = _steps(banded)
    rows, row_rest = _steps(_pick_bands(luma.T))
    return np.concatenate([*columns, *rows, column_rest, row_rest]).astype(np.float32)


def standing_steps(luma: Plane) -> Iterator[tuple[npt.NDArray[np.float64], float]]:
    """Of luma (height, width), for columns and for rows: the share of places at each of 16 phases where a step stands
    out between flat sides, (16,), and the mean size, in levels, of those at the phase where most do."""
    for plane in (_pick_bands(luma), _pick_bands(luma.T)):
        middle, _, stands_out = _find_steps(plane)
        share = _fold_by_phase(stands_out.mean(axis=0, dtype=np.float64))
        at = slice((int(share.argmax()) - 2) % PHASES, None, PHASES)
        sizes = middle[:, at][stands_out[:, at]]
        yield share, float(sizes.mean()) if sizes.size else 0.0


def _pick_bands(plane: Plane) -> Plane:
    """At most 544 rows, whole bands of 16 from all over."""
    count: int = plane.shape[0] // PHASES
    most = MAX_ROWS // PHASES
    if count <= most:
        return plane
    bands = np.linspace(0, count - 1, most).astype(np.int64)
    return np.concatenate([plane[PHASES * band : PHASES * (band + 1)] for band in bands])


def _steps(plane: Plane) -> tuple[list[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """Of steps from column to column: two figures for each phase, and three of all."""
    middle, sides, stands_out = _find_steps(plane)
    mean = _fold_by_phase(middle.mean(axis=0, dtype=np.float64))
    often = _fold_by_phase(stands_out.mean(axis=0, dtype=np.float64))
    overall = mean.mean() + 0.05
    eighth = mean.reshape(2, 8).mean(axis=0)
    best = int(eighth.argmax())
    contrast = np.log((eighth[best] + 0.05) / (np.delete(eighth, best).mean() + 0.05))
    rest = np.array([np.log(overall), float((sides <= 1).mean()), contrast])
    return [np.log((mean + 0.05) / overall), 8.0 * often], rest


def _find_steps(plane: Plane) -> tuple[Plane, Plane, npt.NDArray[np.bool_]]:
    """Steps from column to column in levels, the larger of those on their sides, and which stand out between flat
    sides."""
    step = apart(plane[:, 1:], plane[:, :-1])
    middle, sides = step[:, 1:-1], np.maximum(step[:, :-2], step[:, 2:])
    return middle, sides, (middle > sides) & (middle - np.minimum(middle, sides) >= 2) & (sides <= 3)


def _fold_by_phase(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Means by phase of 16, (16,); phase 0 is the step into a block's first column."""
    phases = (np.arange(len(values)) + 2) % PHASES
    return np.bincount(phases, values, PHASES) / np.maximum(1, np.bincount(phases, minlength=PHASES))

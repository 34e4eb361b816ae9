"""Strong edges of a picture by tile: how steep they are, how many, and how many lie still."""

from __future__ import annotations

from math import erf

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane

Edges = npt.NDArray[np.float32]
Lines = npt.NDArray[np.int16]

ROW_STEP = 4
STRONGEST = 0.02
LEAST_EDGES, LEAST_RISE = 16, 12
REACH = 6

ROWS, COLUMNS = 6, 8
"""Of tiles in the picture."""
TILE_EDGES, AS_MANY = 8.0, 3.0
"""Strong edges in a tile from which it tells, and by what ratio their number may change."""

LEAST_FALL = 0.05
"""Part of its sharpness that a tile must lose to the blur that the middle tile shows, to tell whether it lost it."""

WIDTHS = np.geomspace(20.0, 0.1, 160)
SHARPNESS = np.array([erf(0.5 / (2**0.5 * width)) / erf(0.5 * REACH / (2**0.5 * width)) for width in WIDTHS])
"""Sharpness of an edge that a Gaussian of so many pixels (standard deviation) has blurred, rising."""

LIES_STILL, STILL_SHARE, MOST_STILL = 0.15, 0.5, 0.5
"""How much a strong edge that lies still differs from the look before, in parts of its rise; what part of the edges of
a tile of titles lie still; and what part of all tiles may be such: else the camera stands still."""


def sharpness_of(tiles: Edges) -> float:
    """Part of a strong edge's rise over six pixels that its steepest step makes, by the tiles (48, 4) of a picture.

    An even slope gives 0.17, natural video 0.3 to 0.6.
    """
    steepest, rise = tiles[:, :2].sum(axis=0)
    return float(steepest / rise)


def lines_of(luma: Plane) -> Lines:
    """Every fourth row of luma (height, width), in levels."""
    return luma[::ROW_STEP].astype(np.int16)


def edge_tiles(lines: Lines, before: Lines | None) -> Edges | None:
    """The strongest edges of every fourth row of a picture, by tile, as `Look` keeps them; None where there are hardly
    any. `before` are the rows of the look before."""
    rise = np.abs(lines[:, REACH:] - lines[:, :-REACH])
    count = max(LEAST_EDGES, round(STRONGEST * rise.size))
    if count >= rise.size:
        return None
    limit = max(LEAST_RISE, kth_largest(rise, count))
    rows, columns = np.nonzero(rise >= limit)
    if len(rows) < LEAST_EDGES:
        return None
    rises, places = rise[rows, columns], (rows[:, None], columns[:, None] + np.arange(REACH + 1))
    edges = lines[places]
    steepest = np.abs(np.diff(edges, axis=1)).max(axis=1)
    tile = rows * ROWS // rise.shape[0] * COLUMNS + columns * COLUMNS // rise.shape[1]
    still = np.zeros(len(rows))
    if before is not None and before.shape == lines.shape:
        still = np.abs(edges - before[places]).mean(axis=1) < LIES_STILL * rises
    sums = (np.bincount(tile, weights, ROWS * COLUMNS) for weights in (steepest, rises, None, still))
    return np.stack(list(sums), axis=1).astype(np.float32)


def kth_largest(levels: Lines, count: int) -> int:
    """The level from 0 to 255 that `count` of some levels reach, counted out: sorting them takes ten times as long."""
    reached = np.bincount(levels.ravel(), minlength=256)[::-1].cumsum()
    return len(reached) - 1 - int(np.argmax(reached >= count))


def tile_ratio(tiles: Edges, others: Edges) -> float:
    """The median over the tiles that have edges enough and as many in both, of sharpness against that of the other;
    1.0 where no tile has."""
    known = _known(tiles, others)
    if not known.any():
        return 1.0
    return float(np.median(tiles[known, 0] / tiles[known, 1] * others[known, 1] / others[known, 0]))


def blurred_evenly(tiles: Edges, others: Edges, share: float) -> float:
    """The quantile over the tiles that have edges enough and as many in both, of the sharpness that each lost against
    the other, in parts of what the same blur takes from it that the middle tile shows; 0.0 where none lost any.

    The widths of an edge and of a Gaussian blur add in squares: what was soft hardly loses, what was sharp loses most.
    """
    known = _known(tiles, others)
    if not known.any():
        return 0.0
    before, now = others[known, 0] / others[known, 1], tiles[known, 0] / tiles[known, 1]
    width = np.interp(before, SHARPNESS, WIDTHS)
    blur = float(np.median(np.interp(now, SHARPNESS, WIDTHS) ** 2 - width**2))
    if blur <= 0.0:
        return 0.0
    due = 1.0 - np.interp(np.sqrt(width**2 + blur), WIDTHS[::-1], SHARPNESS[::-1]) / before
    tells = due >= LEAST_FALL
    return float(np.quantile((1.0 - now / before)[tells] / due[tells], share)) if tells.any() else 0.0


def same_share(tiles: Edges, others: Edges) -> float:
    """Part of the tiles with edges enough that have as many in the other."""
    return float(_known(tiles, others).sum() / max(1, (tiles[:, 2] >= TILE_EDGES).sum()))


def _known(tiles: Edges, others: Edges) -> npt.NDArray[np.bool_]:
    """Which tiles have edges enough, and as many, in both pictures."""
    fewer, more = np.minimum(tiles[:, 2], others[:, 2]), np.maximum(tiles[:, 2], others[:, 2])
    return (fewer >= TILE_EDGES) & (more <= AS_MANY * fewer)


def titles(past: Edges, soft: Edges) -> npt.NDArray[np.bool_]:
    """Which tiles (48,) lie still before a drop and in it while most others move: graphics over a scene."""
    known = np.minimum(past[:, 2], soft[:, 2]) >= TILE_EDGES
    still = known & (past[:, 3] >= STILL_SHARE * past[:, 2]) & (soft[:, 3] >= STILL_SHARE * soft[:, 2])
    return still if still.sum() <= MOST_STILL * known.sum() else np.zeros_like(still)

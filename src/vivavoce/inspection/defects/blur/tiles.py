"""Strong edges of a picture by tile: how steep they are, how many, and how many lie still."""

from __future__ import annotations

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
    limit = max(LEAST_RISE, int(np.partition(rise.ravel(), rise.size - count)[rise.size - count]))
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


def tile_ratio(tiles: Edges, others: Edges, share: float = 0.5) -> float:
    """The quantile, by default the median, over the tiles that have edges enough and as many in both, of sharpness
    against that of the other; 1.0 where no tile has."""
    counts, other_counts = tiles[:, 2], others[:, 2]
    fewer, more = np.minimum(counts, other_counts), np.maximum(counts, other_counts)
    known = (fewer >= TILE_EDGES) & (more <= AS_MANY * fewer)
    if not known.any():
        return 1.0
    return float(np.quantile(tiles[known, 0] / tiles[known, 1] * others[known, 1] / others[known, 0], share))


def titles(past: Edges, soft: Edges) -> npt.NDArray[np.bool_]:
    """Which tiles (48,) lie still before a drop and in it while most others move: graphics over a scene."""
    known = np.minimum(past[:, 2], soft[:, 2]) >= TILE_EDGES
    still = known & (past[:, 3] >= STILL_SHARE * past[:, 2]) & (soft[:, 3] >= STILL_SHARE * soft[:, 2])
    return still if still.sum() <= MOST_STILL * known.sum() else np.zeros_like(still)

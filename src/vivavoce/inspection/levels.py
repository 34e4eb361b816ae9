"""The levels of luma that occur in the smooth areas of a picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane

Levels = npt.NDArray[np.float64]

STEP = 2
SMOOTH = 2
LEAST_SHARE = 0.04
DRAWN_BITS = 4.0
"""Entropy of the levels of smooth areas under which they are flat colours; video has 5 to 7.5."""


def smooth_levels(luma: Plane) -> Levels | None:
    """How many pixels of smooth areas have each level, (256,); None where there is hardly any such area."""
    lines = luma[::STEP].astype(np.int16)
    flat = (np.abs(lines[:, 2:] - lines[:, 1:-1]) <= SMOOTH) & (np.abs(lines[:, 1:-1] - lines[:, :-2]) <= SMOOTH)
    values = lines[:, 1:-1][flat]
    return np.bincount(values, minlength=256).astype(np.float64) if len(values) >= LEAST_SHARE * lines.size else None


def entropy(levels: Levels) -> float:
    """The entropy of a histogram of levels (256,), in bits; 0 of an empty one."""
    if not levels.any():
        return 0.0
    share = levels[levels > 0] / levels.sum()
    return float(-(share * np.log2(share)).sum())

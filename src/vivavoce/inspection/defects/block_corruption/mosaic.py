"""Whether a whole picture is made of squares on purpose: a mosaic effect, at a grid that is not an encoder's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.block_corruption.features import BLOCK
from vivavoce.inspection.media import Plane, apart

LEAST_SIDE, MOST_SIDE, SIDES = 4.4, 24.0, 240
"""Sides of squares that are looked for, in pixels, and how many."""

ENCODER_PARTS, NEAR = 4, 0.04
"""A comb of steps at an encoder's blocks, or at up to so many parts of them, and sides this near to those, are its."""

_SIDES = 1.0 / np.linspace(1.0 / MOST_SIDE, 1.0 / LEAST_SIDE, SIDES)
_PARTS = BLOCK / np.arange(1, ENCODER_PARTS + 1)
_OTHER = _SIDES[(np.abs(_PARTS[:, None] / _SIDES - 1.0) >= NEAR).all(axis=0)]


def mosaic(luma: Plane) -> float:
    """How far the steps between neighbours in a picture keep to squares of one size, in rows and columns alike: 0 to 1.

    Sizes that encoders work in are passed over: damage keeps to those. The picture is luma, (height, width) uint8.
    """
    across = apart(luma[:, 1:], luma[:, :-1]).sum(axis=0, dtype=np.float64)
    down = apart(luma[1:], luma[:-1]).sum(axis=1, dtype=np.float64)
    return float(np.minimum(_kept_to(across), _kept_to(down)).max())


def _kept_to(steps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """For each side of a square, the part of the steps, (places,), that comes again each time it is passed."""
    turns = np.exp(2j * np.pi * np.outer(1.0 / _OTHER, np.arange(len(steps))))
    return np.abs(turns @ steps) / max(1.0, float(steps.sum()))

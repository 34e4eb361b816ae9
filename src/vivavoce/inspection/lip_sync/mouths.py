"""The mouth of a face, always of one size and upright."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.lip_sync.faces import Points
from vivavoce.inspection.media import Plane

HEIGHT, WIDTH = 32, 48
EYES_WIDE = 1.15
"""Width of the cut in distances between the eyes."""
FINER = 2
LOWER = 0.12
"""How far below the mouth's corners the cut has its middle, in distances between the eyes: a jaw goes down."""


def cut_mouth(luma: Plane, points: Points) -> Plane:
    """Luma (height, width) and a face's five points -> (32, 48) uint8, turned so that the eyes are level."""
    right, left, _, corner, other = points
    across = left - right
    eyes = float(np.hypot(*across)) + 1e-3
    along = across / eyes
    down = np.array([-along[1], along[0]], np.float32)
    middle = (corner + other) / 2 + LOWER * eyes * down
    unit = EYES_WIDE * eyes / (WIDTH * FINER)
    columns = (np.arange(WIDTH * FINER) - (WIDTH * FINER - 1) / 2) * unit
    rows = (np.arange(HEIGHT * FINER) - (HEIGHT * FINER - 1) / 2) * unit
    x = middle[0] + columns[None] * along[0] + rows[:, None] * down[0]
    y = middle[1] + columns[None] * along[1] + rows[:, None] * down[1]
    fine = _between(luma, x, y).reshape(HEIGHT, FINER, WIDTH, FINER)
    return np.rint(fine.mean(axis=(1, 3))).astype(np.uint8)


def _between(luma: Plane, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Luma at places between pixels; beyond the border, the border."""
    height, width = luma.shape
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(np.int64), y.astype(np.int64)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    u, v = x - left, y - top
    upper = luma[top, left] * (1 - u) + luma[top, right] * u
    lower = luma[bottom, left] * (1 - u) + luma[bottom, right] * u
    return upper * (1 - v) + lower * v

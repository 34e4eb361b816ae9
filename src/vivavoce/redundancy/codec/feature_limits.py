"""What features can be: a payload that was damaged unseen must not shout."""

from __future__ import annotations

import numpy as np

from vivavoce.redundancy.features import BANDS, CORRELATION, PITCH, WIDTH, Array


def clip_features(rows: Array) -> Array:
    """Features (frames, 20), held within what speech has."""
    return np.clip(rows, _LOWEST, _HIGHEST)


def _limits() -> tuple[Array, Array]:
    highest = np.full(WIDTH, 12.0, np.float32)
    highest[0] = 30.0
    highest[PITCH], highest[CORRELATION] = 1.5, 0.5
    lowest = -highest
    lowest[0] = -2.0 * np.sqrt(BANDS) - 4.5
    return lowest, highest


_LOWEST, _HIGHEST = _limits()

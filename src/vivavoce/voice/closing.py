"""The end of a sentence that is to fall: high and loud enough for its fall to be heard, and no higher than its low."""

from __future__ import annotations

import numpy as np

from vivavoce.features import Array

LOW_FRAMES, LAST_FRAMES = 32, 16
"""Voiced frames of the melody, of 12.5 ms: where the low is sought, and what is held down to it at last."""
FIRST_ST = 6.0
"""How far above the low the first of the last frames may lie."""


def hold_end_down(f0_hz: Array, known: int, voiced_hz: float, rise_st: float) -> Array:
    """`f0_hz` (frames,) of a sentence up to its end, whose last voiced frames come down to `rise_st` semitones above
    their low at most; the first `known` frames, which were answered already, stay."""
    voiced = np.flatnonzero(f0_hz > voiced_hz)
    last = voiced[-LAST_FRAMES:]
    if len(last) < LAST_FRAMES:
        return f0_hz
    low_hz = np.quantile(f0_hz[voiced[-LOW_FRAMES:]], 0.1)
    highest = low_hz * 2.0 ** (np.linspace(max(FIRST_ST, rise_st), rise_st, len(last)) / 12.0)
    held = f0_hz.copy()
    held[last] = np.minimum(held[last], highest)
    held[:known] = f0_hz[:known]
    return held

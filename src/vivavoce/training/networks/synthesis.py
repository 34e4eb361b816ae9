"""The arithmetic that training and run time share around the vocoder network: windows and band interpolation."""

from __future__ import annotations

from functools import cache

import numpy as np

from vivavoce.features import BANDS, HOP, RATE_HZ, Array, mel_filters
from vivavoce.features import WINDOW as MEL_WINDOW

WINDOW = 4 * HOP
BINS = WINDOW // 2 + 1


@cache
def filter_window() -> Array:
    """Hann window, scaled so that analysis times synthesis over four overlaps adds to one: (960,)."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    return (hann / np.sqrt(1.5)).astype(np.float32)


@cache
def band_level() -> Array:
    """What the mel spectrogram of white noise of unit power is, on average, in each band: (80,)."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(MEL_WINDOW) / MEL_WINDOW)
    rayleigh_mean = np.sqrt(np.pi / 4 * np.sum(hann**2))
    return np.log(rayleigh_mean * mel_filters().sum(axis=1)).astype(np.float32)


@cache
def band_interpolation() -> Array:
    """Linear interpolation from the centres of the 80 mel bands to the 481 bins, (80, 481)."""
    bins = np.fft.rfftfreq(WINDOW, 1.0 / RATE_HZ)
    centres = np.fft.rfftfreq(MEL_WINDOW, 1.0 / RATE_HZ) @ mel_filters().T / mel_filters().sum(axis=1)
    return np.stack([np.interp(bins, centres, row) for row in np.eye(BANDS)]).astype(np.float32)

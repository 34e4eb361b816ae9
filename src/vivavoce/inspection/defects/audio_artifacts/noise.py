"""What steady noise has: a floor that never falls, and as much of it at every frequency."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.defects.audio_artifacts.spectra import FRAME, Levels, mean_power
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

HISS_HZ = (5000.0, 14_000.0)
NOISE_FRAME, NOISE_BINS = 2048, 16
"""Samples of a frame, and bins of a band of 375 Hz, in which noise is as loud everywhere and a synthesiser's partials
are not."""


def floor_spread_db(levels_db: Levels) -> float:
    """How far levels (frames,) of 5 to 14 kHz fall in the quietest tenth of the frames, in dB below the median: noise
    that is always there keeps its floor, cymbals and consonants do not."""
    low, middle = np.quantile(levels_db, (0.1, 0.5))
    return float(middle - low)


def unevenness_db(part: Samples) -> float:
    """How far bins of 23 Hz from 5 to 14 kHz, averaged over a part (samples,), lie below the mean of the 375 Hz around
    them, in dB: those of noise by less than 0.6, a synthesiser's partials, dense as they are, by 2 to 4."""
    power = mean_power(part, NOISE_FRAME) + 1e-20
    first, last = (round(hertz * NOISE_FRAME / NOISE_BINS / SAMPLE_RATE_HZ) for hertz in HISS_HZ)
    bands = power[first * NOISE_BINS : last * NOISE_BINS].reshape(-1, NOISE_BINS)
    return float((10 * np.log10(bands.mean(axis=1)) - 10 * np.log10(bands).mean(axis=1)).mean())


def band_levels_db(part: Samples, *bands_hz: tuple[float, float]) -> list[Levels]:
    """Levels in dB of some bands in each 10 ms of a part (samples,): (frames,) for each band."""
    frames = part[: len(part) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1)) ** 2
    hertz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE_HZ)
    sums = (power[:, (hertz >= low_hz) & (hertz < high_hz)].sum(axis=1) for low_hz, high_hz in bands_hz)
    return [(10 * np.log10(band + 1e-12)).astype(np.float64) for band in sums]

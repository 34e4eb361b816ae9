"""One second of sound seen at three resolutions: hum needs fine frequencies, clicks fine times, hiss the top band."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.matrices import multiply
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

Array = npt.NDArray[np.float32]

MELS, MEL_WINDOW, MEL_HOP, MEL_LOW_HZ, MEL_HIGH_HZ = 64, 1024, 480, 60.0, 22_000.0
TONES, TONE_WINDOW, TONE_VIEWS = 400, 19_200, 4
FINE_WINDOW, FINE_HOP = 192, 96
FINE_EDGES_HZ = (0, 1000, 2000, 4000, 6000, 9000, 12_000, 16_000, 20_000)
LEVELS = 32
FLOOR = 1e-8
QUIET = 2e-3
"""Root mean square (-54 dB) under which a second is a pause with nothing to judge in it."""

SHAPES = {
    "mel": (MELS, SAMPLE_RATE_HZ // MEL_HOP),
    "tones": (TONE_VIEWS, TONES),
    "fine": (len(FINE_EDGES_HZ), SAMPLE_RATE_HZ // FINE_HOP),
    "levels": (2 * LEVELS + 1,),
}
"""Shape of each view of one second."""


def sound_views(samples: Samples) -> dict[str, Array]:
    """(seconds, 48000) at 48 kHz -> the views by name, (seconds, *SHAPES[name]), at unit loudness.

    `mel` (64 bands of 60 Hz to 22 kHz, 10 ms), `tones` (4 windows of 0.4 s, 2.5 Hz apart up to 1 kHz), `fine`
    (8 bands, and the largest bend of the wave, 2 ms) are log10 power; `levels` are 32 quantiles of the samples'
    sizes and 32 of their steps, log10, and last how loud the second was before: noise alone is a pause where it is
    soft, and hiss where it is loud.
    """
    loudness = np.sqrt(np.mean(np.square(samples), axis=1, keepdims=True, dtype=np.float64)) + 1e-6
    sound = (samples / loudness).astype(np.float32)
    return {"mel": _mel(sound), "tones": _tones(sound), "fine": _fine(sound), "levels": _levels(sound, loudness)}


def is_quiet(samples: Samples) -> bool:
    """Whether a stretch of sound (samples,) is too quiet to be judged."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) < QUIET


def _mel(sound: Array) -> Array:
    power = _spectra(sound, MEL_WINDOW, MEL_HOP)
    return np.log10(multiply(power, _mel_filters()) + FLOOR).transpose(0, 2, 1)


def _tones(sound: Array) -> Array:
    hop = (SAMPLE_RATE_HZ - TONE_WINDOW) // (TONE_VIEWS - 1)
    windows = np.lib.stride_tricks.sliding_window_view(sound, TONE_WINDOW, axis=1)[:, ::hop]
    power = _power(windows, TONE_WINDOW)
    return np.log10(power[..., :TONES] + FLOOR)


def _fine(sound: Array) -> Array:
    power = _spectra(sound, FINE_WINDOW, FINE_HOP)
    edges = [round(hertz * FINE_WINDOW / SAMPLE_RATE_HZ) for hertz in FINE_EDGES_HZ]
    bands = np.add.reduceat(power[..., : edges[-1]], edges[:-1], axis=-1)
    return np.log10(np.concatenate([bands, _bends(sound)[..., None]], axis=-1) + FLOOR).transpose(0, 2, 1)


def _bends(sound: Array) -> Array:
    """(seconds, frames): the largest squared second difference in each frame, which a break of one sample makes."""
    bends = np.diff(sound, n=2, axis=1, prepend=sound[:, :1], append=sound[:, -1:])
    frames = bends[:, : sound.shape[1] // FINE_HOP * FINE_HOP].reshape(len(sound), -1, FINE_HOP)
    return np.square(np.abs(frames).max(axis=2)) / FINE_HOP


def _levels(sound: Array, loudness: npt.NDArray[np.float64]) -> Array:
    steps = np.abs(np.diff(sound, axis=1, prepend=sound[:, :1]))
    rank_magnitude = [np.sort(values, axis=1) for values in (np.abs(sound), steps)]
    places = (_shares() * (SAMPLE_RATE_HZ - 1)).astype(np.int64)
    quantiles = np.log10(np.concatenate([values[:, places] for values in rank_magnitude], axis=1) + 1e-4)
    return np.concatenate([quantiles, np.log10(loudness)], axis=1).astype(np.float32)


def _spectra(sound: Array, window: int, hop: int) -> Array:
    """(seconds, frames, bins): power of windows centred on every `hop`."""
    padded = np.pad(sound, ((0, 0), (window // 2, window // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1)[:, ::hop]
    return _power(windows[:, : sound.shape[1] // hop], window)


def _power(windows: Array, window: int) -> Array:
    spectrum = np.fft.rfft(windows * _hann(window), axis=-1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return (power / window).astype(np.float32)


@lru_cache
def _hann(window: int) -> Array:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)).astype(np.float32)


@lru_cache
def _shares() -> npt.NDArray[np.float64]:
    """Shares of the samples below each level: even at first, ever closer towards the loudest."""
    return np.concatenate([np.linspace(0.3, 0.9, LEVELS // 2), 1.0 - np.geomspace(0.08, 1e-4, LEVELS // 2)])


@lru_cache
def _mel_filters() -> Array:
    """(bins, 64) triangles of equal height, evenly spaced in mel."""
    hertz = np.fft.rfftfreq(MEL_WINDOW, 1 / SAMPLE_RATE_HZ)
    low, high = (float(2595.0 * np.log10(1.0 + edge / 700.0)) for edge in (MEL_LOW_HZ, MEL_HIGH_HZ))
    edges = 700.0 * (10.0 ** (np.linspace(low, high, MELS + 2) / 2595.0) - 1.0)
    rising = (hertz[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz[:, None]) / (edges[2:] - edges[1:-1])
    filters = np.maximum(0.0, np.minimum(rising, falling))
    # A band narrower than a bin would be empty: it takes the bin nearest to its middle.
    nearest = np.abs(hertz[:, None] - edges[1:-1]).argmin(axis=0)
    filters[nearest, np.arange(MELS)] = np.maximum(filters[nearest, np.arange(MELS)], 0.5)
    return filters.astype(np.float32)

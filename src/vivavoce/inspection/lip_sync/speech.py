"""What the sync network hears: the loudness of bands of speech, four times a picture."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.matrices import multiply
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

BANDS, PER_TICK = 24, 4
HOP, WINDOW, SIZE = 480, 1200, 2048
LOW_HZ, HIGH_HZ = 100.0, 7000.0
FLOOR = 1e-7


def speech_bands(samples: Samples) -> npt.NDArray[np.float32]:
    """(samples,) at 48 kHz -> log10 power (samples / 480, 24) of mel bands from 100 Hz to 7 kHz, 100 a second."""
    frames = len(samples) // HOP
    if frames == 0:
        return np.zeros((0, BANDS), np.float32)
    padded = np.pad(samples, (WINDOW // 2, WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames]
    spectrum = np.fft.rfft(windows * np.hanning(WINDOW).astype(np.float32), SIZE, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.log10(multiply(power.astype(np.float32), _filters()) / WINDOW + FLOOR)


@lru_cache
def _filters() -> npt.NDArray[np.float32]:
    hertz = np.fft.rfftfreq(SIZE, 1 / SAMPLE_RATE_HZ)
    low, high = (float(2595.0 * np.log10(1.0 + edge / 700.0)) for edge in (LOW_HZ, HIGH_HZ))
    edges = 700.0 * (10.0 ** (np.linspace(low, high, BANDS + 2) / 2595.0) - 1.0)
    rising = (hertz[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)

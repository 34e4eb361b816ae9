"""Power spectra of a part of sound, as a whole or averaged over frames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

Levels = npt.NDArray[np.float64]
FRAME = SAMPLE_RATE_HZ // 100
"""Samples of a frame of 10 ms."""


def power_spectrum(sound: Samples, padding: int) -> tuple[Levels, Levels]:
    """Power of a part (samples,), and the frequency in Hz of each of its bins, (padding * samples / 2 + 1,) both."""
    size = padding * len(sound)
    power = np.abs(np.fft.rfft(sound.astype(np.float64) * np.hanning(len(sound)), size)) ** 2
    return power, np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ).astype(np.float64)


def mean_power(part: Samples, frame: int) -> Levels:
    """Power spectrum of a part (samples,), averaged over its frames of so many samples: (frame / 2 + 1,)."""
    frames = part[: len(part) // frame * frame].reshape(-1, frame)
    return np.square(np.abs(np.fft.rfft(frames * np.hanning(frame), axis=1))).mean(axis=0)

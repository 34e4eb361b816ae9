"""Speech-like sounds at 16 kHz."""

import numpy as np

from vivavoce.redundancy.features import RATE_HZ, Array


def vowel(seconds: float = 1.0, f0_hz: float = 130.0, loudness: float = 0.05) -> Array:
    """A steady vowel whose pitch rises by a fifth a second."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    f0 = f0_hz * 1.5**time
    phase = 2 * np.pi * np.cumsum(f0) / RATE_HZ
    formants = ((600, 1.0), (1200, 0.5), (2500, 0.25))
    total = np.zeros(len(time))
    for number in range(1, 60):
        frequency = number * f0
        size = sum(gain / (1 + ((frequency - centre) / 150) ** 2) for centre, gain in formants)
        total += np.where(frequency < 7500, size * np.cos(number * phase), 0.0)
    return (loudness * total).astype(np.float32)


def hiss(seconds: float = 1.0, loudness: float = 0.05) -> Array:
    """White noise."""
    return np.random.default_rng(1).normal(0.0, loudness, round(seconds * RATE_HZ)).astype(np.float32)

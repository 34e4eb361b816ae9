"""A sound with pitch."""

from __future__ import annotations

import numpy as np

from vivavoce.audio import Audio


def humming(seconds: float = 1.5, f0: float = 150.0) -> Audio:
    time = np.arange(int(24_000 * seconds)) / 24_000
    phase = 2 * np.pi * np.cumsum(f0 * (1 + 0.1 * np.sin(3 * time))) / 24_000
    sound = np.sum([np.sin(k * phase) / k for k in range(1, 12)], axis=0)
    return Audio((0.2 * sound).astype(np.float32), 24_000)

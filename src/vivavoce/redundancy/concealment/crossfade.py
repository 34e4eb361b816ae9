"""From filled to received sound."""

from __future__ import annotations

import numpy as np

from vivavoce.redundancy.features import Array

CROSSFADE = 80
"""5 ms."""


def crossfade(before: Array, after: Array) -> Array:
    """Fade from one sound to another over their common length."""
    weight = np.sin(0.5 * np.pi * (np.arange(len(before)) + 0.5) / len(before)) ** 2
    return (before * (1.0 - weight) + after * weight).astype(np.float32)

"""Log odds: what the evidence for an event adds up in."""

from __future__ import annotations

import numpy as np

SUREST = 0.995
"""Probability up to which a network is believed."""


def log_odds(probability: float) -> float:
    """Of a probability, kept within what a network can know."""
    kept = min(max(probability, 1.0 - SUREST), SUREST)
    return float(np.log(kept / (1.0 - kept)))


def probability_of(odds: float) -> float:
    """Of log odds, as they are."""
    return float(1.0 / (1.0 + np.exp(-odds)))

"""Where and how strongly a defect is put into a clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vivavoce.inspection.simulation.clip import Clip, Truth


@dataclass(frozen=True, slots=True)
class Injection:
    """What to do where. `strength` runs from 0, hardly there, to 1, gross; mild is 0.3, strong 0.8."""

    start_s: float
    seconds: float
    strength: float
    random: np.random.Generator


def make_truth(defect: str, clip: Clip, span: range, at: Injection, **details: object) -> Truth:
    """The truth of a defect in the frames of `span`."""
    return Truth(defect, span.start / clip.rate_hz, span.stop / clip.rate_hz, at.strength, details)

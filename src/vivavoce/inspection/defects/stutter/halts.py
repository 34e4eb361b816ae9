"""Halts of motion, and whether they come at one distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_SINGLES = 8
FEW, BEAT_TOLERANCE = 0.1, 1.1

LEAST_POSES, LONGEST_POSE, POSE_TOLERANCE = 5, 4, 0.25
"""Halts in a row whose beginnings are equally far apart, at most so many pictures, give or take a part of one, in which
drawings are held."""


@dataclass(frozen=True, slots=True)
class Halt:
    """One or more repeats in a row."""

    start_s: float
    end_s: float
    pictures: int
    strength: float
    leap: float
    """The step after it, against typical ones."""
    alike: float
    """Likeness of the picture after it to the one that was held."""


def on_beat(halts: Sequence[Halt], picture_s: float) -> bool:
    """Whether single repeats come at one distance, give or take a picture, as a change of rate leaves them, or halts
    of any length at one exact distance of a few pictures, as of a figure that is drawn on threes."""
    apart = np.diff([halt.start_s for halt in halts]) / picture_s
    poses = apart[1:]  # the first may be cut short by what moved before
    if len(halts) >= LEAST_POSES and poses.max() <= LONGEST_POSE + POSE_TOLERANCE and np.ptp(poses) <= POSE_TOLERANCE:
        return True
    if sum(halt.pictures > 1 for halt in halts) > FEW * len(halts):
        return False
    if len(apart) < LEAST_SINGLES - 1:
        return True
    beats = float(np.median(apart)), float(apart.min())
    return any(float(np.abs(apart - np.rint(apart / beat) * beat).max()) <= BEAT_TOLERANCE for beat in beats)

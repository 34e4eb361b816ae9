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

STOPPED = 0.7
"""Part of what moved before those halts, under which what moves behind them is a figure, and the rest has stopped:
where the rate of the whole picture drops, all of it leaps."""


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
    moved: float
    """Part of what moved in the last steps before it that moves in the one behind it."""


def on_beat(halts: Sequence[Halt], picture_s: float) -> bool:
    """Whether single repeats come at one distance, give or take a picture, as a change of rate leaves them, or halts
    of any length at one exact distance of a few pictures, as of a figure that is drawn on threes before a background
    that has stopped."""
    apart = np.diff([halt.start_s for halt in halts]) / picture_s
    poses = apart[1:]  # the first may be cut short by what moved before
    evenly = len(halts) >= LEAST_POSES and np.ptp(poses) <= POSE_TOLERANCE
    if evenly and poses.max() <= LONGEST_POSE + POSE_TOLERANCE and np.median([halt.moved for halt in halts]) < STOPPED:
        return True
    if sum(halt.pictures > 1 for halt in halts) > FEW * len(halts):
        return False
    if len(apart) < LEAST_SINGLES - 1:
        return True
    beats = float(np.median(apart)), float(apart.min())
    return any(float(np.abs(apart - np.rint(apart / beat) * beat).max()) <= BEAT_TOLERANCE for beat in beats)

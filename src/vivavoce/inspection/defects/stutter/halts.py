"""Halts of motion, and whether they come at one distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

LEAST_SINGLES = 8
FEW, BEAT_TOLERANCE = 0.1, 1.1

LEAST_POSES, LONGEST_POSE, POSE_TOLERANCE = 5, 4, 0.25
"""Halts in a row whose beginnings are equally far apart, at most so many pictures, give or take a part of one, in which
drawings are held."""

STOPPED = 0.7
"""Part of what moved before those halts, under which what moves behind them is a figure, and the rest has stopped:
where the rate of the whole picture drops, all of it leaps."""

BEHIND, OUTRUNS, MOST_OUTRUN = 2, 0.85, 4.0
"""Steps behind the leap after a halt, and what part of the larger of them the leap has, on average over the halts: it
makes up for what was missed, while what had rested sets out slowly; and what a single leap counts at most."""

INTO, CAUGHT_UP = 0.5, 0.5
"""The step that led to the held picture against typical ones, and the one after it against the way that it had come in
as long before: less of both at an only halt, and it came to rest."""

NO_NOISE = 0.96
"""Part of the pixels that are exactly as they were while something moves, from which a picture has no noise: a screen
or a drawing, which rests as it pleases. What the noise of a camera and coding leave is less, also where it stands
still."""


@dataclass(slots=True)
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
    speed: float = 0.0
    """The step after it, in levels."""
    into: float = 1.0
    """The step that led to the held picture, against typical ones."""
    caught_up: float = 1.0
    """The step after it against the way of as many pictures before it."""
    same: float = 0.0
    """Part of the pixels that are exactly as they were, in the last steps before it that moved."""
    behind: list[float] = field(default_factory=list[float])
    """The steps behind that one, in levels."""

    def follow(self, speed: float) -> None:
        """Take the next step."""
        if len(self.behind) < BEHIND:
            self.behind.append(speed)

    @property
    def outruns(self) -> float:
        """The step after it against the larger of those behind it."""
        return min(MOST_OUTRUN, self.speed / max(max(self.behind, default=0.0), 1e-6))


def sets_out_slowly(halts: Sequence[Halt]) -> bool:
    """Whether what moves behind the halts gathers speed: it had come to rest, and nothing was missed."""
    return float(np.mean([halt.outruns for halt in halts])) < OUTRUNS


def came_to_rest(halts: Sequence[Halt]) -> bool:
    """Whether what moved slowed down into an only halt and goes on from there: nothing was missed between two moves."""
    return len(halts) == 1 and halts[0].into < INTO and halts[0].caught_up < CAUGHT_UP


def has_no_noise(halts: Sequence[Halt]) -> bool:
    """Whether what halts is a screen or a drawing, all of which but the thing that moves is exactly as it was."""
    return float(np.median([halt.same for halt in halts])) >= NO_NOISE


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

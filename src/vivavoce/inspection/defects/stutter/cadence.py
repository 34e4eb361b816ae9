"""The cadence in which pictures are repeated, and stretches that depart from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vivavoce.inspection.defects.stutter.halts import LEAST_SINGLES
from vivavoce.inspection.defects.stutter.stamps import GAP_S
from vivavoce.inspection.event_grouper import EventGroup

RATE_TOLERANCE = 1.5

DEPARTS = 2.5
"""How many times as often as around it pictures are repeated in a stretch that departs from a restless cadence."""

UNTIL_S, UNTIL_SHARE = 0.6, 0.3
"""How long before the first halt motion must go on, and what part of its pictures may be repeated."""

LEAST_OUTSIDE, CUT = 12, 0.5
"""Pictures outside of a stretch from which its cadence is told, in the same shot where there are so many; and the
likeness of two pictures under which another shot begins."""


class Look(NamedTuple):
    """A picture, and whether it is a repeat."""

    time_s: float
    again: bool
    shot: int


def is_departure(looks: Sequence[Look], span: EventGroup, usual_repeats: float) -> bool:
    """Whether pictures are repeated clearly less outside of a stretch of these: else that is the cadence of the shot.
    `usual_repeats` is the part of them that may always be repeated."""
    inside: list[Look] = []
    outside: list[Look] = []
    for look in looks:
        if look.time_s <= span.end_s + GAP_S:
            (inside if span.start_s - 0.05 <= look.time_s <= span.end_s + 0.05 else outside).append(look)
    before = [look.again for look in looks if span.start_s - UNTIL_S <= look.time_s < span.start_s]
    if len(outside) < LEAST_OUTSIDE or not inside or not before or float(np.mean(before)) > UNTIL_SHARE:
        return False
    shots = {look.shot for look in inside}
    same_shot = [look for look in outside if look.shot in shots]
    outside = same_shot if len(same_shot) >= LEAST_OUTSIDE else outside
    repeated, usual = (float(np.mean([look.again for look in part])) for part in (inside, outside))
    return usual <= max(usual_repeats, repeated / DEPARTS)


def at_one_rate(looks: Sequence[Look]) -> bool:
    """Whether repeats add up along a line: a slow roll in whole pixels is repeated now once, now twice."""
    repeated = np.cumsum([look.again for look in looks])
    if len(repeated) < 3 * LEAST_SINGLES or repeated[-1] < LEAST_SINGLES:
        return False
    shown = np.arange(len(repeated))
    line = np.polyval(np.polyfit(shown, repeated, 1), shown)
    return float(np.abs(repeated - line).max()) <= RATE_TOLERANCE

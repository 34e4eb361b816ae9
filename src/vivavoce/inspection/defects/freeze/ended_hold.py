"""What comes behind a hold tells whether time went on in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from vivavoce.inspection.defects.freeze.hold import Hold
from vivavoce.inspection.event import Event
from vivavoce.inspection.motion import Step

FOLLOWING = 3
"""Steps that are awaited behind the one that ends a hold."""

STILL, GOES_ON = 1.0, 0.1
"""Levels, and part of typical motion before the hold, of which one of those steps has the lesser at least."""

LEAST_LEAP, LEAST_LATER_LEAP = 0.8, 1.3
"""The step that ended it against typical ones of those: less is the first of a motion that begins; and where another
picture rested before it: a view in a program may be turned again at once."""

BEGINS = 0.25
"""Part of typical motion before the hold that a step has with which a picture that rests behind it is over."""

LONGEST_S = 10.0
"""How long a hold may go on, with a new picture now and then, until its scene must move."""


@dataclass(slots=True)
class EndedHold:
    """A hold that would be an event, if motion goes on behind it."""

    event: Event
    hold: Hold
    leap: float
    """The step that ended it, in levels."""
    following: list[float] = field(default_factory=list[float])
    """The steps behind that one, in levels."""
    dropped: bool = False
    """Whether a picture that rested behind it did not end in a leap."""
    least_leap: float = LEAST_LEAP

    def follow(self, step: Step, leaps: bool) -> None:
        """Take the next step; `leaps` tells whether it leads away from the held picture as the end of a freeze does.
        Where all rests behind the hold, a leap shows that one new picture came through and was held too."""
        if len(self.following) < FOLLOWING:
            self.following.append(step.speed)
        elif step.speed >= max(STILL, BEGINS * self.hold.context):
            self.dropped = self.dropped or not leaps
            self.leap, self.following, self.least_leap = step.speed, [], LEAST_LATER_LEAP
            self.event = replace(self.event, end_s=step.time_s)

    def is_known(self, time_s: float) -> bool:
        """Whether what came until then tells."""
        return self.dropped or (
            len(self.following) == FOLLOWING and (self._goes_on or time_s > self.event.start_s + LONGEST_S)
        )

    @property
    def made_up_for(self) -> bool:
        """Whether the picture leapt and then went on: what had rested begins slowly, and where another picture was
        shown, that rests. True where nothing follows."""
        if self.dropped:
            return False
        return not self.following or (self._goes_on and self.leap >= self.least_leap * float(np.median(self.following)))

    @property
    def _goes_on(self) -> bool:
        return max(self.following, default=0.0) >= min(STILL, GOES_ON * self.hold.context)

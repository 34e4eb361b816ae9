"""What comes behind a hold tells whether time went on in it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vivavoce.inspection.event import Event

FOLLOWING = 3
"""Steps that are awaited behind the one that ends a hold."""

STILL, GOES_ON = 1.0, 0.1
"""Levels, and part of typical motion before the hold, of which one of those steps has the lesser at least."""

LEAST_LEAP = 0.8
"""The step that ended it against typical ones of those: less is the first of a motion that begins."""


@dataclass(slots=True)
class EndedHold:
    """A hold that would be an event, if motion goes on behind it."""

    event: Event
    context: float
    """Typical motion before it, in levels a picture."""
    leap: float
    """The step that ended it, in levels."""
    following: list[float] = field(default_factory=list[float])
    """The steps behind that one, in levels."""

    @property
    def made_up_for(self) -> bool:
        """Whether the picture leapt and then went on: what had rested begins slowly, and where another picture was
        shown, that rests. True where nothing follows."""
        if not self.following:
            return True
        goes_on = max(self.following) >= min(STILL, GOES_ON * self.context)
        return goes_on and self.leap >= LEAST_LEAP * float(np.median(self.following))

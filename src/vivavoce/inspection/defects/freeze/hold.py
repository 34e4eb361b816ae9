"""Pictures that stay as they are, and what was before them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Blocks

SLOWS, RESTLESS = 1.5, 1.0
"""The first third of the steps in a hold against the last, and in levels, from which something comes to rest in it: a
held picture is still at once."""


@dataclass(slots=True)
class Hold:
    """Pictures that stay as they are; motion is in levels a picture."""

    start_s: float
    context: float
    """Typical motion before."""
    last: float
    """Speed of the last step before."""
    moving: bool
    anchor: Blocks
    active: npt.NDArray[np.bool_]
    """Which blocks moved in the last steps before."""
    speeds: list[float] = field(default_factory=list[float])
    same_before: bool = False
    """Whether the scene was the same as long before as motion is looked at: no transition led to it."""
    drawn: bool = False
    """Whether the held picture is a page, a chart or a screen."""
    popped: int = 0
    end_s: float = 0.0
    way: list[float] = field(default_factory=list[float])
    """How far the held picture is from the one before it, from the one before that, and so on, in levels."""

    def way_in(self, steps: int) -> float:
        """The way to the held picture in so many steps, or in as many as are known."""
        return self.way[min(steps, len(self.way)) - 1] if self.way else 0.0

    @property
    def slows(self) -> bool:
        """Whether something comes to rest in it."""
        third = max(1, len(self.speeds) // 3)
        first, last = (float(np.median(speeds)) for speeds in (self.speeds[:third], self.speeds[-third:]))
        return first >= max(RESTLESS, SLOWS * last)

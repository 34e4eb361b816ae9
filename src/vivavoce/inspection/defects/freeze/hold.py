"""Pictures that stay as they are, and what was before them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Blocks

SLOWS, RESTLESS = 1.5, 1.0
"""The first third of the steps in a hold against the last, and in levels, from which something comes to rest in it: a
held picture is still at once."""

GREW, GRADUAL, LEAST_GROWN, GROWN_S = 6.0, 2.5, 8, 0.3
"""Levels by which a block changes within a hold, how many times as far as in its largest step, how many blocks must do
so, of some 900, at least so long behind its beginning and before its end: something is drawn or grows while the rest
stands. The digits of a burnt-in clock and a logo change at once."""


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
    grown_s: float | None = None
    """When a part of the picture had changed bit by bit."""
    first: Blocks = field(init=False)
    latest: Blocks = field(init=False)
    largest_step: Blocks = field(init=False)
    """The largest change from picture to picture of each block in it, in levels."""

    def __post_init__(self) -> None:
        self.first = self.latest = self.anchor.copy()
        self.largest_step = np.zeros_like(self.anchor)

    def follow(self, blocks: Blocks, time_s: float) -> None:
        """Take the next picture."""
        if time_s < self.start_s + GROWN_S:
            self.first = self.latest = blocks
            return
        self.largest_step = np.maximum(self.largest_step, np.abs(blocks - self.latest))
        self.latest = blocks
        way = np.abs(blocks - self.first)
        grown = int(((way > GREW) & (way > GRADUAL * self.largest_step)).sum()) >= LEAST_GROWN
        self.grown_s = time_s if grown and self.grown_s is None else self.grown_s

    def way_in(self, steps: int) -> float:
        """The way to the held picture in so many steps, or in as many as are known."""
        return self.way[min(steps, len(self.way)) - 1] if self.way else 0.0

    @property
    def slows(self) -> bool:
        """Whether something comes to rest in it."""
        third = max(1, len(self.speeds) // 3)
        first, last = (float(np.median(speeds)) for speeds in (self.speeds[:third], self.speeds[-third:]))
        return first >= max(RESTLESS, SLOWS * last)

    @property
    def grows(self) -> bool:
        """Whether a part of the picture changes bit by bit in it, so that the clock of the scene goes on. Slow motion
        at its edges was before or behind it."""
        return self.grown_s is not None and self.end_s - self.grown_s >= GROWN_S

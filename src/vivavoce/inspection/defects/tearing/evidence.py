"""From the looks at single frames to a decision about an event: how likely it is that these frames were torn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vivavoce.inspection.defects.tearing.seam import Seam
from vivavoce.inspection.odds import log_odds, probability_of

LEAST_BEFORE, MOST_BEFORE = 0.3, 10.0
"""Bounds of how much worse the frames before fit."""

DRAWN = 0.1
"""Mean share of what moved that must have something drawn in it: a plain or blurred ground soon shows again."""

MEANS = np.array([0.74, 2.78, 0.30, 0.65])
WEIGHTS = np.array([1.33, 0.77, 4.52, 1.43])
BIAS = -1.29
"""Logistic regression over the four figures of an event, fitted to events of made and clean clips; the bias is 0.4
less than fitted, so that one half leaves few alarms."""


@dataclass(slots=True)
class Evidence:
    """What speaks for one event: sums over the frames in which older rows were found."""

    frames: int = 0
    clearest: float = 0.0
    """Row of the frame that shows the clearest seam, as a share of the height."""
    _levels: float = -np.inf
    _torn: float = -np.inf
    _ratio: float = 0.0
    _strip: float = 0.0
    _before: float = 0.0
    _drawn: float = 0.0

    def add(self, torn: float, row: float, seam: Seam, strip: float) -> None:
        """Take one more frame: how likely it is torn by the network, and its line with what is there."""
        self.frames += 1
        self._torn = max(self._torn, torn)
        self._ratio += float(np.log(seam.ratio))
        self._strip += strip
        self._before += float(np.log(np.clip(seam.before, LEAST_BEFORE, MOST_BEFORE)))
        self._drawn += seam.drawn
        if seam.levels > self._levels:
            self._levels, self.clearest = seam.levels, row

    def probability(self) -> float:
        """That the event is tearing: how much better older rows fit than newer ones, how likely the likeliest frame is
        torn, the share of older cells that lie along the line, and how much worse the frames before fit."""
        if not self.frames or self._drawn < DRAWN * self.frames:
            return 0.0
        ratio, strip, before = (total / self.frames for total in (self._ratio, self._strip, self._before))
        figures = np.array([ratio, log_odds(self._torn), strip, before])
        return probability_of(float(WEIGHTS @ (figures - MEANS)) + BIAS)

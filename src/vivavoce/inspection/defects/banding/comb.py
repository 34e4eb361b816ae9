"""The comb that lost bits make of a histogram of levels: bunches at one distance, and valleys between neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.levels import Levels

LEAST_BUNCHES = 5
PERIODS = (4, 8, 16)
OTHERS = (5, 6, 7, 9, 10, 11, 12, 13, 14)

STANDS_OUT, APART = 1.5, 1.5
"""How far a period of lost bits must stand out over the strongest other one, and how many waves over the levels in use
that must be away from it and its overtones: few pixels, and levels that were stretched, bunch at any distance."""

BUNCH, VALLEY, LEAST_VALLEYS = 0.005, 0.5, 3
"""Share of all pixels that makes a bunch, part of the smaller of two neighbours up to which it is a valley between
them, and how many there must be: a few flat colours lie so many levels apart by chance, with nothing next to them."""

OVERTONE = 0.9
"""How strong a period is at least, against the strongest, that may be the one whose overtone that is."""


@dataclass(frozen=True, slots=True)
class Comb:
    """How far levels bunch at a distance of 4, 8 or 16."""

    tone: float = 0.0
    """0 not at all, 1 all of them."""
    other: float = 0.0
    """The same at the strongest other distance."""
    valleys: int = 0
    """How many there are between neighbouring bunches."""

    @property
    def bunching(self) -> float:
        """The tone, where it is that of lost bits; 0 elsewhere."""
        return self.tone if self.tone >= STANDS_OUT * self.other and self.valleys >= LEAST_VALLEYS else 0.0


def find_comb(levels: Levels) -> Comb:
    """The comb in a histogram of levels (256,); an empty one where they are too few."""
    counts = levels[17:235]
    wide = np.convolve(counts, np.ones(33) / 33, mode="same")
    used = wide > 0.002 * wide.max()
    width = int(np.count_nonzero(used))
    periods = [period for period in PERIODS if width >= LEAST_BUNCHES * period]
    if not periods:
        return Comb()
    even, places = np.minimum(counts[used] / wide[used], 6.0), np.flatnonzero(used)
    tones = {period: _tone(even, places, period) for period in periods}
    best = max(periods, key=lambda period: abs(tones[period]))
    waves = [order * width / best for order in range(1, best)]
    others = [
        other
        for other in OTHERS
        if width >= LEAST_BUNCHES * other and min(abs(width / other - wave) for wave in waves) >= APART
    ]
    strongest = max((abs(_tone(even, places, other)) for other in others), default=0.0)
    alike = (period for period in periods if abs(tones[period]) >= OVERTONE * abs(tones[best]))
    valleys = max(_count_valleys(counts, period, tones[period]) for period in alike)
    return Comb(abs(tones[best]), strongest, valleys)


def _tone(even: Levels, places: npt.NDArray[np.intp], period: int) -> complex:
    return complex(np.sum(even * np.exp(-2j * np.pi * places / period)) / even.sum())


def _count_valleys(counts: Levels, period: int, tone: complex) -> int:
    """Between how many neighbouring bunches, at the places that the phase of a tone gives, hardly anything lies."""
    first = -np.angle(tone) * period / (2 * np.pi) % period - period
    bunches = np.array([_around(counts, place, period) for place in np.arange(first, len(counts) + period, period)])
    between = np.array([_around(counts, place, period) for place in np.arange(first, len(counts), period) + period / 2])
    smaller = np.minimum(bunches[:-1], bunches[1:])[: len(between)]
    between = between[: len(smaller)]
    return int(np.count_nonzero((smaller >= BUNCH * counts.sum()) & (between < VALLEY * smaller)))


def _around(counts: Levels, place: float, period: int) -> float:
    return float(counts[np.abs(np.arange(len(counts)) - place) <= period / 4].sum())

"""Lines at the multiples of the mains, which hum has: one fundamental, and levels that do not change."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.defects.audio_artifacts.spectra import Levels, power_spectrum
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

MAINS_HZ, OFF_HZ = (50.0, 60.0), 0.5
HARMONICS, STEADY_DB = 6, 3.0
AROUND_HZ = (4.0, 14.0)
"""Where around a line the level is that it must stand out of."""

FINE = 4
"""Zero padding, so that a line is placed within a quarter of a hertz, and by its neighbours much closer."""

APART_HZ = 0.06
"""How far the multiples may lie off one fundamental in a second; in half of one, twice as far. Those of made hum lie
within 0.03 Hz, notes near 50, 100 and 200 Hz at 49.76, 2 x 49.88 and 4 x 50.02."""


def mains_levels(part: Samples) -> Levels:
    """Levels in dB of the first six multiples of 50 and of 60 Hz, within half a hertz, in a part of sound (samples,),
    (2, 6): minus infinity for those that do not stand out of what is around them by 8 dB and more, or are not multiples
    of one fundamental."""
    power, hertz = power_spectrum(part, FINE)
    apart_hz = APART_HZ * SAMPLE_RATE_HZ / len(part)
    return np.array([_multiples_db(power, hertz, mains_hz, apart_hz) for mains_hz in MAINS_HZ])


def count_steady(*levels: Levels) -> int:
    """How many multiples of 50 or of 60 Hz there are in every part, in each as loud as in the others within 3 dB, of
    the `mains_levels` of one and more: hum does not change, basses do."""
    lowest, highest = np.min(levels, axis=0), np.max(levels, axis=0)
    there = lowest > -np.inf
    steady = there & (highest - np.where(there, lowest, 0.0) <= STEADY_DB)
    return int(steady.sum(axis=1).max())


def _multiples_db(power: Levels, hertz: Levels, mains_hz: float, apart_hz: float) -> Levels:
    """Levels of the multiples of a mains frequency that share the fundamental that most of them have."""
    lines = [_line(power, hertz, k * mains_hz, OFF_HZ * k**0.5) for k in range(1, HARMONICS + 1)]
    levels_db = np.array([level_db for level_db, _ in lines])
    fundamentals_hz = np.array([place_hz / k for k, (_, place_hz) in enumerate(lines, 1)])
    there = levels_db > -np.inf
    alike = (np.abs(fundamentals_hz[:, None] - fundamentals_hz[None]) <= apart_hz) & there & there[:, None]
    return np.where(alike[int(alike.sum(axis=1).argmax())], levels_db, -np.inf)


def _line(power: Levels, hertz: Levels, at_hz: float, off_hz: float) -> tuple[float, float]:
    """Level of the line at a frequency and where it is in Hz; minus infinity where none stands out."""
    apart = np.abs(hertz - at_hz)
    around = power[(apart > AROUND_HZ[0]) & (apart < AROUND_HZ[1])]
    near = np.flatnonzero(apart < AROUND_HZ[0])
    peak = near[int(power[near].argmax())]
    there = abs(hertz[peak] - at_hz) <= off_hz and power[peak] > 10**0.8 * np.quantile(around, 0.9)
    before, middle, after = np.log(power[peak - 1 : peak + 2] + 1e-20)
    curve = before - 2 * middle + after
    offset = 0.5 * (before - after) / curve if curve < 0 else 0.0
    level_db = float(10 * np.log10(power[peak])) if there else -np.inf
    return level_db, float(hertz[peak] + offset * (hertz[1] - hertz[0]))

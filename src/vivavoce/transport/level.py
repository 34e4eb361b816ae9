"""How loud a stream has been, and a bound on how much louder it may become at once.

Nothing in an Opus packet says whether it is whole: one that was damaged decodes to noise at full scale. Speech begins
louder than this bound hardly ever, and by one packet; noise is held to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vivavoce.audio import Samples

_RISE, _ALWAYS_ALLOWED = 2.0, 0.25
"""A packet may be so many times as loud as all before it, or so loud in any case (root mean square)."""
_GROWTH = 1.2
"""By how much one packet raises what counts as loud: the packets after a damaged one are decoded wrongly, too."""
_RAMP = 40
"""Samples over which the gain goes from one packet's to the next's."""


class Level(NamedTuple):
    """What was heard so far."""

    loudest: float = 0.0
    """Root mean square of the loudest packet."""
    gain: float = 1.0
    """Of the last packet; less than 1 where it was held down."""

    @property
    def bound(self) -> float:
        """Root mean square above which the next packet is held down."""
        return max(_RISE * self.loudest, _ALWAYS_ALLOWED)


def hold_down(level: Level, samples: Samples) -> tuple[Level, Samples]:
    """A received packet, (320,) -> the level after it, and its samples, quieter where they were beyond the bound."""
    heard = root_mean_square(samples)
    gain = min(1.0, level.bound / max(heard, _ALWAYS_ALLOWED))
    believed = min(heard, _GROWTH * level.bound / _RISE)
    after = Level(max(level.loudest, believed), gain)
    if gain == level.gain == 1.0:
        return after, samples
    gains = np.full(len(samples), gain, np.float32)
    gains[:_RAMP] = np.linspace(level.gain, gain, _RAMP)
    return after, samples * gains


def root_mean_square(samples: Samples) -> float:
    """Of full scale, for samples of any number."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))

"""How likely each offset between a mouth and a sound is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.blocks import Network
from vivavoce.inspection.lip_sync.speech import BANDS, PER_TICK
from vivavoce.inspection.media import Plane

REACH = 27
"""Offsets are searched up to this many pictures early and late."""
OFFSETS = np.arange(-REACH, REACH + 1)
USUAL, UNUSUAL = 15, 1.0
"""Nats that offsets beyond so many pictures must be likelier: the more there are, the more of them fit by chance."""
EARLIEST, LATEST = -2, 3
"""Pictures that the sound may be early or late and still be in sync: people notice it from 45 ms early and 125 ms
late, and accept 90 and 185 (ITU-R BT.1359)."""

IN_SYNC = slice(REACH + EARLIEST, REACH + LATEST + 1)
"""Of the offsets, those in sync."""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SyncNetworks:
    """Networks that put mouths and speech into one space, and what makes likelihoods of their likeness."""

    mouth: Network
    speech: Network
    sharpness: float
    none: float

    def evidence(self, mouths: Plane, bands: Array) -> Array:
        """Evidence for each of 55 offsets, and for none of them, (56,).

        `mouths` (ticks, 32, 48) uint8; `bands` (4 * (ticks + 54), 24): the sound from 27 ticks before to 27 after.
        """
        seen = self.mouth.run({"mouths": mouths})["motion"]
        heard = self.speech.run({"bands": bands[None]})["sound"][0]
        at_offsets = self.sharpness * likeness(seen, heard) - UNUSUAL * (np.abs(OFFSETS) > USUAL)
        return np.append(at_offsets, self.none).astype(np.float32)


def likeness(seen: Array, heard: Array) -> Array:
    """Sums of products at 55 offsets: `seen` (ticks, values), `heard` (ticks + 54, values); late sound comes last."""
    seen = seen - seen.mean(axis=0)
    heard = heard - heard.mean(axis=0)
    ticks = len(seen)
    return np.array([float((seen * heard[lag : lag + ticks]).sum()) for lag in range(2 * REACH + 1)], np.float32)


def probabilities(evidence: Array) -> Array:
    """The probabilities of the 55 offsets and of none, (56,), which sum to 1."""
    likely = np.exp(evidence - evidence.max())
    return likely / likely.sum()


def around(bands: Array, first: int, ticks: int, origin: int) -> Array:
    """The sound of ticks `first - 27` to `first + ticks + 27`, floor where there is none; `bands` begin at `origin`."""
    wanted = np.full((PER_TICK * (ticks + 2 * REACH), BANDS), float(bands.min()) if bands.size else -7.0, np.float32)
    start = PER_TICK * (first - REACH - origin)
    low, high = max(0, start), min(len(bands), start + len(wanted))
    if high > low:
        wanted[low - start : high - start] = bands[low:high]
    return wanted

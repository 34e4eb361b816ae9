"""Scores of what was heard against what was said: PLCMOS v2, PESQ wideband, STOI."""

from __future__ import annotations

import math

import numpy as np

from bench.shared.metrics import Meter, load_meters
from vivavoce.audio import Audio, Samples
from vivavoce.transport.opus_codec import RATE_HZ

METRICS = ("plcmos", "pesq", "stoi")


class Ears:
    """All three meters."""

    def __init__(self, threads: int = 1) -> None:
        self._plcmos: Meter = load_meters(["plcmos"], threads)[0]

    def __call__(self, said: Samples, heard: Samples) -> dict[str, float]:
        """`plcmos` and `pesq` of 1 to 5, `stoi` of 0 to 1; NaN where PESQ finds no speech."""
        import pystoi  # what only measuring needs is asked for when something is measured

        plcmos = self._plcmos(Audio(heard, RATE_HZ), "")["plcmos"]
        return {
            "plcmos": float(plcmos),
            "pesq": _pesq(said, heard),
            "stoi": float(pystoi.stoi(said.astype(np.float64), heard.astype(np.float64), RATE_HZ)),
        }


def _pesq(said: Samples, heard: Samples) -> float:
    import pesq

    try:
        return float(pesq.pesq(RATE_HZ, said, heard, "wb"))
    except pesq.NoUtterancesError:
        return math.nan

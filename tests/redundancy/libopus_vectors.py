"""What libopus's own code made of a recording (`bench/transport/vectors.py`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np


@cache
def vectors() -> dict[str, np.ndarray[Any, Any]]:
    with np.load(Path(__file__).parents[1] / "data" / "libopus.npz", allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def rms(values: np.ndarray[Any, Any]) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def snr_db(wanted: np.ndarray[Any, Any], got: np.ndarray[Any, Any]) -> float:
    return 20.0 * float(np.log10(rms(wanted) / (rms(wanted - got) + 1e-12)))

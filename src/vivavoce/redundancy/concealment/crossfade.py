"""Where made sound meets received sound: pulse alignment, extension of a waveform, cross-fades, clicks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from vivavoce.redundancy.features import Array

CROSSFADE = 80
"""5 ms."""
ORDER = 24
NEAR, AROUND = 16, 240
"""1 and 15 ms to both sides of a place that may click, in samples."""
LEAST_LIKENESS = 0.35
"""Correlation below which two sounds have no pulses in common to align."""


def best_lag(made: Array, real: Array, period: float) -> int:
    """By how many samples `made` has to be delayed to lie best on `real`, at most half a period either way.

    0 where they have nothing in common. The two are of one length, longer than the period.
    """
    reach = int(period / 2) + 1
    middle = slice(reach, len(real) - reach)
    if middle.stop - middle.start < reach:
        return 0
    wanted = real[middle] - real[middle].mean()
    shifted = np.lib.stride_tricks.sliding_window_view(made, len(wanted))
    energies = np.sqrt((shifted**2).sum(axis=1) * (wanted**2).sum()) + 1e-9
    likeness = shifted @ wanted / energies
    place = int(likeness.argmax())
    return reach - place if likeness[place] > LEAST_LIKENESS else 0


def extended(samples: Array, count: int) -> Array:
    """What would ring on after `samples` by linear prediction, (count,)."""
    coefficients = _prediction(samples.astype(np.float64))
    ringing = np.concatenate([samples[-ORDER:], np.zeros(count)])
    for place in range(ORDER, ORDER + count):
        ringing[place] = ringing[place - ORDER : place] @ coefficients
    return ringing[ORDER:].astype(np.float32)


def faded(before: Array, after: Array) -> Array:
    """From one sound to another over their common length."""
    weight = np.sin(0.5 * np.pi * (np.arange(len(before)) + 0.5) / len(before)) ** 2
    return (before * (1.0 - weight) + after * weight).astype(np.float32)


def click_db(samples: Array, place: int) -> float:
    """How much a place sticks out: its greatest bend within 1 ms over the 90th percentile of those within 15 ms, in dB.

    Bends are second differences. Natural speech has pulses and so is not at 0: compare with the original's same place.
    """
    bends = np.abs(np.diff(samples.astype(np.float64), 2))
    edges = [max(0, place + shift) for shift in (-AROUND, -NEAR, NEAR, AROUND)]
    before, near, after = (bends[start:stop] for start, stop in pairwise(edges))
    usual = np.percentile(np.concatenate([before, after]), 90)
    return float(20.0 * np.log10((near.max() + 1e-7) / (usual + 1e-7)))


def level(samples: Array) -> float:
    """Root mean square, never zero."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)) + 1e-10))


def _prediction(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Coefficients of the linear prediction of order 24, the oldest sample's first."""
    windowed = samples * np.hanning(len(samples) + 2)[1:-1]
    spectrum = np.abs(np.fft.rfft(windowed, 2 * len(windowed))) ** 2
    correlation = np.fft.irfft(spectrum)[: ORDER + 1]
    correlation[0] = correlation[0] * 1.0001 + 1e-9
    places = np.abs(np.arange(ORDER)[:, None] - np.arange(ORDER))
    return np.linalg.solve(correlation[places], correlation[1:])[::-1].astype(np.float64)

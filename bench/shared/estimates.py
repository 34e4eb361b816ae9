"""Means with their uncertainty: standard errors, and the paired bootstrap for differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = Sequence[float] | npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its standard error and how many observations it rests on."""

    value: float
    standard_error: float
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of `ours - theirs` over pairs, with the bounds of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    count: int


def mean(values: Values) -> Estimate:
    """Mean of independent observations; the standard error of fewer than two is NaN."""
    array = np.asarray(values, dtype=np.float64)
    if len(array) == 0:
        raise ValueError("the mean of no observations is not defined")
    spread = float(array.std(ddof=1) / np.sqrt(len(array))) if len(array) > 1 else float("nan")
    return Estimate(float(array.mean()), spread, len(array))


def ratio(numerators: Values, denominators: Values) -> Estimate:
    """Ratio of sums (a corpus word error rate), with the linearised standard error over utterances."""
    above, below = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    if below.sum() <= 0:
        raise ValueError("a ratio needs a positive sum below the line")
    value = above.sum() / below.sum()
    count = len(above)
    residual = above - value * below
    correction = count / (count - 1) if count > 1 else float("nan")
    return Estimate(float(value), float(np.sqrt(correction * (residual**2).sum()) / below.sum()), count)


def paired_difference(ours: Values, theirs: Values, resamples: int = 10_000, seed: int = 0) -> Difference:
    """Paired percentile bootstrap: item `i` of both lists is the same sentence."""
    differences = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    if len(differences) == 0:
        raise ValueError("a paired difference needs at least one pair")
    generator = np.random.default_rng(seed)
    picks = generator.integers(0, len(differences), size=(resamples, len(differences)))
    low, high = np.percentile(differences[picks].mean(axis=1), [2.5, 97.5])
    return Difference(float(differences.mean()), float(low), float(high), len(differences))

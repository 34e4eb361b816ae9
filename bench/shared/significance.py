"""Whether differences are more than chance: resampled sentences, and the correction for asking often."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def bootstrap(statistic: Callable[[npt.NDArray[np.int64]], float], count: int, resamples: int = 2000) -> Values:
    """The statistic of `resamples` draws, with replacement, of the numbers of `count` sentences."""
    generator = np.random.default_rng(0)
    return np.array([statistic(generator.integers(0, count, count)) for _ in range(resamples)])


def interval(draws: Values) -> tuple[float, float]:
    """The 95 % interval."""
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def p_value(draws: Values) -> float:
    """Two-sided: how often the statistic of a resample lies on the other side of zero."""
    beyond = min(np.mean(draws <= 0), np.mean(draws >= 0))
    return float(min(1.0, 2 * max(beyond, 1 / len(draws))))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm-Bonferroni: p values that may all be believed together."""
    corrected: dict[str, float] = {}
    highest = 0.0
    for place, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, p * (len(p_values) - place)))
        corrected[name] = highest
    return corrected

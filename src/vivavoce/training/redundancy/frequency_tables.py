"""From counted steps to the integer tables that code them."""

from __future__ import annotations

import numpy as np

from vivavoce.redundancy.codec.vivavoce.entropy import TOTAL

LEFT_OUT = 3e-4
"""A dimension whose steps are rarer than this at a level is left out there: it is always zero."""

RARE = 1e-4
"""Steps beyond which fewer than this share lie are clipped."""

MAX_REACH = 40
PRIOR = 30.0
"""How many counts the Laplace distribution weighs that fills the gaps between those seen."""


def frequency_table(steps: np.ndarray) -> list[int]:
    """Frequencies of the steps -k … k out of many observed ones, (count,): positive, with the sum `TOTAL`."""
    sizes = np.abs(steps)
    if (sizes > 0).mean() < LEFT_OUT:
        return [TOTAL]
    reach = int(np.clip(np.quantile(sizes, 1.0 - RARE, method="higher"), 1, MAX_REACH))
    counts = np.bincount(np.clip(steps, -reach, reach) + reach, minlength=2 * reach + 1)
    return whole(counts + PRIOR * laplace(float(sizes.mean()), reach))


def laplace(mean_size: float, reach: int) -> np.ndarray:
    """The two-sided geometric distribution of a mean size, on -reach … reach."""
    decay = (np.sqrt(1.0 + mean_size**2) - 1.0) / mean_size
    shape = decay ** np.abs(np.arange(-reach, reach + 1))
    return shape / shape.sum()


def whole(weights: np.ndarray) -> list[int]:
    """Positive counts in proportion to weights (symbols,), with the sum `TOTAL`."""
    frequencies = 1 + np.floor((TOTAL - len(weights)) * weights / weights.sum()).astype(int)
    frequencies[weights.argmax()] += TOTAL - frequencies.sum()
    return frequencies.tolist()

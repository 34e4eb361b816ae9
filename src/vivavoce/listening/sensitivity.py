"""How far a finding hangs on who listened and to what: resampling, and leaving out."""

from __future__ import annotations

import numpy as np

from vivavoce.listening.inference import Floats, clustered_mean

RESAMPLES = 2000
ENDS = (2.5, 97.5)


def resampled_interval(values: Floats, seed: int = 0) -> tuple[float, float]:
    """95 % of the means of `values` (listeners, items) when listeners and items are drawn again, with replacement.

    Both are drawn at once (the "pigeonhole" bootstrap of Owen, 2007), which if anything is too wide.
    """
    if not (~np.isnan(values)).any():
        return np.nan, np.nan
    means = _weighted_means(values, _draws(values.shape, seed))
    low, high = np.nanpercentile(means, ENDS)
    return float(low), float(high)


def gap_shares(first: Floats, second: Floats, reference: Floats, seed: int = 0) -> tuple[float, float, float]:
    """The share of the gap between the second and the reference that the first closes, with 95 % of what resampling
    gives; infinite ends where the gap itself may be nothing."""
    draws = _draws(first.shape, seed)
    tops, bases, references = (_weighted_means(values, draws) for values in (first, second, reference))
    gap = np.nanmean(reference) - np.nanmean(second)
    share = float((np.nanmean(first) - np.nanmean(second)) / gap) if gap else np.nan
    gaps = references - bases
    if np.nanmin(gaps) <= 0 <= np.nanmax(gaps):
        return share, -np.inf, np.inf
    low, high = np.nanpercentile((tops - bases) / gaps, ENDS)
    return share, float(low), float(high)


def holds_without_any(values: Floats, null: float, significant: bool, level: float = 0.05) -> bool:
    """Whether the verdict stays the same whichever listener, or item, is left out; `values` (listeners, items)."""
    for axis in (0, 1):
        if values.shape[axis] < 3:
            continue
        for index in range(values.shape[axis]):
            if (clustered_mean(np.delete(values, index, axis), null).p < level) != significant:
                return False
    return True


def _draws(shape: tuple[int, ...], seed: int) -> tuple[Floats, Floats]:
    """How often each listener and each item is drawn: (resamples, listeners), (resamples, items)."""
    rng = np.random.default_rng(seed)
    counts = [rng.multinomial(size, np.full(size, 1 / size), RESAMPLES).astype(float) for size in shape]
    return counts[0], counts[1]


def _weighted_means(values: Floats, draws: tuple[Floats, Floats]) -> Floats:
    """The mean for each resample, (resamples,); NaN where nothing was drawn that was rated."""
    listeners, items = draws
    rated = (~np.isnan(values)).astype(float)
    totals = np.einsum("rl,li,ri->r", listeners, np.nan_to_num(values), items, optimize=True)
    counts = np.einsum("rl,li,ri->r", listeners, rated, items, optimize=True)
    return np.divide(totals, counts, out=np.full(len(totals), np.nan), where=counts > 0)

"""Inference for people who each rate the same items: errors clustered two ways, by listener and by item.

Ratings of one listener, and ratings of one item, go together, so a t-test over all ratings calls equal systems
different far too often. The variance of a mean is the sum of what listeners and what items contribute, less what both
count (Cameron, Gelbach and Miller, "Robust inference with multiway clustering", 2011); degrees of freedom are
Satterthwaite's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit  # pyright: ignore[reportMissingTypeStubs] - scipy has none

Floats = npt.NDArray[np.float64]

PAIRED_SHARE = 0.5
"""Contrasts are of pairs, the same listener on the same item, where at least this share of ratings has its pair."""
MOST_SWEEPS = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, or a difference of means, in points of the scale."""

    mean: float
    error: float
    """Standard error, clustered by listener and item."""
    degrees: float
    low: float
    high: float
    """Ends of the confidence interval; infinite where one listener, or one rating, is all there is."""
    p: float
    """Two-sided, against `null`; 1 where nothing can be inferred."""
    ratings: int
    listeners: int
    items: int
    naive_p: float
    """What a t-test over all ratings would say: shown beside the other, never acted on."""


def clustered_mean(values: Floats, null: float = 0.0, level: float = 0.95) -> Estimate:
    """The mean of values (listeners, items), NaN where a listener did not rate an item."""
    rated = ~np.isnan(values)
    values, rated = _without_empty(values, rated)
    count = int(rated.sum())
    if count == 0:
        return Estimate(np.nan, np.nan, 0.0, -np.inf, np.inf, 1.0, 0, 0, 0, 1.0)
    mean = float(values[rated].mean())
    influence = np.where(rated, values - mean, 0.0) / count
    residual = _interaction_variance(values, rated)
    error, degrees = _error(influence, residual / count if residual is not None else None)
    naive = float(values[rated].std(ddof=1) / np.sqrt(count)) if count > 1 else np.nan
    return _estimate(mean, error, degrees, null, level, count, values.shape, _p(mean - null, naive, count - 1))


def contrast(first: Floats, second: Floats, level: float = 0.95) -> Estimate:
    """The mean of `first` less the mean of `second`, both (listeners, items) of the same listeners and items."""
    pairs = ~np.isnan(first) & ~np.isnan(second)
    counts = int((~np.isnan(first)).sum()), int((~np.isnan(second)).sum())
    if pairs.sum() >= PAIRED_SHARE * max(1, min(counts)):
        return clustered_mean(first - second, 0.0, level)
    if min(counts) < 2:
        return clustered_mean(np.full((1, 1), np.nan))
    influence = np.zeros(first.shape)
    squares = 0.0
    for values, sign, count in ((first, 1.0, counts[0]), (second, -1.0, counts[1])):
        influence += sign * np.nan_to_num(values - np.nanmean(values)) / count
        squares += float(np.nanvar(values, ddof=1)) / count
    error, degrees = _error(influence, None)
    mean = float(np.nanmean(first) - np.nanmean(second))
    shape = (int((np.abs(influence).sum(1) > 0).sum()), int((np.abs(influence).sum(0) > 0).sum()))
    naive_p = _p(mean, float(np.sqrt(squares)), sum(counts) - 2)
    return _estimate(mean, error, degrees, 0.0, level, sum(counts), shape, naive_p)


def p_values(differences: Floats) -> Floats:
    """Two-sided p of many complete tables at once: (…, listeners, items) -> (…)."""
    listeners, items = differences.shape[-2:]
    count = listeners * items
    mean = differences.mean((-2, -1))
    by_listener, by_item = differences.mean(-1), differences.mean(-2)
    rest = differences - by_listener[..., :, None] - by_item[..., None, :] + mean[..., None, None]
    parts = (
        items * by_listener.var(-1, ddof=1) / count,
        listeners * by_item.var(-1, ddof=1) / count,
        (rest**2).sum((-2, -1)) / ((listeners - 1) * (items - 1)) / count,
    )
    variance, degrees = _combine(*parts, listeners, items, count)
    return 2 * stdtr(degrees, -np.abs(mean) / np.sqrt(variance))


def holm(p: list[float]) -> list[float]:
    """Adjusted p-values after Holm (1979), in the order given."""
    order = np.argsort(p)
    adjusted, running = [1.0] * len(p), 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (len(p) - rank) * p[int(index)]))
        adjusted[int(index)] = running
    return adjusted


def _error(influence: Floats, residual: float | None) -> tuple[float, float]:
    """Standard error and degrees of freedom from each rating's part (listeners, items) in the deviation of the mean.

    `residual` is the variance that neither listener nor item explains, as a part of the mean's; None where it cannot
    be told apart, and then each rating's own square counts, as in the source.
    """
    listeners, items = influence.shape
    count = int((influence != 0).sum())
    by_listener = _cluster(influence.sum(1))
    by_item = _cluster(influence.sum(0))
    alone = float((influence**2).sum()) if residual is None else residual
    if listeners < 2:
        return np.inf, 0.0
    if items < 2:
        return float(np.sqrt(by_listener)), listeners - 1.0
    variance, degrees = _combine(by_listener, by_item, alone, listeners, items, max(count, 2))
    return float(np.sqrt(variance)), float(degrees)


def _cluster(sums: Floats) -> float:
    return len(sums) / (len(sums) - 1) * float((sums**2).sum()) if len(sums) > 1 else 0.0


def _combine(
    by_listener: Floats | float, by_item: Floats | float, alone: Floats | float, listeners: int, items: int, count: int
) -> tuple[Floats, Floats]:
    """Variance of the mean, at least what single ratings contribute, and Satterthwaite's degrees of freedom."""
    variance = np.maximum(np.asarray(by_listener) + by_item - alone, alone)
    own = np.asarray(alone) ** 2 / ((listeners - 1) * (items - 1))
    spread = np.asarray(by_listener) ** 2 / (listeners - 1) + np.asarray(by_item) ** 2 / (items - 1) + own
    fewest = min(listeners, items) - 1
    degrees = np.divide(variance**2, spread, out=np.full(np.shape(variance), float(fewest)), where=spread > 0)
    return variance, np.clip(degrees, fewest, max(count - 1, fewest))


def _interaction_variance(values: Floats, rated: npt.NDArray[np.bool_]) -> float | None:
    """Variance left when each listener and each item has a mean of its own; None where too few ratings are left."""
    listeners, items = values.shape
    count = int(rated.sum())
    free = count - listeners - items + 1
    if listeners < 2 or items < 2 or free < 1:
        return None
    rest = np.where(rated, values, 0.0)
    for _ in range(MOST_SWEEPS):
        moved = 0.0
        for axis in (1, 0):
            shift = np.where(rated, rest, 0.0).sum(axis, keepdims=True) / rated.sum(axis, keepdims=True)
            rest = np.where(rated, rest - shift, 0.0)
            moved = max(moved, float(np.abs(shift).max())) if axis == 0 else moved
        if moved < 1e-9:
            break
    return float((rest**2).sum()) / free


def _without_empty(values: Floats, rated: npt.NDArray[np.bool_]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    rows, columns = rated.any(1), rated.any(0)
    return values[rows][:, columns], rated[rows][:, columns]


def _estimate(
    mean: float, error: float, degrees: float, null: float, level: float, count: int, shape: tuple[int, ...],
    naive_p: float,
) -> Estimate:  # fmt: skip
    half = error * float(stdtrit(degrees, (1 + level) / 2)) if degrees > 0 and np.isfinite(error) else np.inf
    p = _p(mean - null, error, degrees)
    return Estimate(mean, error, degrees, mean - half, mean + half, p, count, shape[0], shape[1], naive_p)


def _p(deviation: float, error: float, degrees: float) -> float:
    if degrees <= 0 or not np.isfinite(error):
        return 1.0
    if error == 0:
        return 1.0 if deviation == 0 else 0.0
    return float(2 * stdtr(degrees, -abs(deviation) / error))

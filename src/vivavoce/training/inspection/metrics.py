"""Figures of detectors on examples."""

from __future__ import annotations

import numpy as np

from vivavoce.errors import InputError

FALSE_SHARE = 0.01
"""Of clean examples, this many may pass a threshold."""
LOWEST, HIGHEST = 0.85, 0.95
"""Defects are rare: a few hundred clean examples say little of how often an hour of them would be called one."""


def auc(scores: np.ndarray, truth: np.ndarray) -> float:
    """Area under the curve of scores (n,) against truth (n,) of bool: the chance that a true one ranks higher."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    _, first, counts = np.unique(scores[order], return_index=True, return_counts=True)
    ranks[order] = np.repeat(first + (counts + 1) / 2, counts)
    true = int(truth.sum())
    false = len(truth) - true
    return float((ranks[truth].sum() - true * (true + 1) / 2) / max(1, true * false))


def balanced_accuracy(guess: np.ndarray, truth: np.ndarray) -> float:
    """Mean over classes of the share that was classified rightly."""
    return float(np.mean([(guess[truth == label] == label).mean() for label in np.unique(truth)]))


def threshold_over(clean: np.ndarray) -> float:
    """The probability that only few of the clean examples (examples,) pass. Raises `InputError` without any."""
    if not clean.size:
        raise InputError("no clean example for development, prepare more")
    return float(np.clip(np.quantile(clean, 1.0 - FALSE_SHARE), LOWEST, HIGHEST))

"""Post-screening: whose answers do not count, and why.

MUSHRA: ITU-R BS.1534-3, section 4.1.2 ("Post-screening of assessors"). BS.1116-3 asks whether a listener told the
hidden reference from the object at all; a one-sided t-test over the listener's difference grades is its usual form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr  # pyright: ignore[reportMissingTypeStubs] - scipy has none

from vivavoce.listening.inference import Floats
from vivavoce.listening.ratings import RatingTable

REFERENCE_AT_LEAST, ANCHOR_AT_MOST = 90.0, 90.0
SHARE_OF_ITEMS = 0.15
SHARE_OF_ASSESSORS = 0.25
REFERENCE, LOW_ANCHOR, MID_ANCHOR = "reference", "anchor35", "anchor70"
BS1116_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A listener whose answers do not count."""

    listener: str
    reason: str


def screen_mushra(table: RatingTable) -> tuple[list[Exclusion], list[str]]:
    """Who is excluded by BS.1534-3, and which items' mid anchors do not count against anybody.

    An assessor is excluded who rates the hidden reference below 90 for more than 15 % of the items rated, or the mid
    anchor above 90 for more than 15 % of them. Where more than 25 % of all assessors rate an item's mid anchor above
    90, processing hardly degraded that item, and nobody is excluded on the basis of its scores. A test without hidden
    reference or mid anchor has no such rule.
    """
    too_low = _shares(table, REFERENCE, lambda scores: scores < REFERENCE_AT_LEAST)
    exempt = _exempt_items(table)
    counts = np.array([item not in exempt for item in table.items])
    too_high = _shares(table, MID_ANCHOR, lambda scores: (scores > ANCHOR_AT_MOST) & counts)
    exclusions: list[Exclusion] = []
    for index, listener in enumerate(table.listeners):
        reasons = [
            f"{what} for {share:.0%} of the items"
            for what, share in (
                ("hidden reference below 90", too_low[index]), ("mid anchor above 90", too_high[index])
            )
            if share > SHARE_OF_ITEMS
        ]  # fmt: skip
        if reasons:
            exclusions.append(Exclusion(listener, " and ".join(reasons)))
    return exclusions, exempt


def screen_bs1116(table: RatingTable) -> list[Exclusion]:
    """Listeners of whom it cannot be shown that they hear the objects: their difference grades (object less hidden
    reference) are not below zero."""
    exclusions: list[Exclusion] = []
    for index, listener in enumerate(table.listeners):
        grades = table.scores[:, index]
        grades = grades[~np.isnan(grades)]
        if len(grades) < 2:
            exclusions.append(Exclusion(listener, "fewer than two difference grades"))
            continue
        error = grades.std(ddof=1) / np.sqrt(len(grades))
        p = float(stdtr(len(grades) - 1, grades.mean() / error)) if error else float(grades.mean() >= 0)
        if p > BS1116_LEVEL:
            exclusions.append(Exclusion(listener, f"difference grades are not below zero (one-sided p {p:.2f})"))
    return exclusions


def screen_checks(checks: Mapping[str, tuple[int, int, int, int]]) -> list[Exclusion]:
    """Who missed a trap, or most gold clips, after P.808. `checks`: (traps missed, traps, golds missed, golds) each."""
    exclusions: list[Exclusion] = []
    for listener, (traps_missed, traps, golds_missed, golds) in checks.items():
        if traps_missed:
            exclusions.append(Exclusion(listener, f"missed {traps_missed} of {traps} traps"))
        elif golds and golds_missed > golds / 2:
            exclusions.append(Exclusion(listener, f"missed {golds_missed} of {golds} gold clips"))
    return exclusions


def _shares(table: RatingTable, role: str, failed: Callable[[Floats], npt.NDArray[np.bool_]]) -> Floats:
    """Of each listener's items, the share whose score of a role fails; 0 where the role is not in the test."""
    if role not in table.systems:
        return np.zeros(len(table.listeners))
    scores = table.of(role)
    rated = ~np.isnan(scores)
    with np.errstate(invalid="ignore"):
        misses = (failed(scores) & rated).sum(1)
    return misses / np.maximum(rated.sum(1), 1)


def _exempt_items(table: RatingTable) -> list[str]:
    if MID_ANCHOR not in table.systems:
        return []
    scores = table.of(MID_ANCHOR)
    rated = ~np.isnan(scores)
    with np.errstate(invalid="ignore"):
        high = (scores > ANCHOR_AT_MOST).sum(0) / np.maximum(rated.sum(0), 1)
    return [item for item, share in zip(table.items, high, strict=True) if share > SHARE_OF_ASSESSORS]

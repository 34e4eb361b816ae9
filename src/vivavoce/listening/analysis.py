"""From answers to what may be said: who counts, means, contrasts, how large an effect is, how far it can be trusted."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from itertools import combinations

import numpy as np
from scipy.special import bdtrc  # pyright: ignore[reportMissingTypeStubs] - scipy has none

from vivavoce.errors import InputError
from vivavoce.json_types import is_object, is_sequence
from vivavoce.listening.definition import ANCHORS_HZ, REFERENCE, Kind
from vivavoce.listening.inference import Estimate, Floats, clustered_mean, contrast, holm
from vivavoce.listening.ratings import RatingTable, tabulate
from vivavoce.listening.results import Results
from vivavoce.listening.screening import Exclusion, screen_bs1116, screen_checks, screen_mushra
from vivavoce.listening.sensitivity import gap_shares, holds_without_any, resampled_interval

LEVEL = 0.05
CHANCE = {Kind.AB: 0.5, Kind.IDENTITY: 0.5, Kind.ABX: 0.5}
ROLES = (REFERENCE, *ANCHORS_HZ)


@dataclass(frozen=True)
class Contrast:
    """One system beside another, or a pair beside chance."""

    first: str
    second: str
    estimate: Estimate
    p_holm: float
    significant: bool
    """By the adjusted p of errors clustered by listener and item."""
    naive_significant: bool
    """What a t-test over all ratings would call it, adjusted as well."""
    bootstrap: tuple[float, float]
    """95 % of the means of resampled listeners and items."""
    holds_without_any: bool
    """Whether it stays on its side of the level whichever listener or item is left out."""
    percent: float | None = None
    """Of the second's mean."""
    gap_share: tuple[float, float, float] | None = None
    """Share of the way from the second to the reference, with its interval: the articles' figure."""
    binomial_p: float | None = None
    """ABX: the chance of as many right answers by guessing alone."""


@dataclass(frozen=True)
class Analysis:
    """What one test shows."""

    kind: Kind
    simulated: bool
    came: int
    counted: int
    unfinished: int
    items: int
    exclusions: list[Exclusion]
    exempt_items: list[str]
    systems: dict[str, Estimate]
    contrasts: list[Contrast]
    notes: list[str]
    table: RatingTable = field(repr=False)
    seconds: float | None = None
    """Median time of a trial."""
    group: str = ""
    """Of items, where these are not all."""


def analyse(results: Results, baseline: str | None = None, everybody: bool = False) -> Analysis:
    """Screen, estimate, compare. With a `baseline` the others are compared with it alone, otherwise all pairs are.

    Raises `InputError` where nobody's answers are left, or the baseline is no system of the test.
    """
    whole = tabulate(results.ratings)
    exclusions, exempt = ([], []) if everybody else _screen(results, whole)
    table = whole.without(exclusion.listener for exclusion in exclusions)
    if not table.listeners:
        people = len(whole.listeners)
        raise InputError(f"post-screening left none of {people} listeners (--everybody counts all of them)")
    chance = CHANCE.get(results.kind, 0.0)
    systems = {name: clustered_mean(table.of(name), chance) for name in _order_systems(table)}
    compare = _pairs if results.is_pairs or results.kind is Kind.BS1116 else _contrasts
    times = [rating.seconds for rating in results.ratings if rating.seconds]
    return Analysis(
        results.kind, results.simulated, len(results.listeners), len(table.listeners), len(results.unfinished),
        len(table.items), exclusions, exempt, systems, compare(results.kind, table, baseline or results.baseline),
        results.notes, table, float(np.median(times)) if times else None, results.group,
    )  # fmt: skip


def as_json(analysis: Analysis) -> object:
    """Plain values; numbers that are not finite are None."""
    made = {key: value for key, value in asdict(analysis).items() if key != "table"}
    made["listeners"] = list(analysis.table.listeners)
    return _finite(made)


def _screen(results: Results, table: RatingTable) -> tuple[list[Exclusion], list[str]]:
    match results.kind:
        case Kind.MUSHRA:
            return screen_mushra(table)
        case Kind.BS1116:
            return screen_bs1116(table), []
        case Kind.MOS:
            present = set(table.listeners)
            return [one for one in screen_checks(results.checks) if one.listener in present], []
        case _:
            return [], []


def _order_systems(table: RatingTable) -> list[str]:
    """The best system first, then the reference and the anchors."""
    systems = [name for name in table.systems if name not in ROLES]
    roles = [name for name in ROLES if name in table.systems]
    return [*sorted(systems, key=lambda name: -float(np.nanmean(table.of(name)))), *roles]


def _contrasts(kind: Kind, table: RatingTable, baseline: str | None) -> list[Contrast]:
    names = [name for name in _order_systems(table) if name not in ROLES]
    if baseline is not None and baseline not in names:
        raise InputError(f'there is no system "{baseline}" to compare with, only {", ".join(names)}')
    pairs = list(combinations(names, 2)) if baseline is None else [(one, baseline) for one in names if one != baseline]
    estimates = [contrast(table.of(first), table.of(second)) for first, second in pairs]
    made: list[Contrast] = []
    for (first, second), estimate, p, naive in _adjust_estimates(pairs, estimates):
        difference = table.of(first) - table.of(second)
        base = float(np.nanmean(table.of(second)))
        share = None
        if REFERENCE in table.systems:
            share = gap_shares(table.of(first), table.of(second), table.of(REFERENCE))
        holds = holds_without_any(difference, 0.0, estimate.p < LEVEL)
        percent = 100 * estimate.mean / base if base else None
        interval = resampled_interval(difference)
        made.append(Contrast(first, second, estimate, p, p < LEVEL, naive < LEVEL, interval, holds, percent, share))
    return made


def _pairs(kind: Kind, table: RatingTable, baseline: str | None) -> list[Contrast]:
    """Each row of the table is a comparison already: it is held against chance, or against no difference."""
    chance = CHANCE.get(kind, 0.0)
    names = [(name, "chance" if chance else "no difference") for name in _order_systems(table)]
    estimates = [clustered_mean(table.of(name), chance) for name, _ in names]
    made: list[Contrast] = []
    for (name, against), estimate, p, naive in _adjust_estimates(names, estimates):
        values = table.of(name)
        holds = holds_without_any(values, chance, estimate.p < LEVEL)
        guess = _guessing(values) if kind is Kind.ABX else None
        verdicts = (p < LEVEL, naive < LEVEL, resampled_interval(values), holds)
        made.append(Contrast(name, against, estimate, p, *verdicts, binomial_p=guess))
    return made


def _adjust_estimates(
    names: list[tuple[str, str]], estimates: list[Estimate]
) -> list[tuple[tuple[str, str], Estimate, float, float]]:
    adjusted = holm([estimate.p for estimate in estimates])
    naive = holm([estimate.naive_p for estimate in estimates])
    return list(zip(names, estimates, adjusted, naive, strict=True))


def _guessing(values: Floats) -> float:
    """The chance to be right at least so often by guessing; answers "neither" are left out."""
    decided = values[~np.isnan(values) & (values != 0.5)]
    right = int(decided.sum())
    return float(bdtrc(right - 1, len(decided), 0.5)) if right else 1.0


def _finite(value: object) -> object:
    if is_object(value):
        return {key: _finite(one) for key, one in value.items()}
    if is_sequence(value):
        return [_finite(one) for one in value]
    if isinstance(value, float | np.floating):
        number = float(value)  # pyright: ignore[reportUnknownArgumentType] - numpy leaves the width open
        return number if math.isfinite(number) else None
    return bool(value) if isinstance(value, np.bool_) else value  # pyright: ignore[reportUnknownArgumentType] - the same

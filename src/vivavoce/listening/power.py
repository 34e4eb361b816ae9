"""How many people a test needs: the chance to find an effect, by simulation, with the time and the money it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vivavoce.errors import InputError
from vivavoce.listening.inference import p_values
from vivavoce.listening.listeners import Spread, simulate_scores

LEVEL = 0.05
BASE = 60.0
MAX_LISTENERS = 400
CELLS_AT_ONCE = 2_000_000
SECONDS_OF_THOUGHT = 4.0
"""What a listener takes for a stimulus beside hearing it."""
HEARINGS = 2.0
"""How often each stimulus is heard."""
INTRODUCTION_MINUTES = 5.0


@dataclass(frozen=True, slots=True)
class Design:
    """A planned test: points of 100 to be found between two of `systems`, all pairs compared with Holm."""

    effect: float = 6.0
    listeners: int = 30
    items: int = 20
    systems: int = 2
    signals: int = 3
    """Hidden reference and anchors in each trial beside the systems."""
    seconds: float = 5.0
    """Length of a stimulus."""
    exclusions: float = 0.15
    """Share of people whose answers will not count."""

    def __post_init__(self) -> None:
        checks = (
            (2 <= self.listeners <= MAX_LISTENERS, f"listeners: give 2 to {MAX_LISTENERS}"),
            (2 <= self.items <= 500, "items: give 2 to 500"),
            (2 <= self.systems <= 12, "systems: give 2 to 12"),
            (0 < self.effect <= 40, "effect: give more than 0 and at most 40 points"),
            (0 <= self.signals <= 12, "signals: give 0 to 12"),
            (0 <= self.exclusions < 0.9, "exclusions: give a share from 0 to 0.9"),
            (0 < self.seconds <= 60, "seconds: give more than 0 and at most 60"),
        )
        for fine, complaint in checks:
            if not fine:
                raise InputError(complaint)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a test takes of people."""

    people: int
    """To be invited, so that as many listeners count as were planned."""
    minutes: float
    """Of each."""
    price: float
    """Of all, at the price an hour."""


def power(design: Design, spread: Spread | None = None, tests: int = 2000, seed: int = 0) -> float:
    """The chance that the first step of Holm over all pairs finds the effect.

    An effect is found for certain where p is below the level divided by the number of pairs; that is what Holm asks
    of the strongest contrast, so of several effects the others are found as often or oftener.
    """
    rng = np.random.default_rng(seed)
    pairs = design.systems * (design.systems - 1) // 2
    means = np.array([BASE + design.effect, BASE])
    batch = max(1, CELLS_AT_ONCE // (design.listeners * design.items))
    found = 0
    for start in range(0, tests, batch):
        count = min(batch, tests - start)
        scores = simulate_scores(means, design.listeners, design.items, rng, spread, count)
        found += int((p_values(scores[:, 0] - scores[:, 1]) < LEVEL / pairs).sum())
    return found / tests


def fewest_listeners(
    design: Design, wanted: float = 0.8, spread: Spread | None = None, tests: int = 1000,
    told: Callable[[int, float], None] = lambda listeners, chance: None,
) -> int | None:  # fmt: skip
    """The fewest listeners who give the wanted power with the design's items; None where no number does: more items
    are needed then, because every listener hears the same ones."""

    def chance(listeners: int) -> float:
        tried = Design(design.effect, listeners, design.items, design.systems)
        value = power(tried, spread, tests)
        told(listeners, value)
        return value

    low, high = 2, 4
    while chance(high) < wanted:
        low, high = high, min(MAX_LISTENERS, 2 * high)
        if low == high:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if chance(middle) < wanted:
            low = middle
        else:
            high = middle
    return high


def cost(design: Design, price_an_hour: float) -> Cost:
    """People, minutes and money. Raises `InputError` for a price under 0 or of 10,000 and more."""
    if not 0 <= price_an_hour < 10_000:
        raise InputError("price: give what an hour of listening is paid")
    people = int(np.ceil(design.listeners / (1 - design.exclusions)))
    signals = design.systems + design.signals
    trial = signals * (HEARINGS * design.seconds + SECONDS_OF_THOUGHT)
    minutes = INTRODUCTION_MINUTES + design.items * trial / 60
    return Cost(people, minutes, people * minutes / 60 * price_an_hour)

"""A model of listeners, for planning tests, for trying the page and for checking the statistics. It is no finding about
voices, and what it answers is marked as simulated wherever it is shown.

score = system + item + listener + listener x system + item x system + residual, rounded and kept on the scale. Every
part is normal. The hidden reference is found and rated 100 but for a slip now and then; anchors lie where they
usually lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from vivavoce.listening.inference import Floats
from vivavoce.listening.ratings import RatingTable
from vivavoce.listening.screening import LOW_ANCHOR, MID_ANCHOR, REFERENCE

USUAL = {REFERENCE: 100.0, LOW_ANCHOR: 25.0, MID_ANCHOR: 50.0}
SLIPS = 0.03
"""How often an honest listener takes something else for the hidden reference."""


class Behaviour(StrEnum):
    """What a listener does: what the page asks, or something that screening should notice."""

    HONEST = "honest"
    RANDOM = "random"
    """Any score for anything."""
    LAZY = "lazy"
    """Much the same score for everything."""
    CONFUSED = "confused"
    """Low is taken for good."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard deviations of the parts of a rating, in points of 100.

    The values by default give a test of 30 listeners and 20 items a power of three quarters for 6 points.
    """

    listener: float = 10.0
    item: float = 6.0
    listener_system: float = 5.0
    item_system: float = 5.0
    residual: float = 14.0


def simulate_scores(
    means: Floats, listeners: int, items: int, rng: np.random.Generator, spread: Spread | None = None, tests: int = 1,
    scale: tuple[float, float] = (0.0, 100.0),
) -> Floats:  # fmt: skip
    """Honest scores of `tests` tests, (tests, systems, listeners, items), given the systems' means (systems,)."""
    spread = spread or Spread()
    unit = (scale[1] - scale[0]) / 100.0
    systems = len(means)

    def part(deviation: float, *shape: int) -> Floats:
        return rng.normal(0.0, deviation * unit, (tests, *shape))

    scores = (
        np.asarray(means, float)[None, :, None, None]
        + part(spread.listener, 1, listeners, 1)
        + part(spread.item, 1, 1, items)
        + part(spread.listener_system, systems, listeners, 1)
        + part(spread.item_system, systems, 1, items)
        + part(spread.residual, systems, listeners, items)
    )
    step = 1.0 if unit >= 1 else unit
    return np.clip(np.round(scores / step) * step, *scale)


def simulate_mushra(
    means: dict[str, float], listeners: int, items: int, rng: np.random.Generator, spread: Spread | None = None,
    cheats: dict[Behaviour, int] | None = None,
) -> RatingTable:  # fmt: skip
    """A MUSHRA test with hidden reference and both anchors; the last listeners are cheats, named by what they do."""
    everything = {**means, **USUAL}
    names = tuple(everything)
    scores = simulate_scores(np.array(list(everything.values())), listeners, items, rng, spread)[0]
    slip = rng.random((listeners, items)) < SLIPS
    scores[names.index(REFERENCE)] = np.where(slip, rng.integers(40, 90, slip.shape), 100.0)
    people = [f"listener {number + 1}" for number in range(listeners)]
    for kind, count in (cheats or {}).items():
        for number in range(count):
            answers = behave(kind, np.array(list(everything.values())), items, rng)
            scores = np.concatenate([scores, answers[:, None]], axis=1)
            people.append(f"{kind} {number + 1}")
    return RatingTable(names, tuple(people), tuple(f"item {number + 1}" for number in range(items)), scores)


def behave(kind: Behaviour, means: Floats, items: int, rng: np.random.Generator) -> Floats:
    """What one listener of a kind answers on a scale of 100, (systems, items)."""
    shape = (len(means), items)
    match kind:
        case Behaviour.RANDOM:
            return rng.integers(0, 101, shape).astype(float)
        case Behaviour.LAZY:
            return np.clip(np.round(rng.normal(rng.uniform(40, 75), 3.0, shape)), 0, 100)
        case Behaviour.CONFUSED:
            return np.clip(np.round(100.0 - means[:, None] + rng.normal(0, 8, shape)), 0, 100)
        case Behaviour.HONEST:
            return simulate_scores(means, 1, items, rng)[0, :, 0]

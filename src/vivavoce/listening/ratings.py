"""Ratings as a table: what each listener answered about each system on each item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from vivavoce.errors import InputError
from vivavoce.listening.inference import Floats

MAX_CELLS = 50_000_000


@dataclass(frozen=True, slots=True)
class Rating:
    """One answer."""

    listener: str
    item: str
    system: str
    """Name of a system, or one of the roles `reference`, `anchor35`, `anchor70`."""
    score: float
    seconds: float | None = None
    """What the listener took for the whole trial."""


@dataclass(frozen=True)
class RatingTable:
    """Scores of shape (systems, listeners, items), NaN where there is none; of repeated answers the mean."""

    systems: tuple[str, ...]
    listeners: tuple[str, ...]
    items: tuple[str, ...]
    scores: Floats

    def of(self, system: str) -> Floats:
        """Scores of one system, (listeners, items)."""
        return self.scores[self.systems.index(system)]

    def without(self, listeners: Iterable[str]) -> RatingTable:
        """The same but for some listeners."""
        out = set(listeners)
        keep = [index for index, name in enumerate(self.listeners) if name not in out]
        names = tuple(self.listeners[index] for index in keep)
        return RatingTable(self.systems, names, self.items, self.scores[:, keep])

    def only(self, systems: Sequence[str]) -> RatingTable:
        """The same for some systems, in the order given."""
        rows = [self.systems.index(name) for name in systems]
        return RatingTable(tuple(systems), self.listeners, self.items, self.scores[rows])


def tabulate(ratings: Iterable[Rating]) -> RatingTable:
    """Ratings in the order in which names first appear. Raises `InputError` where there are none, or far too many."""
    kept = list(ratings)
    if not kept:
        raise InputError("no ratings there: has anybody finished a trial?")
    names = [list(dict.fromkeys(getattr(rating, field) for rating in kept)) for field in ("system", "listener", "item")]
    shape = tuple(map(len, names))
    if int(np.prod(shape, dtype=np.int64)) > MAX_CELLS:
        raise InputError(f"{shape[0]} systems x {shape[1]} listeners x {shape[2]} items are too many for one table")
    codes = [{name: index for index, name in enumerate(one)} for one in names]
    totals, counts = np.zeros(shape), np.zeros(shape)
    for rating in kept:
        place = codes[0][rating.system], codes[1][rating.listener], codes[2][rating.item]
        totals[place] += rating.score
        counts[place] += 1
    scores = np.divide(totals, counts, out=np.full(shape, np.nan), where=counts > 0)
    systems, listeners, items = (tuple(one) for one in names)
    return RatingTable(systems, listeners, items, scores)

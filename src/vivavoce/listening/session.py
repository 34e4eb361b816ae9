"""One listener's way through a test: which pages, in which order, and which stimulus behind which letter."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from vivavoce.listening.balance import williams_row
from vivavoce.listening.definition import Group, Kind, ListeningTest, Page, Stimulus, Trial

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Step:
    """A page as one listener gets it."""

    page: Page
    slots: tuple[Stimulus, ...] = ()
    """Stimuli in the order of the letters A, B, …"""
    x: int | None = None
    """Of an ABX trial without a named reference: which of the two is X."""

    @property
    def id(self) -> str:
        """What answers and logs name it by; pages are told apart by it."""
        return getattr(self.page, "id", "finish")


def steps_of(test: ListeningTest, number: int) -> list[Step]:
    """Every page for the listener who came as `number`-th, from 0; the same whenever it is asked."""
    draw = random.Random(f"{test.id} {number}")
    return [_step(page, number, place, draw) for place, page in enumerate(_pages(test.pages, number))]


def _pages(group: Group, number: int) -> Iterator[Page]:
    order = williams_row(len(group.pages), number) if group.shuffle else range(len(group.pages))
    for index in order:
        page = group.pages[index]
        if isinstance(page, Group):
            yield from _pages(page, number)
        else:
            yield page


def _step(page: Page, number: int, place: int, draw: random.Random) -> Step:
    if not isinstance(page, Trial):
        return Step(page)
    # By the trial's own number, not its place: each stimulus of an item stands everywhere equally often.
    row = number + sum(page.id.encode())
    order = williams_row(len(page.stimuli), row) if page.options.shuffle else list(range(len(page.stimuli)))
    slots = tuple(page.stimuli[index] for index in order)
    if page.kind is Kind.TRANSCRIPTION:
        return Step(page, slots[:1])  # whoever has read or heard a sentence cannot hear it for the first time
    hidden = page.kind is Kind.ABX and page.reference is None
    return Step(page, slots, draw.randrange(2) if hidden else None)

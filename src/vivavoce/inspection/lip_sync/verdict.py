"""From the evidence of face tracks to a verdict on a stretch of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vivavoce.inspection.lip_sync.offsets import IN_SYNC, OFFSETS, REACH, Array, probabilities

Answer = Literal["in sync", "out of sync", "inconclusive"]

SURE = 0.6
PEAK = 0.4
"""Least probability of one offset with its neighbours: a face that does not speak spreads it over many."""

ALONE, SAME_OFFSET = 0.95, 2
"""Probability from which one stretch is believed by itself, and how far the offsets of two in a row may lie apart that
are believed together, in pictures."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tracks of one stretch say together."""

    start_s: float
    end_s: float
    answer: Answer
    offset_frames: int
    """In pictures of 40 ms; positive: the sound is late. Only meant where the answer is not "inconclusive"."""
    probability: float
    """Of the answer, on average over the tracks that gave it."""
    votes: dict[str, int]


def vote(evidence: Array) -> tuple[Answer, int, float]:
    """One track's answer, its likeliest offset, and how likely the answer is. The offset is on the side of the answer:
    where many far ones outweigh one in sync that is likelier than each, nothing is said."""
    likely = probabilities(evidence)
    offsets = likely[: 2 * REACH + 1]
    best = int(offsets.argmax())
    peak = float(offsets[max(0, best - 1) : best + 2].sum())
    synced = float(offsets[IN_SYNC].sum())
    apart = float(offsets.sum()) - synced
    offset = int(OFFSETS[best])
    fits = best in range(*IN_SYNC.indices(len(offsets)))
    if synced > SURE and peak > PEAK and fits:
        return "in sync", offset, synced
    if apart > SURE and peak > PEAK and not fits:
        return "out of sync", offset, apart
    return "inconclusive", offset, float(likely[-1])


def verdict(start_s: float, end_s: float, evidence: Sequence[Array]) -> Verdict:
    """The majority of the tracks that take sides; without any, or with as many on either side, inconclusive."""
    voted = [vote(one) for one in evidence]
    votes = {side: sum(answer == side for answer, *_ in voted) for side in ("in sync", "out of sync", "inconclusive")}
    if votes["in sync"] == votes["out of sync"]:
        return Verdict(start_s, end_s, "inconclusive", 0, 0.0, votes)
    answer: Answer = "in sync" if votes["in sync"] > votes["out of sync"] else "out of sync"
    sides = [(offset, likely) for side, offset, likely in voted if side == answer]
    offset = max(sides, key=lambda side: side[1])[0]
    return Verdict(start_s, end_s, answer, offset, float(np.mean([likely for _, likely in sides])), votes)


class Agreement:
    """Which verdicts of "out of sync" to believe: sound that is late is so for longer than one stretch.

    One is believed when it is very sure, when the one before or after it says nearly the same, or when the file is but
    one stretch. Those between two that say nothing part them not; but one doubtful word in many stretches is no word.
    """

    def __init__(self) -> None:
        self._before: Verdict | None = None
        self._doubted: Verdict | None = None
        self._count = 0

    def take(self, said: Verdict) -> list[Verdict]:
        """Take the next verdict; give those that are now believed."""
        self._count += 1
        if said.answer == "inconclusive":
            return []
        before, doubted = self._before, self._doubted
        self._before, self._doubted = said, None
        if said.answer != "out of sync":
            return []
        if before and before.answer == said.answer and abs(before.offset_frames - said.offset_frames) <= SAME_OFFSET:
            return [doubted, said] if doubted else [said]
        if said.probability >= ALONE:
            return [said]
        self._doubted = said
        return []

    def finish(self) -> list[Verdict]:
        """The one verdict of a short file that was in doubt."""
        return [self._doubted] if self._doubted and self._count == 1 else []

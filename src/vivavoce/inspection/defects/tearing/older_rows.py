"""Rows that are shown again: on one side of a line time goes back, on the other it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane

COLUMN_STEP = 4
LEAST_ROWS, ROWS_SHARE = 8, 40
"""Rows on either side of a line that are looked at: eight, or a fortieth of the height."""

BORDER = 0.07
"""Part of the height at the top and at the bottom that is left out: bars and tickers begin there."""

FITS = 3.0
"""Mean difference in levels up to which rows are those of an earlier picture, after coding."""

BOB_ROWS, BOB_BANDS, BOB_LEFT = 6, 3, 0.8
ADDED, CODING = 0.2, 0.4
"""Levels that keep ratios of next to nothing in bounds."""


@dataclass(frozen=True, slots=True)
class OlderRows:
    """Where rows of an earlier picture are shown."""

    ratio: float
    """How much worse the pictures after that one, and the other side of the line, fit."""
    row: float
    """The line, as a share of the height."""
    age: int
    """How many pictures ago they were shown."""


def find_older_rows(pictures: Sequence[Plane]) -> OlderRows | None:
    """Luma of pictures in a row, (height, width) each, oldest first -> the clearest line in the last; None without.

    Rows that only stay as they were in the picture before do not count: things come to rest.
    """
    now = pictures[-1][:, ::COLUMN_STEP].astype(np.int16)
    apart = np.stack([np.abs(now - older[:, ::COLUMN_STEP]).mean(axis=1) for older in reversed(pictures[:-1])])
    height, near = len(now), max(LEAST_ROWS, len(now) // ROWS_SHARE)
    lines = np.arange(max(near, int(BORDER * height)), min(height - near, int((1 - BORDER) * height)))
    if not len(lines):
        return None
    sums = np.pad(np.cumsum(apart, axis=1), ((0, 0), (1, 0)))
    means = (sums[:, near:] - sums[:, :-near]) / near
    below, above = means[:, lines], means[:, lines - near]
    found = max((*_ratios(below, above), *_ratios(above, below)), key=lambda one: one[0], default=None)
    return OlderRows(found[0], float(lines[found[1]] / height), found[2]) if found else None


def bobs(before: Plane, now: Plane, row: float) -> bool:
    """Whether the picture moved up or down alike on both sides of a line, at a share of the height: a camera that is
    shaken comes back to where it was, and older rows fit all of it. Both planes are (height, width)."""
    older, newer = (plane[:, ::COLUMN_STEP].astype(np.int16) for plane in (before, now))
    line, near = int(row * len(newer)), BOB_BANDS * max(LEAST_ROWS, len(newer) // ROWS_SHARE)
    best: list[int] = []
    for first, last in ((max(BOB_ROWS, line - near), line), (line, min(len(newer) - BOB_ROWS, line + near))):
        apart = {
            rows: float(np.abs(newer[first:last] - older[first + rows : last + rows]).mean())
            for rows in range(-BOB_ROWS, BOB_ROWS + 1)
        }
        rows = min(apart, key=lambda moved: apart[moved])
        best.append(rows if apart[rows] < BOB_LEFT * apart[0] else 0)
    return best[0] * best[1] > 0


def _ratios(side: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> list[tuple[float, int, int]]:
    """The best ratio, its place and its age, of each age from two on; both are (ages, lines), newest first."""
    moved = np.minimum.accumulate(side, axis=0)
    best: list[tuple[float, int, int]] = []
    for age in range(1, len(side)):
        ratio = (np.minimum(moved[age - 1], other[age]) + ADDED) / (side[age] + CODING)
        ratio[side[age] > FITS] = 0.0
        place = int(ratio.argmax())
        best.append((float(ratio[place]), place, age + 1))
    return best

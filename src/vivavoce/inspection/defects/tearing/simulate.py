"""Rows of an older picture below (or above) a horizontal line."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.simulation.clip import Clip, Plane, Truth, Yuv
from vivavoce.inspection.simulation.injection import Injection, make_truth


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Every picture of the stretch is split at a row that wanders; the older part is 1 to 5 pictures old."""
    span = clip.picture_span(at.start_s, at.seconds)
    age = 1 + round(4 * at.strength)
    above = bool(at.random.integers(2))
    row = at.random.uniform(0.2, 0.8)
    frames: list[Yuv] = []
    rows: list[float] = []
    for number in span:
        row = float(np.clip(row + at.random.normal(0.0, 0.05), 0.1, 0.9))
        old, new = clip.frames[max(0, number - age)], clip.frames[number]
        cut = int(row * new.luma.shape[0] / 2) * 2
        frames.append(splice_rows(old, new, cut) if above else splice_rows(new, old, cut))
        rows.append(round(row, 3))
    return clip.with_frames(span, frames), make_truth("tearing", clip, span, at, age=age, rows=rows)


def splice_rows(top: Yuv, bottom: Yuv, row: int) -> Yuv:
    """Two pictures of one size in one: the rows before an even one of the first, the others of the second."""

    def splice(one: Plane, two: Plane, scale: int) -> Plane:
        return np.concatenate([one[: row // scale], two[row // scale :]])

    return Yuv(splice(top.luma, bottom.luma, 1), splice(top.blue, bottom.blue, 2), splice(top.red, bottom.red, 2))

"""What kind of picture it is, as far as detectors must know: line-up charts are no pictures of anything."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.levels import DRAWN_BITS, entropy, smooth_levels
from vivavoce.inspection.media import Plane

LEVELS, SHARE, SPREAD = 12, 0.6, 20.0
PAPER, PAPER_SHARE, NEXT, INK_SHARE = 200, 0.6, 1, 0.01
"""A page is one bright level, give or take the next ones, on so much of it, with darker print on so little at least."""


BLACK = 18
"""Levels below it are bars, night and fades, of which nothing is told."""


def is_drawn(small: Plane) -> bool:
    """Whether luma (height, width) is that of a chart, or of a page, screen or title: its smooth areas are flat."""
    if is_chart(small):
        return True
    levels = smooth_levels(small)
    if levels is None:
        return False
    levels[:BLACK] = 0.0
    return 0.0 < entropy(levels) < DRAWN_BITS


def is_chart(small: Plane) -> bool:
    """Whether luma (height, width) is that of bars, a test pattern or a plain screen: few levels, far apart.

    The twelve commonest levels fill 60 % of such a picture, of natural ones 10 to 50 %; fog, night and fades have few
    levels that lie close together.
    """
    counts = np.bincount(small.ravel(), minlength=256)
    commonest = np.partition(counts, 256 - LEVELS)[256 - LEVELS :].sum()
    if commonest < SHARE * small.size:
        return False
    return float(small.std()) >= SPREAD or _is_page(counts)


def _is_page(counts: npt.NDArray[np.intp]) -> bool:
    """Whether a histogram of 256 levels is that of a bright page with little print."""
    paper = int(counts.argmax())
    even = counts[paper - NEXT : paper + NEXT + 1].sum()
    ink = counts[: max(0, paper - LEVELS)].sum()
    return bool(paper >= PAPER and even >= PAPER_SHARE * counts.sum() and ink >= INK_SHARE * counts.sum())

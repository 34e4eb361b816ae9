"""Where older rows are in a picture."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.defects.tearing.strip import strip_share
from vivavoce.inspection.media import Plane


def _panned(count: int) -> list[Plane]:
    scene = np.random.default_rng(1).integers(16, 235, (96, 400)).astype(np.uint8)
    return [scene[:, 7 * number : 7 * number + 160].copy() for number in range(count)]


def test_older_rows_of_a_tear_lie_in_one_strip() -> None:
    pictures = _panned(7)
    pictures[-1][32:56] = pictures[-4][32:56]
    assert (strip_share(pictures) or 0.0) > 0.9


def test_where_nothing_shows_again_there_is_no_strip() -> None:
    assert strip_share(_panned(7)) is None
    assert strip_share([_panned(1)[0]] * 7) is None


def test_what_shows_again_here_and_there_lies_in_no_strip() -> None:
    """Things that turn: every second tile is back where it was, and those between move on."""
    pictures = _panned(7)
    rows, columns = np.indices(pictures[0].shape)
    again = (rows // 4 + columns // 8) % 2 == 0
    pictures[-1][again] = pictures[-4][again]
    assert (strip_share(pictures) or 0.0) < 0.25


def test_a_strip_counts_against_all_that_shows_again() -> None:
    """One strip across, and far more that is back in half of the columns."""
    pictures = _panned(7)
    pictures[-1][8:12] = pictures[-4][8:12]
    pictures[-1][20:, :64] = pictures[-4][20:, :64]
    assert 0.0 < (strip_share(pictures) or 0.0) < 0.25

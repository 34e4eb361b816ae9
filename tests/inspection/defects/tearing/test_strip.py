"""Where the older cells of a frame are."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.inspection.defects.tearing.strip import strip_share
from vivavoce.inspection.media import Plane


def _panned(count: int) -> list[Plane]:
    scene = np.random.default_rng(1).integers(16, 235, (96, 400)).astype(np.uint8)
    return [scene[:, 7 * number : 7 * number + 160].copy() for number in range(count)]


@pytest.mark.parametrize("older", [slice(48, 96), slice(0, 48), slice(48, 72)])
def test_older_rows_of_a_tear_lie_in_a_strip_along_its_line(older: slice) -> None:
    pictures = _panned(7)
    pictures[-1][older] = pictures[-4][older]
    assert strip_share(pictures, 0.5, 3) == 1.0


def test_where_nothing_shows_again_there_is_no_strip() -> None:
    assert strip_share(_panned(7), 0.5, 3) == 0.0
    assert strip_share([_panned(1)[0]] * 7, 0.5, 3) == 0.0


def test_what_shows_again_here_and_there_lies_in_no_strip() -> None:
    """Things that turn: of every three cells one is back where it was, and those between move on."""
    pictures = _panned(7)
    rows, columns = np.indices(pictures[0].shape)
    again = (rows // 2 + columns // 16) % 3 == 0
    pictures[-1][again] = pictures[-4][again]
    assert strip_share(pictures, 0.5, 3) < 0.1


def test_a_strip_counts_against_all_that_shows_again() -> None:
    """One strip across, and far more that is back in a third of the columns."""
    pictures = _panned(7)
    pictures[-1][48:52] = pictures[-4][48:52]
    pictures[-1][56:, :48] = pictures[-4][56:, :48]
    assert 0.0 < strip_share(pictures, 0.5, 3) < 0.4


def test_a_frame_too_low_for_a_row_of_cells_on_one_side_has_its_strip_on_the_other() -> None:
    pictures = [picture[:48] for picture in _panned(7)]
    pictures[-1][:] = pictures[-4]
    assert strip_share(pictures, 0.01, 3) == 1.0

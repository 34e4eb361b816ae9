"""What changed along the borders of blocks is told from what changed along lines elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.inspection.defects.block_corruption.grid import BORDER, clear_places, grid_lead
from vivavoce.inspection.media import Plane

HEIGHT, WIDTH = 192, 256
RANDOM = np.random.default_rng(8)
SCENE = np.kron(RANDOM.integers(60, 180, (24, 32)), np.ones((8, 8))).astype(np.uint8)


def _changed(side: int, down: int, right: int) -> Plane:
    """The scene with squares of one side, at some place, darker or lighter by as much each."""
    squares = np.kron(RANDOM.integers(-50, 50, (HEIGHT // side + 1, WIDTH // side + 1)), np.ones((side, side)))
    change = np.roll(squares, (down, right), axis=(0, 1))[:HEIGHT, :WIDTH]
    return np.clip(SCENE + change, 0, 255).astype(np.uint8)


ALL = np.ones((HEIGHT // 32, WIDTH // 32), np.bool_)


def test_blocks_on_the_grid_step_at_their_borders() -> None:
    places = clear_places(SCENE, _changed(16, 0, 0), ALL)
    assert places.argmax() == BORDER
    assert places[BORDER] > 0.8
    assert grid_lead([places]) > 2.0


@pytest.mark.parametrize("place", [3, 11])
def test_tiles_beside_the_grid_step_elsewhere(place: int) -> None:
    places = clear_places(SCENE, _changed(16, place, place), ALL)
    assert places.argmax() == place - 1
    assert grid_lead([places]) < 1.0


def test_only_the_cells_that_are_asked_for_count() -> None:
    luma, cells = _changed(16, 5, 5), ALL.copy()
    luma[:, :128] = SCENE[:, :128]
    cells[:, 4:] = False
    assert clear_places(SCENE, luma, cells).max() < 0.2  # the border to what changed
    assert grid_lead([np.zeros(16, np.float32)]) == grid_lead([]) == float("inf")

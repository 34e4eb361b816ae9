"""What moved with the whole scene is told from what changed in it."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.inspection.defects.block_corruption.camera import scene_shift, unexplained
from vivavoce.inspection.media import Plane

RANDOM = np.random.default_rng(4)
SCENE = np.kron(RANDOM.integers(16, 235, (80, 140)), np.ones((10, 10))).astype(np.uint8)


def _window(top: int, left: int, size: tuple[int, int]) -> Plane:
    return SCENE[top : top + size[0], left : left + size[1]].copy()


@pytest.mark.parametrize(("size", "shift"), [((144, 256), (2, -5)), ((360, 640), (-7, 11)), ((720, 1280), (13, -21))])
def test_the_movement_of_the_scene_is_found_to_the_pixel(size: tuple[int, int], shift: tuple[int, int]) -> None:
    before, luma = _window(40, 60, size), _window(40 - shift[0], 60 - shift[1], size)
    assert scene_shift(before, luma) == shift
    assert unexplained(before, luma, np.ones((size[0] // 32, size[1] // 32), np.bool_)) < 0.1


def test_what_did_not_move_with_the_scene_stays_unexplained() -> None:
    before, luma = _window(40, 60, (360, 640)), _window(37, 64, (360, 640))
    cells = np.zeros((11, 20), np.bool_)
    cells[4:6, 8:12] = True
    luma[128:192, 256:384] = np.kron(RANDOM.integers(16, 235, (4, 8)), np.ones((16, 16)))
    assert unexplained(before, luma, cells) > 0.7
    assert unexplained(before, before, cells) == 1.0

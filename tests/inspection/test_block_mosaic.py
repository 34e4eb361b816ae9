"""A picture that is made of squares on purpose."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.inspection.defects.block_corruption.evidence import MOST_MOSAIC
from vivavoce.inspection.defects.block_corruption.mosaic import mosaic
from vivavoce.inspection.media import Plane

HEIGHT, WIDTH = 360, 480
RANDOM = np.random.default_rng(8)


def _squares(side: float) -> Plane:
    rows, columns = (np.arange(length) // side for length in (HEIGHT, WIDTH))
    levels = RANDOM.integers(16, 235, (100, 120))
    return levels[np.ix_(rows.astype(int), columns.astype(int))].astype(np.uint8)


@pytest.mark.parametrize("side", [6.7, 9.0, 15.0, 19.0])
def test_a_mosaic_is_one_at_any_size(side: float) -> None:
    assert mosaic(_squares(side)) > 2 * MOST_MOSAIC


@pytest.mark.parametrize("side", [8, 16])
def test_the_blocks_of_encoders_are_none(side: int) -> None:
    assert mosaic(_squares(side)) < 0.5 * MOST_MOSAIC


def test_texture_and_single_edges_are_none() -> None:
    noise = RANDOM.integers(0, 255, (HEIGHT, WIDTH), dtype=np.uint8)
    assert mosaic(noise) < 0.1
    bars = noise // 8
    bars[:, 200:] += 120
    assert mosaic(bars) < 0.5 * MOST_MOSAIC  # in columns alone
    assert mosaic(np.full((HEIGHT, WIDTH), 90, np.uint8)) == 0.0

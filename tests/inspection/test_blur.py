"""Blur of a whole picture, and what only looks like it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tests.inspection.material import RATE_HZ
from tests.inspection.test_signal_detectors import found
from vivavoce.inspection.defects.blur.tiles import SHARPNESS, WIDTHS, Edges, blurred_evenly, kth_largest
from vivavoce.inspection.simulation import Clip, Yuv
from vivavoce.inspection.simulation.filters import blur_plane


def test_a_mild_blur_takes_nothing_from_what_was_soft_before_it() -> None:
    random, grey = np.random.default_rng(4), np.full((180, 320), 128, np.uint8)
    wall = np.kron(random.integers(60, 180, (45, 160)), np.ones((8, 8))).astype(np.uint8)
    bars = np.where(np.arange(1280) // 40 % 2, 40, 200).astype(np.uint8)
    behind = blur_plane(np.tile(bars, (360, 1)), 3.0)  # out of focus
    frames: list[Yuv] = []
    for number in range(100):
        luma = np.hstack([wall[:, 2 * number :][:, :480], behind[:, 2 * number :][:, :160]])
        frames.append(Yuv(blur_plane(luma, 1.2) if 40 <= number < 65 else luma, grey, grey))
    (event,) = found(Clip(tuple(frames), RATE_HZ), "blur")
    assert (event.start_s, event.end_s) == (pytest.approx(1.6, abs=0.2), pytest.approx(2.6, abs=0.2))


@pytest.mark.parametrize("count", [1, 16, 900])
def test_the_strongest_steps_are_counted_out(count: int) -> None:
    steps = np.minimum(255, np.random.default_rng(2).exponential(20, (30, 30))).astype(np.int16)
    assert kth_largest(steps, count) == np.sort(steps.ravel())[-count]


def test_a_blur_takes_more_from_sharp_tiles_than_from_soft_ones() -> None:
    widths, blur = np.linspace(0.4, 3.0, 48), 0.8

    def tiles(width: npt.NDArray[np.float64]) -> Edges:
        sharp = np.interp(width, WIDTHS[::-1], SHARPNESS[::-1])
        return np.stack([100 * sharp, 100 + 0 * width, 20 + 0 * width, 0 * width], axis=1).astype(np.float32)

    sharp, soft = tiles(widths), tiles(np.hypot(widths, blur))
    assert blurred_evenly(soft, sharp, 0.1) == pytest.approx(1.0, abs=0.05)
    assert blurred_evenly(sharp, soft, 0.1) == 0.0
    soft[::5] = sharp[::5]  # a hand that waves before the others leaves these as they are
    assert blurred_evenly(soft, sharp, 0.1) == pytest.approx(0.0, abs=0.05)


def test_a_page_that_loads_for_a_moment_is_not_blurred() -> None:
    random, grey = np.random.default_rng(4), np.full((180, 320), 128, np.uint8)
    page = np.tile(np.linspace(30, 170, 360)[:, None], (1, 640)).astype(np.uint8)
    page[8:24, 20:220] += 60 * (np.arange(200) // 10 % 2).astype(np.uint8)
    loading = page.copy()
    loading[60:] += np.kron(random.integers(0, 50, (19, 40)), np.ones((16, 16)))[:300].astype(np.uint8)
    loading = blur_plane(loading, 1.5)
    frames = [Yuv(loading if 40 <= number < 65 else page, grey, grey) for number in range(100)]
    assert found(Clip(tuple(frames), RATE_HZ), "blur") == []

"""What the learned detectors look at shows what they look for."""

import numpy as np
import pytest

from vivavoce.inspection.defects.audio_artifacts.features import LEVELS, SHAPES, is_quiet, sound_views
from vivavoce.inspection.defects.block_corruption.features import FIGURES as FIGURES_OF_BLOCKS
from vivavoce.inspection.defects.block_corruption.features import block_figures
from vivavoce.inspection.defects.blockiness.features import FIGURES, grid_figures
from vivavoce.inspection.defects.tearing.features import BANDS, BURST, PROFILES, row_profiles
from vivavoce.inspection.matrices import multiply

RANDOM = np.random.default_rng(1)
SECOND = np.arange(48_000) / 48_000


def _textured(height: int, width: int) -> np.ndarray:
    """Smooth texture that moves well sideways."""
    y, x = np.mgrid[0:height, 0:width]
    return (128 + 60 * np.sin(x / 7.0) * np.cos(y / 11.0) + 20 * np.sin(x / 3.1)).astype(np.uint8)


def test_views_have_their_shapes_and_no_loudness_but_the_last_level() -> None:
    sound = (0.1 * RANDOM.standard_normal((2, 48_000))).astype(np.float32)
    views, soft = sound_views(sound), sound_views(sound / np.float32(10))
    assert {name: view.shape[1:] for name, view in views.items()} == SHAPES
    np.testing.assert_allclose(views["mel"], soft["mel"], atol=1e-3)
    np.testing.assert_allclose(views["levels"][:, :-1], soft["levels"][:, :-1], atol=1e-2)
    np.testing.assert_allclose(views["levels"][:, 2 * LEVELS] - soft["levels"][:, 2 * LEVELS], 1.0, atol=1e-3)


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_hum_stands_in_its_own_bin_of_tones(mains_hz: int) -> None:
    sound = np.sin(2 * np.pi * mains_hz * SECOND) + 0.01 * RANDOM.standard_normal(48_000)
    tones = sound_views(sound[None].astype(np.float32))["tones"][0]
    assert set(tones.argmax(axis=1)) == {round(mains_hz / 2.5)}


def test_a_click_stands_out_in_its_two_milliseconds() -> None:
    sound = 0.01 * RANDOM.standard_normal(48_000).astype(np.float32)
    sound[24_000:24_020] += 1.0
    fine = sound_views(sound[None])["fine"][0]
    assert abs(int(fine.mean(axis=0).argmax()) - 250) <= 1


def test_silence_is_quiet_and_has_finite_views() -> None:
    assert is_quiet(np.zeros(48_000, np.float32))
    assert all(np.isfinite(view).all() for view in sound_views(np.zeros((1, 48_000), np.float32)).values())


def test_a_torn_row_is_where_rows_do_not_follow() -> None:
    still, moved = _textured(120, 200), np.roll(_textured(120, 200), 9, axis=1)
    torn = np.concatenate([moved[:70], still[70:]])
    profiles = row_profiles([still] * (BURST - 1) + [torn])
    assert profiles.shape == (PROFILES, 119, BANDS)
    assert profiles[0].mean(axis=1).argmax() == 69
    assert profiles[1].mean(axis=1)[69] < profiles[0].mean(axis=1)[69]
    assert profiles[2].max() < profiles[0][69].max()
    for past in profiles[3:]:
        assert past[:69].mean() > 1.0
        assert past[71:].max() == 0.0


@pytest.mark.parametrize("width", [16, 40, 700, 1920])
def test_profiles_of_any_width(width: int) -> None:
    plane = RANDOM.integers(0, 255, (48, width)).astype(np.uint8)
    assert row_profiles([plane] * BURST).shape == (PROFILES, 47, BANDS)


@pytest.mark.parametrize("block", [8, 16])
def test_a_grid_shows_in_its_phase(block: int) -> None:
    coarse = RANDOM.integers(60, 200, (144 // block, 192 // block)).astype(np.uint8)
    figures = grid_figures(np.kron(coarse, np.ones((block, block), np.uint8)))
    smooth = grid_figures(_textured(144, 192))
    assert figures.shape == (FIGURES,)
    assert set(np.flatnonzero(figures[:16] > 0)) == set(range(0, 16, block))
    assert figures[-1] > 1.0 > smooth[-1]


def test_figures_of_tall_pictures_come_from_all_over() -> None:
    assert np.isfinite(grid_figures(RANDOM.integers(0, 255, (1088, 640)).astype(np.uint8))).all()


def test_a_broken_block_differs_at_its_borders_and_in_time() -> None:
    before = _textured(96, 128)
    now = before.copy()
    now[32:48, 48:64] = 20
    figures = block_figures(before, now)
    assert figures.shape == (FIGURES_OF_BLOCKS, 6, 8)
    change = figures[-2]
    assert np.unravel_index(change.argmax(), change.shape) == (2, 3)
    assert (figures[1][2, 2], figures[1][2, 3]) > (1.0, 1.0)
    assert figures[3][2, 3] > 0.9 > figures[3][0].max()


def test_block_figures_of_any_size_are_those_of_whole_cells() -> None:
    plane = RANDOM.integers(0, 255, (50, 33)).astype(np.uint8)
    figures = block_figures(plane, plane)
    assert figures.shape == (FIGURES_OF_BLOCKS, 2, 2)
    assert figures[-2].max() == 0.0
    np.testing.assert_allclose(figures[-1][0, 0], plane[:16, :16].mean() / 64 - 2, atol=1e-5)


def test_a_product_in_parts_is_the_product() -> None:
    rows, matrix = (RANDOM.random(shape, np.float32) for shape in ((2, 301, 513), (513, 64)))
    np.testing.assert_allclose(multiply(rows, matrix), rows @ matrix, rtol=1e-5)
    assert multiply(rows[:, :0], matrix).shape == (2, 0, 64)

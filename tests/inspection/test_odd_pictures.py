"""Parts that are wrong in one picture alone."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.inspection.defects.block_corruption.odd_pictures import OddPictures
from vivavoce.inspection.media import Plane, VideoFrame

GREY = np.full((90, 160), 128, np.uint8)
SCENE = np.kron(np.random.default_rng(1).integers(40, 180, (18, 32)), np.ones((10, 10))).astype(np.uint8)


def _found(pictures: list[Plane]) -> list[int]:
    """Numbers of the pictures that are odd."""
    odd = OddPictures()
    frames = [VideoFrame(n, n / 25, 0.04, luma, GREY, GREY) for n, luma in enumerate(pictures)]
    return [round(25 * span[0]) for frame in frames if (span := odd.take(frame))]


def _scene(count: int) -> list[Plane]:
    return [np.roll(SCENE, number, axis=1) for number in range(count)]


@pytest.mark.parametrize("part", [np.s_[60:120, 80:200], np.s_[:50, :]])
def test_a_box_or_a_band_of_one_picture_is_odd(part: tuple[slice, slice]) -> None:
    pictures = _scene(20)
    pictures[9] = pictures[9].copy()
    pictures[9][part] = 255
    assert _found(pictures) == [9]


def test_what_stays_or_lights_the_scene_up_is_not() -> None:
    assert _found(_scene(20)) == []
    cut = _scene(10) + [picture[::-1].copy() for picture in _scene(10)]
    assert _found(cut) == []
    flash = _scene(20)
    flash[9] = np.minimum(flash[9].astype(np.int16) + 75, 255).astype(np.uint8)
    assert _found(flash) == []


def test_a_box_that_flies_past_is_not() -> None:
    pictures = _scene(20)
    for number in range(4, 14):
        pictures[number] = pictures[number].copy()
        pictures[number][60:100, 25 * (number - 4) :][:, :30] = 255
    assert _found(pictures) == []


def test_a_ball_that_jumps_over_plain_ground_is_none() -> None:
    pictures = [np.full((180, 320), 16, np.uint8) for _ in range(20)]
    rows, columns = np.ogrid[:180, :320]
    for number, (top, tall) in enumerate([(50, 32), (62, 30), (102, 24)], start=6):  # it is flattened as it falls
        pictures[number][((rows - top) / tall) ** 2 + ((columns - 90 - 3 * number) / 16) ** 2 < 1] = 155
    pictures[14][60:120, 200:260] = 155  # from nowhere
    assert _found(pictures) == [14]


def test_a_part_that_stays_where_it_was_copied_from_is_odd() -> None:
    pictures = [np.full((180, 320), 16, np.uint8) for _ in range(20)]
    for number, picture in enumerate(pictures):
        picture[100:150, 180:260] = 155
        if number == 9:
            picture[20:70, 60:140] = 155
    assert _found(pictures) == [9]


def test_a_box_that_comes_again_where_it_was_is_odd_once() -> None:
    pictures = [SCENE.copy() for _ in range(30)]
    for number in (6, 13, 21):
        pictures[number][60:120, 80:200] = 255
    pictures[25][20:80, 200:300] = 255
    assert _found(pictures) == [6, 25]


def test_a_box_that_goes_to_and_fro_between_two_colours_is_odd_once() -> None:
    pictures = [SCENE.copy() for _ in range(30)]
    for number, picture in enumerate(pictures):
        picture[60:120, 80:200] = 255 if number in (6, 20) or (11 <= number < 17 and number != 14) else 40
    assert _found(pictures) == [6]


def _with_lost_slices(scene: list[Plane], every: int, alike: bool) -> list[Plane]:
    garbage = np.random.default_rng(5)
    slices = [np.kron(garbage.choice([0, 255], (4, 40)), np.ones((10, 8))).astype(np.uint8) for _ in scene]
    for number in range(6, len(scene) - 3, every):
        scene[number][48:88] = slices[0 if alike else number]
    return scene


def test_a_slice_that_is_lost_at_the_same_place_is_odd_each_time() -> None:
    """Of other damage on a scene that rests, or of the same on one that moves."""
    rests = [SCENE.copy() for _ in range(60)]
    assert _found(_with_lost_slices(rests, 12, alike=False)) == [6, 18, 30, 42, 54]
    assert _found(_with_lost_slices(_scene(60), 12, alike=True)) == [6, 18, 30, 42, 54]


def test_what_came_long_ago_is_forgotten() -> None:
    pictures = [SCENE.copy() for _ in range(600)]
    for number in (6, 30, 270, 590):
        pictures[number][60:120, 80:200] = 255
    assert _found(pictures) == [6, 590]


def test_a_scene_that_pushes_another_out_is_not() -> None:
    one, other = (np.kron(np.random.default_rng(n).choice([40, 200], (9, 16)), np.ones((20, 20))) for n in (2, 3))
    pushed = np.hstack([one[:, 200:], other[:, :200]])
    assert _found([picture.astype(np.uint8) for picture in [one] * 9 + [pushed] + [other] * 9]) == []


def test_the_digits_of_a_clock_are_not() -> None:
    random, pictures = np.random.default_rng(3), _scene(20)
    digits = [np.kron(random.choice([16, 70, 125, 180, 235], (6, 12)), np.ones((10, 10))) for _ in range(20)]
    digits[10] = digits[8]
    for picture, shown in zip(pictures, digits, strict=True):
        picture[60:120, 80:200] = shown
    assert _found(pictures) == []

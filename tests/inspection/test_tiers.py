"""Sampling tiers leave pictures out, say so, and still find what lasts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.inspection.material import moving, written
from vivavoce.errors import InputError
from vivavoce.inspection import DEFAULT_LIMITS, inspect_file
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.media import AudioBlock, VideoFrame
from vivavoce.inspection.simulation import simulate
from vivavoce.inspection.tiers import TIERS, find_tier


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    damaged, _ = simulate("black", moving(4.0, 400, 720), 1.6, 0.8, 1.0)
    return written(tmp_path_factory.mktemp("tiers") / "film.mp4", damaged)


@pytest.mark.parametrize(("name", "least", "most", "width"), [("full", 100, 100, 720), ("live", 20, 90, 640), ("keyframes", 1, 20, 640)])  # fmt: skip
def test_pictures_are_left_out_and_made_smaller_and_no_sound_is(
    name: str, least: int, most: int, width: int, film: Path
) -> None:
    with open_media(film, replace(DEFAULT_LIMITS, tier=find_tier(name))) as media:
        parts = list(media.parts())
    pictures = [part for part in parts if isinstance(part, VideoFrame)]
    assert least <= len(pictures) <= most
    assert {picture.luma.shape[1] for picture in pictures} == {width}
    assert pictures[0].blue.shape == tuple((side + 1) // 2 for side in pictures[0].luma.shape)
    assert sum(part.samples.shape[1] for part in parts if isinstance(part, AudioBlock)) >= 4 * 48_000
    assert sum(picture.seconds for picture in pictures) == pytest.approx(4.0, abs=0.1 if name != "keyframes" else 4.0)


def test_the_live_tier_finds_what_lasts(film: Path) -> None:
    result = inspect_file(film, ("black", "combing"), replace(DEFAULT_LIMITS, tier=TIERS["live"]))
    (event,) = result.events
    assert event.start_s == pytest.approx(1.6, abs=0.13)
    assert event.end_s == pytest.approx(2.4, abs=0.13)
    assert "tier live" in result.notices[0]
    assert not result.skipped


def test_the_tier_of_key_pictures_says_what_it_does_not_look_for(film: Path) -> None:
    result = inspect_file(film, ("colour_error", "combing"), replace(DEFAULT_LIMITS, tier=TIERS["keyframes"]))
    assert list(result.skipped) == ["combing"]


def test_another_tier_is_refused() -> None:
    with pytest.raises(InputError, match="full, live, keyframes"):
        find_tier("fast")

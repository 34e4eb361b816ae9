"""Frames that look torn, taken together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vivavoce.inspection.defects.tearing.seam import Seam
from vivavoce.inspection.defects.tearing.torn_frames import Thresholds, TornFrames

LINE = Seam(ratio=2.0, width=0.5, levels=9.0, share=0.9, fits=1.0, age=2, before=3.0, drawn=1.0)


def _frames(line: Seam, torn: float = 0.9, strip: float = 0.6, seen: bool = True) -> TornFrames:
    frames = TornFrames()
    for _ in range(4):
        frames.add(torn, [line], strip, (line.levels, 0.5) if seen else None)
    return frames


@pytest.mark.parametrize(
    ("frames", "tear"),
    [
        (_frames(LINE), True),
        (_frames(LINE, torn=0.8), False),
        (_frames(LINE, strip=0.2), False),
        (_frames(LINE, seen=False), False),
        (_frames(replace(LINE, fits=0.5)), False),
        (_frames(replace(LINE, before=1.8)), False),
    ],
)
def test_all_that_is_told_must_agree(frames: TornFrames, tear: bool) -> None:
    assert frames.is_tear(Thresholds()) == tear


def test_one_frame_that_fits_exactly_does_not_speak_for_all() -> None:
    frames = TornFrames()
    for before in (100.0, 1.0, 1.0, 1.0, 1.0):
        frames.add(0.9, [replace(LINE, before=before)], 0.6, (9.0, 0.5))
    assert not frames.is_tear(Thresholds())


def test_the_network_need_be_certain_of_one_frame_only() -> None:
    frames = TornFrames()
    for torn in (0.2, 0.9, 0.3):
        frames.add(torn, [LINE], 0.6, (9.0, 0.5))
    assert frames.is_tear(Thresholds())


def test_the_line_that_shows_best_tells_of_the_time_before_and_the_clearest_where_it_is() -> None:
    frames = TornFrames()
    frames.add(0.9, [replace(LINE, ratio=1.5, before=0.5), LINE], 0.6, (2.0, 0.3))
    frames.add(0.9, [LINE], 0.6, (9.0, 0.5))
    assert (frames.before, frames.clearest) == (6.0, (9.0, 0.5))


def test_frames_without_a_strip_say_nothing_of_it() -> None:
    for last, tear in ((0.6, True), (None, False)):
        frames = TornFrames()
        for strip in (None, None, last):
            frames.add(0.9, [LINE], strip, (9.0, 0.5))
        assert frames.is_tear(Thresholds()) == tear

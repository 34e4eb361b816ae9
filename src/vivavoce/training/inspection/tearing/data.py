"""Torn and whole pictures, coded again, as profiles of their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.inspection.defects.tearing.features import row_profiles
from vivavoce.inspection.simulation import Clip, Truth, simulate, transcode_frames
from vivavoce.training.inspection.examples import Example
from vivavoce.training.inspection.hard_negatives.scenes import draw_scene
from vivavoce.training.inspection.video_windows import draw_untouched, draw_window

ROWS = 240
FRAMES, FIRST, LAST = 18, 6, 14
TORN, WHOLE = 6, 6
VISIBLE = 2.0
"""Mean difference between the two moments about the line from which a tear can be seen."""
CUT_CHANCE, UNTOUCHED_CHANCE = 0.25, 0.4


@dataclass(frozen=True)
class TearingMaker:
    """One draw is one stretch of one video with a torn part in its middle."""

    videos: tuple[Path, ...]

    def __call__(self, random: np.random.Generator) -> Iterator[Example]:
        if random.random() < UNTOUCHED_CHANCE:
            yield from self._draw_untouched(random)
            return
        size = (ROWS + 2 * int(random.integers(0, 80)), 320 + 32 * int(random.integers(0, 16)))
        clip = draw_scene(self.videos, random, FRAMES, size)
        if len(clip.frames) < FRAMES:
            return
        if random.random() < CUT_CHANCE:
            other, place = draw_window(self.videos, random, FRAMES, size), int(random.integers(3, 10))
            clip = Clip((*clip.frames[:place], *other.frames[place:]), clip.rate_hz)
        seconds, strength = (LAST - FIRST) / clip.rate_hz, float(random.uniform(0.0, 1.0))
        torn, truth = simulate("tearing", clip, FIRST / clip.rate_hz, seconds, strength, int(random.integers(1 << 31)))
        shown = transcode_frames(torn.frames, clip.rate_hz, int(random.integers(17, 30)))
        if len(shown) != FRAMES:
            return
        for number in random.permutation(np.arange(FIRST, LAST))[:TORN]:
            row = _torn_row(clip, truth, int(number))
            if row:
                yield _example([frame.luma for frame in shown[number - 2 : number + 1]], row, random)
        whole = [number for number in range(2, FRAMES) if not FIRST <= number < LAST + 2]
        for number in random.permutation(whole)[:WHOLE]:
            yield _example([frame.luma for frame in shown[number - 2 : number + 1]], 0, random)

    def _draw_untouched(self, random: np.random.Generator) -> Iterator[Example]:
        """Whole pictures of untouched video, where edges that stay put lie between what moves and what does not."""
        pictures = draw_untouched(self.videos, random, FRAMES)
        if len(pictures) < FRAMES or pictures[0].luma.shape[0] < ROWS:
            return
        for number in random.permutation(np.arange(2, FRAMES))[:WHOLE]:
            yield _example([frame.luma for frame in pictures[number - 2 : number + 1]], 0, random)


def _torn_row(clip: Clip, truth: Truth, number: int) -> int:
    """The first row below the tear of a picture, or 0 where nobody can see it."""
    height = clip.frames[0].luma.shape[0]
    row = int(truth.details["rows"][number - FIRST] * height / 2) * 2
    old, new = clip.frames[max(0, number - truth.details["age"])].luma, clip.frames[number].luma
    about = slice(max(0, row - 6), row + 6)
    return row if np.abs(old[about].astype(np.int16) - new[about]).mean() > VISIBLE else 0


def _example(pictures: list[np.ndarray], row: int, random: np.random.Generator) -> Example:
    """240 rows about the tear, or from anywhere; `row` counts from 1 within them, 0 where there is no tear."""
    profiles = row_profiles(*pictures)
    room = profiles.shape[1] - (ROWS - 1)
    low, high = (max(0, row - ROWS + 20), min(room, row - 20)) if row else (0, room)
    top = min(room, int(random.integers(low, max(low, high) + 1)))
    return {
        "profiles": profiles[:, top : top + ROWS - 1].astype(np.float16),
        "row": np.int16(row - top if row else 0),
    }

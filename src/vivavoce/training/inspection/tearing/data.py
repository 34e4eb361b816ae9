"""Torn and whole pictures, coded again, as profiles of their rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.inspection.defects.tearing.features import BURST, row_profiles
from vivavoce.inspection.defects.tearing.simulate import splice_rows
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Plane, apart
from vivavoce.inspection.simulation import Clip, Truth, simulate, transcode_frames
from vivavoce.training.inspection.examples import Example
from vivavoce.training.inspection.hard_negatives.scenes import draw_scene
from vivavoce.training.inspection.video_windows import draw_untouched, draw_window

ROWS = 240
FRAMES, FIRST, LAST = 20, 7, 15
TORN, WHOLE = 8, 8
VIDEOS, DRAWS = 3, 24
"""Clips that some draws in a row take, because decoding them takes most of the time, and how many draws."""

ABOUT, BAND, VISIBLE, SEEN_BANDS = 6, 16, 3.0, 2
"""Rows on either side of the line, columns of a band, and how far the two moments differ there on average, in levels,
in so many bands at least: then a tear can be seen."""
CUT_CHANCE, UNTOUCHED_CHANCE, STACKED_CHANCE = 0.2, 0.4, 0.12


@dataclass(frozen=True)
class TearingMaker:
    """Some draws from a few videos: each is a stretch of one with a torn part in its middle, or of one untouched."""

    videos: tuple[Path, ...]

    def __call__(self, random: np.random.Generator) -> Iterator[Example]:
        videos = tuple(self.videos[number] for number in random.integers(len(self.videos), size=VIDEOS))
        for _ in range(DRAWS):
            draw = _draw_untouched if random.random() < UNTOUCHED_CHANCE else _draw_torn
            with suppress(MediaError):  # footage of all kinds has files that end early, or hold other sizes
                yield from draw(videos, random)


def _draw_torn(videos: tuple[Path, ...], random: np.random.Generator) -> Iterator[Example]:
    size = (ROWS + 2 * int(random.integers(0, 80)), 320 + 32 * int(random.integers(0, 16)))
    clip = draw_scene(videos, random, FRAMES, size)
    if len(clip.frames) < FRAMES:
        return
    changes = random.random()
    if changes > 1.0 - STACKED_CHANCE:
        clip = _stacked(clip, draw_window(videos, random, FRAMES, size), random)
    if changes < CUT_CHANCE:
        other, place = draw_window(videos, random, FRAMES, size), int(random.integers(3, 10))
        clip = Clip((*clip.frames[:place], *other.frames[place:]), clip.rate_hz)
    seconds, strength = (LAST - FIRST) / clip.rate_hz, float(random.uniform(0.0, 1.0))
    if len(clip.frames) < FRAMES:
        return
    torn, truth = simulate("tearing", clip, FIRST / clip.rate_hz, seconds, strength, int(random.integers(1 << 31)))
    shown = transcode_frames(torn.frames, clip.rate_hz, int(random.integers(17, 30)))
    if len(shown) != FRAMES:
        return
    for number in random.permutation(np.arange(FIRST, LAST))[:TORN]:
        row = _torn_row(clip, truth, int(number))
        if row:
            yield _example([frame.luma for frame in shown[number + 1 - BURST : number + 1]], row, random)
    whole = [number for number in range(BURST - 1, FRAMES) if not FIRST <= number < LAST]
    for number in random.permutation(whole)[:WHOLE]:
        yield _example([frame.luma for frame in shown[number + 1 - BURST : number + 1]], 0, random)


def _draw_untouched(videos: tuple[Path, ...], random: np.random.Generator) -> Iterator[Example]:
    """Whole pictures of untouched video, where edges that stay put lie between what moves and what does not."""
    pictures = draw_untouched(videos, random, FRAMES)
    if len(pictures) < FRAMES or pictures[0].luma.shape[0] < ROWS:
        return
    for number in random.permutation(np.arange(BURST - 1, FRAMES))[:WHOLE]:
        yield _example([frame.luma for frame in pictures[number + 1 - BURST : number + 1]], 0, random)


def _stacked(upper: Clip, lower: Clip, random: np.random.Generator) -> Clip:
    """Two clips one above the other, the lower one forwards, backwards, to and fro or at rest: a border, not a tear."""
    border, steps = 2 * int(random.integers(20, ROWS // 2 - 20)), np.arange(FRAMES)
    order = (steps, steps[::-1], np.abs(steps % 6 - 3), 0 * steps)[random.integers(4)]
    if len(lower.frames) < FRAMES:
        return upper
    pairs = zip(upper.frames, (lower.frames[number] for number in order), strict=False)
    return Clip(tuple(splice_rows(one, two, border) for one, two in pairs), upper.rate_hz)


def _torn_row(clip: Clip, truth: Truth, number: int) -> int:
    """The first row below the tear of a picture, or 0 where nobody can see it."""
    height = clip.frames[0].luma.shape[0]
    row = int(truth.details["rows"][number - FIRST] * height / 2) * 2
    old, new = clip.frames[max(0, number - truth.details["age"])].luma, clip.frames[number].luma
    about = slice(max(0, row - ABOUT), row + ABOUT)
    changed = apart(old[about], new[about])
    bands = changed[:, : changed.shape[1] // BAND * BAND].reshape(len(changed), -1, BAND).mean(axis=(0, 2))
    return row if np.count_nonzero(bands > VISIBLE) >= SEEN_BANDS else 0


def _example(pictures: list[Plane], row: int, random: np.random.Generator) -> Example:
    """240 rows about the tear, or from anywhere; `row` counts from 1 within them, 0 where there is no tear."""
    profiles = row_profiles(pictures)
    room = profiles.shape[1] - (ROWS - 1)
    low, high = (max(0, row - ROWS + 20), min(room, row - 20)) if row else (0, room)
    top = min(room, int(random.integers(low, max(low, high) + 1)))
    return {
        "profiles": profiles[:, top : top + ROWS - 1].astype(np.float16),
        "row": np.int16(row - top if row else 0),
    }

"""Pictures from damaged bitstreams, with how wrong each block is: what the corruption map learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.inspection.defects.block_corruption.simulate import Corruption, corrupt_frames
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Plane
from vivavoce.inspection.simulation import Clip, Yuv, transcode_frames
from vivavoce.training.inspection.examples import Example
from vivavoce.training.inspection.hard_negatives.scenes import draw_scene
from vivavoce.training.inspection.video_windows import draw_untouched, draw_window

HEIGHT, WIDTH, BLOCK = 192, 256, 16
UNKNOWN = 255
"""The picture is corrupt, nobody said where."""
CLEARLY_WRONG = 16
STALE, INTACT, DOUBTFUL = 3, 2, 5
"""A block that was right up to three pictures ago is old, not broken: whether it counts is left open."""
FRAMES, FIRST_HITS, RATE_HZ = 18, (3, 14), 25.0
AGAIN_CHANCE, CUT_CHANCE, UNHURT_CHANCE, UNTOUCHED_CHANCE = 0.7, 0.15, 0.25, 0.35
HURT, UNHURT = 5, 4
"""Pictures kept of one draw: with damage, and without."""


@dataclass(frozen=True)
class CorruptionMaker:
    """One draw is one damaged stretch of one video."""

    videos: tuple[Path, ...]

    def __call__(self, random: np.random.Generator) -> Iterator[Example]:
        if random.random() < UNTOUCHED_CHANCE:
            yield from self._draw_untouched(random)
            return
        size = (HEIGHT + 16 * int(random.integers(0, 9)), WIDTH + 16 * int(random.integers(0, 15)))
        clip = draw_scene(self.videos, random, FRAMES, size)
        if random.random() < CUT_CHANCE:
            clip = _with_cut(clip, draw_window(self.videos, random, FRAMES, size), random)
        if len(clip.frames) < FRAMES:
            return
        strength = 0.0 if random.random() < UNHURT_CHANCE else float(random.uniform(0.1, 1.0))
        first = int(random.integers(*FIRST_HITS))
        span = range(first, int(random.integers(first + 1, FRAMES + 1))) if strength else range(0)
        try:
            result = corrupt_frames(clip.frames, RATE_HZ, span, strength, random)
        except MediaError:
            return
        shown = result.frames
        if random.random() < AGAIN_CHANCE:
            shown = transcode_frames(shown, clip.rate_hz, int(random.integers(18, 30)))
        if len(shown) == len(result.frames):
            yield from self._crops(shown, result, random)

    def _draw_untouched(self, random: np.random.Generator) -> Iterator[Example]:
        """Parts of video as it is, which is coded worse than what is made here."""
        lumas = [frame.luma for frame in draw_untouched(self.videos, random, FRAMES)]
        if len(lumas) < FRAMES or lumas[0].shape[0] < HEIGHT or lumas[0].shape[1] < WIDTH:
            return
        for number in random.permutation(np.arange(1, FRAMES))[: HURT + UNHURT]:
            top, left = _place(np.zeros_like(lumas[0]), random)
            region = slice(top, top + HEIGHT), slice(left, left + WIDTH)
            unhurt = np.zeros((HEIGHT // BLOCK, WIDTH // BLOCK), np.uint8)
            yield {"luma": lumas[number][region].copy(), "before": lumas[number - 1][region].copy(), "wrong": unhurt}

    def _crops(self, shown: tuple[Yuv, ...], result: Corruption, random: np.random.Generator) -> Iterator[Example]:
        share = result.share
        hurt = np.flatnonzero(share[1:] > 0.02) + 1
        unhurt = np.flatnonzero(share[1:] == 0.0) + 1
        for numbers, count in ((hurt, HURT), (unhurt, UNHURT)):
            for number in random.permutation(numbers)[:count]:
                yield _crop(shown, result, int(number), random)


def _crop(shown: tuple[Yuv, ...], result: Corruption, number: int, random: np.random.Generator) -> Example:
    now, before = shown[number].luma, shown[number - 1].luma
    wrong = _apart(result, number, number)
    top, left = _place(wrong, random)
    region = slice(top, top + HEIGHT), slice(left, left + WIDTH)
    blocks = _by_block(wrong[region])
    others = [n for n in range(number - STALE, number + 2) if n != number and 0 <= n < len(result.clean)]
    stale = np.min([_by_block(_apart(result, number, other)[region]) for other in others], axis=0) <= INTACT
    return {
        "luma": now[region].copy(),
        "before": before[region].copy(),
        "wrong": np.where(stale, np.minimum(blocks, DOUBTFUL), blocks),
    }


def _apart(result: Corruption, number: int, other: int) -> Plane:
    """How far a shown picture is from a clean one, pixel by pixel."""
    return np.abs(result.frames[number].luma.astype(np.int16) - result.clean[other].luma).astype(np.uint8)


def _place(wrong: Plane, random: np.random.Generator) -> tuple[int, int]:
    """Top and left of a crop on the grid of blocks: about some wrong pixel where there is one, or anywhere."""
    room = tuple(have - want for have, want in zip(wrong.shape, (HEIGHT, WIDTH), strict=True))
    places = np.argwhere(wrong > CLEARLY_WRONG)
    if len(places) and random.random() < 0.7:
        middle = places[random.integers(len(places))] - (HEIGHT // 2, WIDTH // 2)
        top, left = (int(np.clip(at, 0, most)) for at, most in zip(middle, room, strict=True))
    else:
        top, left = (int(random.integers(1 + most)) for most in room)
    return top // BLOCK * BLOCK, left // BLOCK * BLOCK


def _by_block(wrong: Plane) -> Plane:
    """Mean difference of each block of 16 x 16, (rows, columns), at most 254."""
    blocks = wrong.reshape(HEIGHT // BLOCK, BLOCK, WIDTH // BLOCK, BLOCK).mean(axis=(1, 3))
    return np.minimum(np.rint(blocks), UNKNOWN - 1).astype(np.uint8)


def _with_cut(clip: Clip, other: Clip, random: np.random.Generator) -> Clip:
    """Another scene from some picture on: the change that is not damage."""
    place = int(random.integers(1, FRAMES))
    return Clip((*clip.frames[:place], *other.frames[place:]), clip.rate_hz)

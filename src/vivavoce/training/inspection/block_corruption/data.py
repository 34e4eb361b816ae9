"""Pictures from damaged bitstreams, with how wrong each block is: what the corruption map learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.inspection.defects.block_corruption.features import block_figures
from vivavoce.inspection.defects.block_corruption.simulate import ENCODERS, Corruption, corrupt_frames
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Plane
from vivavoce.inspection.simulation import Clip, Yuv, transcode_frames
from vivavoce.training.inspection.examples import Example
from vivavoce.training.inspection.hard_negatives.scenes import draw_scene
from vivavoce.training.inspection.video_windows import draw_untouched, draw_window

HEIGHT, WIDTH, BLOCK = 288, 512, 16
"""A whole picture of film, or a part of a larger one: the decision is about a share of what is seen."""

UNKNOWN = 255
"""The picture is corrupt, nobody said where."""
STALE, INTACT, DOUBTFUL = 3, 2, 5
"""A block that was right up to three pictures ago is old, not broken: whether it counts is left open."""
FRAMES, FIRST_HITS, RATE_HZ = 20, (2, 14), 25.0
AGAIN_CHANCE, CUT_CHANCE, UNHURT_CHANCE, UNTOUCHED_CHANCE, LOST_CHANCE = 0.7, 0.15, 0.2, 0.3, 0.25
HURT, UNHURT = 6, 5
"""Pictures kept of one draw: with damage, and without."""

GAPS, GAP_CHANCES = (1, 0, 8), (0.82, 0.06, 0.12)
"""How many pictures apart two are that are compared: one, none (a still), or those of a look, where one is held."""


@dataclass(frozen=True)
class CorruptionMaker:
    """One draw is one damaged stretch of one video."""

    videos: tuple[Path, ...]

    def __call__(self, random: np.random.Generator) -> Iterator[Example]:
        if random.random() < UNTOUCHED_CHANCE:
            yield from self._draw_untouched(random)
            return
        clip = draw_scene(self.videos, random, FRAMES, (HEIGHT, WIDTH))
        if random.random() < CUT_CHANCE:
            clip = _with_cut(clip, draw_window(self.videos, random, FRAMES, (HEIGHT, WIDTH)), random)
        if len(clip.frames) < FRAMES:
            return
        strength = 0.0 if random.random() < UNHURT_CHANCE else float(random.uniform(0.1, 1.0))
        first = int(random.integers(*FIRST_HITS))
        span = range(first, int(random.integers(first + 1, FRAMES + 1))) if strength else range(0)
        lost = float(random.uniform(0.2, 1.0)) if random.random() < LOST_CHANCE else 0.0
        try:
            result = corrupt_frames(clip.frames, RATE_HZ, span, strength, random, tuple(ENCODERS), lost)
        except MediaError:
            return
        shown = result.frames
        if random.random() < AGAIN_CHANCE:
            shown = transcode_frames(shown, clip.rate_hz, int(random.integers(18, 30)))
        if len(shown) == len(result.frames):
            yield from self._pictures(shown, result, random)

    def _draw_untouched(self, random: np.random.Generator) -> Iterator[Example]:
        """Parts of video as it is, which is coded worse than what is made here."""
        lumas = [frame.luma for frame in draw_untouched(self.videos, random, FRAMES)]
        if len(lumas) < FRAMES or lumas[0].shape[0] < HEIGHT or lumas[0].shape[1] < WIDTH:
            return
        room = lumas[0].shape[0] - HEIGHT, lumas[0].shape[1] - WIDTH
        top, left = (int(random.integers(1 + most)) // BLOCK * BLOCK for most in room)
        lumas = [luma[top : top + HEIGHT, left : left + WIDTH] for luma in lumas]
        unhurt = np.zeros((HEIGHT // BLOCK, WIDTH // BLOCK), np.uint8)
        for number in random.permutation(np.arange(1, FRAMES))[: HURT + UNHURT]:
            yield make_example(_earlier(lumas, int(number), random), lumas[number], unhurt)

    def _pictures(self, shown: tuple[Yuv, ...], result: Corruption, random: np.random.Generator) -> Iterator[Example]:
        share, lumas = result.share, [yuv.luma for yuv in shown]
        hurt = np.flatnonzero(share[1:] > 0.02) + 1
        unhurt = np.flatnonzero(share[1:] == 0.0) + 1
        for numbers, count in ((hurt, HURT), (unhurt, UNHURT)):
            for number in random.permutation(numbers)[:count]:
                wrong = _wrong_blocks(result, int(number))
                yield make_example(_earlier(lumas, int(number), random), lumas[number], wrong)


def make_example(before: Plane, luma: Plane, wrong: Plane) -> Example:
    """Figures of the blocks of a picture, float16, and how wrong each is."""
    return {"figures": block_figures(before, luma).astype(np.float16), "wrong": wrong}


def _earlier(lumas: list[Plane], number: int, random: np.random.Generator) -> Plane:
    """The picture that a picture is compared with."""
    return lumas[max(0, number - int(random.choice(GAPS, p=GAP_CHANCES)))]


def _wrong_blocks(result: Corruption, number: int) -> Plane:
    blocks = _by_block(_apart(result, number, number))
    others = [n for n in range(number - STALE, number + 2) if n != number and 0 <= n < len(result.clean)]
    stale = np.min([_by_block(_apart(result, number, other)) for other in others], axis=0) <= INTACT
    return np.where(stale, np.minimum(blocks, DOUBTFUL), blocks)


def _apart(result: Corruption, number: int, other: int) -> Plane:
    """How far a shown picture is from a clean one, pixel by pixel."""
    return np.abs(result.frames[number].luma.astype(np.int16) - result.clean[other].luma).astype(np.uint8)


def _by_block(wrong: Plane) -> Plane:
    """Mean difference of each block of 16 x 16, (rows, columns), at most 254."""
    blocks = wrong.reshape(HEIGHT // BLOCK, BLOCK, WIDTH // BLOCK, BLOCK).mean(axis=(1, 3))
    return np.minimum(np.rint(blocks), UNKNOWN - 1).astype(np.uint8)


def _with_cut(clip: Clip, other: Clip, random: np.random.Generator) -> Clip:
    """Another scene from some picture on: the change that is not damage."""
    place = int(random.integers(1, FRAMES))
    return Clip((*clip.frames[:place], *other.frames[place:]), clip.rate_hz)

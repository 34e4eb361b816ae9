"""Pictures from damaged bitstreams, with how wrong each block is: what the corruption map learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.errors import InputError
from vivavoce.inspection.defects.block_corruption.features import CELL, block_figures
from vivavoce.inspection.defects.block_corruption.simulate import ENCODERS, Corruption, corrupt_frames
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Plane
from vivavoce.inspection.simulation import Clip, Yuv, simulate, transcode_frames
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
PUSH_CHANCE, OTHER_CHANCE = 0.06, 0.08
OTHERS = ("tearing", "combing", "flash", "freeze", "stutter")
"""Defects of another kind, which are not to be taken for this one."""
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
        changes = random.random()
        if changes < CUT_CHANCE:
            clip = _with_cut(clip, draw_window(self.videos, random, FRAMES, (HEIGHT, WIDTH)), random)
        unhurt = changes > 1.0 - PUSH_CHANCE - OTHER_CHANCE
        if changes > 1.0 - PUSH_CHANCE:
            clip = _with_push(clip, draw_window(self.videos, random, FRAMES, (HEIGHT, WIDTH)), random)
        elif unhurt:
            clip = _with_other(clip, random)
        if len(clip.frames) < FRAMES:
            return
        unhurt = unhurt or random.random() < UNHURT_CHANCE
        strength = 0.0 if unhurt else float(random.uniform(0.1, 1.0))
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
        if len(lumas) < FRAMES or min(lumas[0].shape) < CELL:
            return
        room = (max(0, side - most) for side, most in zip(lumas[0].shape, (HEIGHT, WIDTH), strict=True))
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
    """Figures of the blocks of a picture, float16, and how wrong each is. A smaller picture is repeated."""
    figures, (height, width) = block_figures(before, luma), wrong.shape
    repeats = (-(-height // figures.shape[1]), -(-width // figures.shape[2]))
    figures = np.tile(figures, (1, *repeats))[:, :height, :width]
    return {"figures": figures.astype(np.float16), "wrong": wrong}


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


def _with_push(clip: Clip, other: Clip, random: np.random.Generator) -> Clip:
    """Another scene that pushes this one out of the picture to the left, or upwards."""
    first, speed, axis = int(random.integers(0, FRAMES // 2)), int(random.integers(6, 60)), int(random.integers(2))
    frames: list[Yuv] = []
    for number, (old, new) in enumerate(zip(clip.frames, other.frames, strict=False)):
        gone = min(max(0, number - first) * speed, old.luma.shape[axis]) & ~1
        planes = zip((old.luma, old.blue, old.red), (new.luma, new.blue, new.red), (1, 2, 2), strict=True)
        frames.append(Yuv(*(_pushed(one, two, gone // part, axis) for one, two, part in planes)))
    return Clip(tuple(frames), clip.rate_hz)


def _pushed(old: Plane, new: Plane, gone: int, axis: int) -> Plane:
    side = old.shape[axis]
    return np.concatenate([old.take(range(gone, side), axis), new.take(range(gone), axis)], axis)


def _with_other(clip: Clip, random: np.random.Generator) -> Clip:
    """A defect of another kind."""
    defect, seed = str(random.choice(OTHERS)), int(random.integers(1 << 31))
    start_s, seconds = 2 / clip.rate_hz, (FRAMES - 4) / clip.rate_hz
    try:
        return simulate(defect, clip, start_s, seconds, float(random.uniform(0.3, 1.0)), seed)[0]
    except InputError:
        return clip

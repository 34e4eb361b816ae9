"""Pictures coded finely and coarsely, with and without deblocking, as figures of their grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.inspection.defects.blockiness.features import SMALLEST, grid_figures
from vivavoce.inspection.media import Plane
from vivavoce.inspection.simulation import transcode_frames
from vivavoce.training.inspection.examples import Example
from vivavoce.training.inspection.video_windows import draw_untouched, draw_window

FRAMES, KEPT, FINE = 6, 3, 18
VISIBLE_FROM, DOUBTFUL_FROM = 34, 29
UNKNOWN = -1.0
UNTOUCHED_CHANCE, FILTERED_CHANCE, AS_IT_IS_CHANCE, AGAIN_CHANCE = 0.2, 0.25, 0.1, 0.7


@dataclass(frozen=True)
class BlockinessMaker:
    """One draw is a few pictures at one quantiser."""

    videos: tuple[Path, ...]

    def __call__(self, random: np.random.Generator) -> Iterator[Example]:
        if random.random() < UNTOUCHED_CHANCE:
            for frame in draw_untouched(self.videos, random, FRAMES):
                if min(frame.luma.shape) >= SMALLEST:
                    yield _example(frame.luma, FINE, 0.0)
            return
        size = (160 + 16 * int(random.integers(0, 20)), 256 + 16 * int(random.integers(0, 30)))
        clip = draw_window(self.videos, random, FRAMES, size)
        if len(clip.frames) < FRAMES:
            return
        quantiser, visible = int(random.integers(FINE, 52)), UNKNOWN
        shown = clip.frames
        if random.random() < AS_IT_IS_CHANCE:
            quantiser, visible = FINE, 0.0
        elif random.random() < FILTERED_CHANCE:
            shown = transcode_frames(shown, clip.rate_hz, quantiser)
            visible = 0.0 if quantiser < VISIBLE_FROM else UNKNOWN
            quantiser = min(quantiser, DOUBTFUL_FROM)
        else:
            shown = transcode_frames(shown, clip.rate_hz, quantiser, deblock=False)
            visible = 1.0 if quantiser >= VISIBLE_FROM else 0.0 if quantiser < DOUBTFUL_FROM else UNKNOWN
        if random.random() < AGAIN_CHANCE:
            shown = transcode_frames(shown, clip.rate_hz, int(random.integers(17, 26)))
        for number in random.permutation(len(shown))[:KEPT]:
            yield _example(shown[number].luma, quantiser, visible)


def _example(luma: Plane, quantiser: int, visible: float) -> Example:
    return {"figures": grid_figures(luma), "quantiser": np.float32(quantiser), "visible": np.float32(visible)}

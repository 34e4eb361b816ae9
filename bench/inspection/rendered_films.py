"""Clean clips made from clean films: held in a shaky hand, in little light, upright, sped up, one within another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from vivavoce.inspection.media import Plane
from vivavoce.inspection.simulation import Clip, Yuv, read_clip
from vivavoce.inspection.simulation.filters import resize_plane

Random = np.random.Generator
SECONDS, SHAKE = 6.0, 32


def shaky(path: Path, random: Random) -> Clip:
    """A window that strays by a hand's tremor, jerks now and then, and is never quite still."""
    clip = read_clip(path, seconds=SECONDS)
    height, width = clip.frames[0].luma.shape
    steps = random.normal(0, 1.5, (len(clip.frames), 2)) + 12 * (random.random((len(clip.frames), 1)) < 0.06)
    walk = np.rint(SHAKE / 2 + SHAKE / 2 * np.tanh(np.cumsum(steps, axis=0) / 20) * 0.99).astype(int) // 2 * 2
    size = (height - SHAKE) // 2 * 2, (width - SHAKE) // 2 * 2
    return replace(clip, frames=tuple(_cut(yuv, y, x, *size) for yuv, (y, x) in zip(clip.frames, walk, strict=True)))


def dim(path: Path, random: Random) -> Clip:
    """A fifth of the light, and the grain of a camera that makes the best of it."""
    clip = read_clip(path, seconds=SECONDS)

    def darken(luma: Plane) -> Plane:
        grain = random.normal(0, 3.0, luma.shape)
        return np.clip(np.rint(16 + (luma - 16.0) * 0.22 + grain), 16, 235).astype(np.uint8)

    return replace(clip, frames=tuple(yuv.mapped(darken(yuv.luma)) for yuv in clip.frames))


def upright(path: Path, random: Random) -> Clip:
    """A slice of 9 to 16, blown up to 540 x 960."""
    clip = read_clip(path, seconds=SECONDS)
    height, width = (side // 2 * 2 for side in clip.frames[0].luma.shape)
    wide = min(width, height * 9 // 16 // 2 * 2)
    left = int(random.integers((width - wide) // 2 + 1)) // 2 * 2
    frames = []
    for yuv in clip.frames:
        cut = _cut(yuv, 0, left, height, wide)
        frames.append(Yuv(resize_plane(cut.luma, 960, 540), *(resize_plane(p, 480, 270) for p in (cut.blue, cut.red))))
    return replace(clip, frames=tuple(frames))


def time_lapse(path: Path, random: Random) -> Clip:
    """Every sixth picture, each exposed a little differently."""
    clip = read_clip(path, seconds=4 * SECONDS)
    light = 1 + random.normal(0, 0.02, len(clip.frames))
    frames = [
        yuv.mapped(np.clip(np.rint(16 + (yuv.luma - 16.0) * light[n]), 16, 235).astype(np.uint8))
        for n, yuv in enumerate(clip.frames[::6])
    ]
    return Clip(tuple(frames), clip.rate_hz)


def inset(path: Path, random: Random) -> Clip:
    """The film small in a corner of its own first picture, over a ticker that runs."""
    clip = read_clip(path, seconds=SECONDS)
    still = clip.frames[0]
    height, width = still.luma.shape
    small = height // 3 // 2 * 2, width // 3 // 2 * 2
    ticker = np.kron(random.integers(0, 2, (5, 2000)) * 190 + 30, np.ones((4, 4))).astype(np.uint8)
    frames = []
    for n, yuv in enumerate(clip.frames):
        luma, blue, red = still.luma.copy(), still.blue.copy(), still.red.copy()
        luma[16 : 16 + small[0], 16 : 16 + small[1]] = resize_plane(yuv.luma, *small)
        for whole, part in ((blue, yuv.blue), (red, yuv.red)):
            whole[8 : 8 + small[0] // 2, 8 : 8 + small[1] // 2] = resize_plane(part, small[0] // 2, small[1] // 2)
        luma[height - 40 : height - 20] = ticker[:, 3 * n : 3 * n + width]
        frames.append(Yuv(luma, blue, red))
    return replace(clip, frames=tuple(frames))


def sparse(path: Path, random: Random) -> Clip:
    """A recorder that leaves pictures out, and shows the others at their own times."""
    clip = read_clip(path, seconds=SECONDS)
    kept = random.random(len(clip.frames)) < 0.7
    kept[:2] = True
    numbers = np.flatnonzero(kept)
    delays = tuple(float(n - place) / clip.rate_hz for place, n in enumerate(numbers))
    return replace(clip, frames=tuple(clip.frames[n] for n in numbers), delays_s=delays)


def _cut(yuv: Yuv, top: int, left: int, height: int, width: int) -> Yuv:
    y, x, h, w = top // 2, left // 2, height // 2, width // 2
    chroma = (np.ascontiguousarray(plane[y : y + h, x : x + w]) for plane in (yuv.blue, yuv.red))
    return Yuv(np.ascontiguousarray(yuv.luma[top : top + height, left : left + width]), *chroma)


FILM_KINDS = (shaky, dim, upright, time_lapse, inset, sparse)

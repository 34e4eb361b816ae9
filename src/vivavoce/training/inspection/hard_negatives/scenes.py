"""Pictures without a defect that are easily taken for one: titles that roll, slides, shaking, dark, drawn, poorly
coded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Plane
from vivavoce.inspection.simulation import Clip, Yuv, transcode_with
from vivavoce.inspection.simulation.filters import resize_plane
from vivavoce.training.inspection.hard_negatives.drawn import draw_things, with_things
from vivavoce.training.inspection.hard_negatives.lettering import page, print_ink
from vivavoce.training.inspection.video_windows import draw_window

Size = tuple[int, int]
POOR_CHANCE, ROLL_OVER_FILM, INSET_CHANCE = 0.35, 0.3, 0.4
SHAKE = 24
"""Pixels by which a hand-held camera strays."""
PULLDOWNS = ((1, 1), (1, 1), (4, 5), (5, 6), (1, 2), (2, 3))
"""Pictures of the source for so many that are shown: none repeated, film as 30 or so, drawn on twos."""


def draw_scene(videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: Size) -> Clip:
    """`frames` clean pictures of (height, width) from one of `SCENES`; a third of them was coded poorly before."""
    kinds, chances = tuple(SCENES), np.array(list(SCENES.values()))
    clip = kinds[random.choice(len(kinds), p=chances / chances.sum())](videos, random, frames, size)
    return poorly_coded(clip, random) if random.random() < POOR_CHANCE else clip


def rolling_titles(videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: Size) -> Clip:
    """Lines that roll up or down at a steady speed, by whole pixels or not, with the repeats of a pulldown."""
    height, width = size
    speed = float(np.exp(random.uniform(np.log(0.3), np.log(10.0))))
    ink = page(random, height + int(speed * frames) + 2, width)
    shown, source = PULLDOWNS[random.integers(len(PULLDOWNS))][::-1]
    whole, downwards = bool(random.integers(2)), random.random() < 0.15
    ground, level = _ground(videos, random, frames, size)
    pictures = []
    for number, yuv in enumerate(ground.frames):
        at = speed * (number * source // shown) * shown / source
        at = speed * frames - at if downwards else at
        low, part = int(at), 0.0 if whole else at % 1.0
        upper, lower = ink[low : low + height], ink[low + 1 : low + 1 + height]
        lines = (upper + part * (lower - upper)).astype(np.float32)
        pictures.append(yuv.mapped(print_ink(yuv.luma, lines, level)))
    return replace(ground, frames=tuple(pictures))


def slide(videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: Size) -> Clip:
    """A page that stands still for a number of `frames`, often with a small film in a corner."""
    ground, level = _ground(videos, random, frames, size, still=True)
    ink = page(random, *size)
    clip = replace(ground, frames=tuple(yuv.mapped(print_ink(yuv.luma, ink, level)) for yuv in ground.frames))
    if random.random() >= INSET_CHANCE:
        return clip
    share = random.uniform(0.25, 0.45)
    inner = tuple(max(32, round(side * share / 2) * 2) for side in size)
    film = draw_window(videos, random, frames, (inner[0], inner[1]))
    top, left = (2 * int(random.integers(1 + (side - part) // 2)) for side, part in zip(size, inner, strict=True))
    pairs = zip(clip.frames, film.frames, strict=False)
    return replace(clip, frames=tuple(_inset(yuv, part, top, left) for yuv, part in pairs))


def shaken(videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: Size) -> Clip:
    """A camera in the hand: the window strays and jerks, and each picture is blurred by its movement."""
    clip = draw_window(videos, random, frames, (size[0] + SHAKE, size[1] + SHAKE))
    walk = np.cumsum(random.normal(0, random.uniform(0.3, 4.0), (len(clip.frames) + 1, 2)), axis=0)
    walk = np.clip(walk + SHAKE / 2, 0, SHAKE)
    pairs = zip(clip.frames, walk[:-1], walk[1:], strict=True)
    return replace(clip, frames=tuple(_blur_motion(yuv, first, last, size) for yuv, first, last in pairs))


def dark(videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: Size) -> Clip:
    """A number of `frames` in little light, with the grain of a camera that makes the best of it."""
    clip = draw_window(videos, random, frames, size)
    light, grain = random.uniform(0.1, 0.5), random.uniform(0.0, 3.0)
    pictures = []
    for yuv in clip.frames:
        luma = 16.0 + (yuv.luma - 16.0) * light + random.normal(0.0, 1.0, yuv.luma.shape) * grain
        pictures.append(yuv.mapped(np.clip(np.rint(luma), 16, 235).astype(np.uint8)))
    return replace(clip, frames=tuple(pictures))


def fading(videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: Size) -> Clip:
    """A fade of a number of `frames` from or to an even level, or from one scene to another."""
    clip = draw_window(videos, random, frames, size)
    level = float(random.choice([16.0, 16.0, 235.0, random.uniform(16.0, 235.0)]))
    other = draw_window(videos, random, frames, size).frames if random.random() < 0.4 else ()
    first, length = random.integers(-frames // 3, frames), random.integers(frames // 3, 2 * frames)
    shares = np.clip((np.arange(len(clip.frames)) - first) / length, 0.0, 1.0)
    shares = 1.0 - shares if random.random() < 0.5 else shares
    pictures = []
    for number, yuv in enumerate(clip.frames):
        target = other[number].luma.astype(np.float32) if number < len(other) else level
        pictures.append(yuv.mapped(np.rint(yuv.luma + (target - yuv.luma) * shares[number]).astype(np.uint8)))
    return replace(clip, frames=tuple(pictures))


def drawn(videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: Size) -> Clip:
    """Drawn things that turn, bounce or swing for a number of `frames`, often with the repeats of a pulldown."""
    ground, _ = _ground(videos, random, frames, size)
    things, (shown, source) = draw_things(random, size), PULLDOWNS[random.integers(len(PULLDOWNS))][::-1]
    pictures = [
        yuv.mapped(with_things(yuv.luma, things, number * source // shown)) for number, yuv in enumerate(ground.frames)
    ]
    return replace(ground, frames=tuple(pictures))


def enlarge(videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: Size) -> Clip:
    """A small picture, coded, then blown up: soft, and with the traces of its coding out of step."""
    times = random.uniform(1.2, 2.5)
    clip = draw_window(videos, random, frames, (round(size[0] / times / 2) * 2, round(size[1] / times / 2) * 2))
    clip = poorly_coded(clip, random)
    half = size[0] // 2, size[1] // 2
    return replace(
        clip,
        frames=tuple(
            Yuv(resize_plane(yuv.luma, *size), resize_plane(yuv.blue, *half), resize_plane(yuv.red, *half))
            for yuv in clip.frames
        ),
    )


def poorly_coded(clip: Clip, random: np.random.Generator) -> Clip:
    """With too few bits, by one of the encoders that films have gone through; as it was where an encoder refuses."""
    codec = str(random.choice(("libx264", "mpeg4", "mpeg2video", "libvpx-vp9"), p=(0.35, 0.3, 0.15, 0.2)))
    pixels = clip.frames[0].luma.size if clip.frames else 0
    coarse = str(random.integers(5, 25))
    options, bits = {
        "libx264": ({"crf": str(random.integers(28, 42))}, 0),
        "mpeg4": ({"qmin": coarse, "qmax": coarse}, 8 * pixels),
        "mpeg2video": ({"qmin": coarse, "qmax": coarse}, 8 * pixels),
        "libvpx-vp9": ({}, round(pixels * random.uniform(0.3, 2.0))),
    }[codec]
    try:
        shown = transcode_with(clip.frames, clip.rate_hz, codec, options, bits)
    except MediaError:
        return clip
    return replace(clip, frames=shown) if len(shown) == len(clip.frames) else clip


def _ground(
    videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: Size, still: bool = False
) -> tuple[Clip, float]:
    """What lies under lettering, and the luma of its ink: a film, one of its pictures, or an even colour."""
    if random.random() < ROLL_OVER_FILM:
        clip = draw_window(videos, random, frames, size)
        pictures = clip.frames[:1] * frames if still or random.random() < 0.3 else clip.frames
        return replace(clip, frames=pictures), float(random.choice([16, 235]))
    level, colours = int(random.choice([16, 20, 40, 120, 200, 235])), random.integers(100, 157, 2)
    slope = np.linspace(0, random.uniform(-12, 12), size[0])[:, None]
    luma = np.clip(np.broadcast_to(level + slope, size), 16, 235).astype(np.uint8)
    blue, red = (np.full((size[0] // 2, size[1] // 2), colour, np.uint8) for colour in colours)
    ink = random.uniform(170, 235) if level < 100 else random.uniform(16, 80)
    return Clip((Yuv(luma, blue, red),) * frames, float(random.choice([24.0, 25.0, 30.0]))), ink


def _inset(yuv: Yuv, part: Yuv, top: int, left: int) -> Yuv:
    def put(whole: Plane, piece: Plane, scale: int) -> Plane:
        made = whole.copy()
        made[top // scale : top // scale + piece.shape[0], left // scale : left // scale + piece.shape[1]] = piece
        return made

    return Yuv(put(yuv.luma, part.luma, 1), put(yuv.blue, part.blue, 2), put(yuv.red, part.red, 2))


def _blur_motion(yuv: Yuv, first: np.ndarray, last: np.ndarray, size: Size) -> Yuv:
    """The mean of three windows on the way from one place to the next."""
    ways = [np.rint(first + (last - first) * share).astype(int) // 2 * 2 for share in (0.0, 0.5, 0.9)]

    def mean(plane: Plane, scale: int) -> Plane:
        height, width = size[0] // scale, size[1] // scale
        cuts = [plane[y // scale : y // scale + height, x // scale : x // scale + width] for y, x in ways]
        return np.rint(np.mean(cuts, axis=0)).astype(np.uint8)

    return Yuv(mean(yuv.luma, 1), mean(yuv.blue, 2), mean(yuv.red, 2))


Scene = Callable[[tuple[Path, ...], np.random.Generator, int, Size], Clip]
SCENES: dict[Scene, float] = {
    draw_window: 0.35,
    drawn: 0.12,
    rolling_titles: 0.17,
    slide: 0.06,
    shaken: 0.14,
    dark: 0.1,
    fading: 0.06,
    enlarge: 0.12,
}
"""How often each is drawn."""

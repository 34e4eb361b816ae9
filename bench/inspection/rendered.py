"""Clean clips drawn by recipe: kinds of pictures that fool detectors of defects and hold none.

`python -m bench.inspection.rendered FOLDER --seed 1` writes a clip of each kind; `--films FOLDER` adds kinds made from
clean films (shaky, dark, portrait, time lapse, picture in picture). Everything is coded as people code it, at 23 to 30
of CRF. Another seed draws others of the same kinds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.inspection.rendered_films import FILM_KINDS
from vivavoce.inspection.simulation import Clip, Yuv, write_clip
from vivavoce.training.inspection.hard_negatives.lettering import page, print_ink

SECONDS = 8.0
Random = np.random.Generator
Picture = npt.NDArray[np.floating[Any]]
Kind = Callable[[Random], Clip]


def _yuv(luma: Picture, blue: Picture | float = 128.0, red: Picture | float = 128.0) -> Yuv:
    """Luma (height, width), chroma of the same size or one level."""
    half = luma[::2, ::2].shape
    planes = (np.broadcast_to(np.asarray(p)[::2, ::2] if np.ndim(p) else p, half) for p in (blue, red))
    cut = [np.clip(np.rint(p), 16, 235).astype(np.uint8) for p in (luma, *planes)]
    return Yuv(*map(np.ascontiguousarray, cut))


def _clip(pictures: Iterator[Yuv], rate_hz: float, sound: bool = False) -> Clip:
    del sound
    return Clip(tuple(pictures), rate_hz)


def _smooth(random: Random, height: int, width: int, coarse: int) -> Picture:
    """Clouds of 0 to 1, (height, width), with details of so many pixels."""
    rows, columns = height // coarse + 3, width // coarse + 3
    grid = random.random((rows, columns))
    y, x = np.arange(height) / coarse, np.arange(width) / coarse
    top, left = y.astype(int), x.astype(int)
    v, u = (3 * (y % 1) ** 2 - 2 * (y % 1) ** 3)[:, None], (3 * (x % 1) ** 2 - 2 * (x % 1) ** 3)[None]
    corner = lambda dy, dx: grid[top[:, None] + dy, left[None] + dx]  # noqa: E731
    upper = corner(0, 0) * (1 - u) + corner(0, 1) * u
    return (upper * (1 - v) + (corner(1, 0) * (1 - u) + corner(1, 1) * u) * v).astype(np.float32)


def slides(random: Random) -> Clip:
    """Pages that are cut to, or dissolved, every two seconds."""
    rate, size = 25.0, (720, 1280)
    pages = [print_ink(np.full(size, 235, np.uint8), page(random, *size), 30.0).astype(np.float32) for _ in range(4)]

    def pictures() -> Iterator[Yuv]:
        for n in range(round(SECONDS * rate)):
            number, part = divmod(n / rate, 2.0)
            now, after = pages[int(number)], pages[min(3, int(number) + 1)]
            share = np.clip((part - 1.6) / 0.4, 0, 1) if number % 2 else 0.0
            yield _yuv(now + (after - now) * np.float32(share), 124.0)

    return _clip(pictures(), rate)


def scroll(random: Random) -> Clip:
    """A page in a window, moved by a wheel: bursts that ease out, rests between, a still frame around."""
    rate, (height, width) = 30.0, (720, 1280)
    long = print_ink(np.full((6000, width - 240), 232, np.uint8), page(random, 6000, width - 240), 40.0)
    at, speed = 0.0, 0.0

    def pictures() -> Iterator[Yuv]:
        nonlocal at, speed
        for n in range(round(SECONDS * rate)):
            if n % 40 == 10:
                speed = random.uniform(15, 60)
            at, speed = at + speed, speed * 0.85 if speed > 0.5 else 0.0
            luma = np.full((height, width), 70, np.float32)
            luma[60:, 240:] = long[round(at) % 5000 :][: height - 60]
            yield _yuv(luma, 134.0, 124.0)

    return _clip(pictures(), rate)


def typing(random: Random) -> Clip:
    """An editor in which letters appear one by one and a caret blinks."""
    rate, size = 30.0, (720, 1280)
    ink, ground = page(random, *size, margin=0.05), np.full(size, 36, np.uint8)

    def pictures() -> Iterator[Yuv]:
        typed = 0
        for n in range(round(SECONDS * rate)):
            typed += int(random.random() < 0.5)
            row, column = divmod(typed * 14, 1100)
            shown = ink.copy()
            shown[80 + 60 * (row + 1) :] = 0
            shown[80 + 60 * row : 140 + 60 * row, 64 + column :] = 0
            if n // 15 % 2:
                shown[90 + 60 * row : 130 + 60 * row, 66 + column : 69 + column] = 1
            yield _yuv(print_ink(ground, shown, 210.0).astype(np.float32), 130.0)

    return _clip(pictures(), rate)


def cartoon(random: Random) -> Clip:
    """Flat figures with dark outlines on twos, before a painted ground that drifts on ones."""
    rate, (height, width) = 24.0, (540, 960)
    ground = 90 + 110 * _smooth(random, height, width + 400, 160)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    figures = [(random.uniform(50, 110), *random.uniform(0.5, 2.5, 2), *random.uniform(0, 6, 2)) for _ in range(4)]
    tints = random.uniform(-40, 40, (4, 2))

    def pictures() -> Iterator[Yuv]:
        for n in range(round(SECONDS * rate)):
            t = n // 2 * 2 / rate
            luma = ground[:, n : n + width].copy()
            blue, red = np.full_like(luma, 140), np.full_like(luma, 112)
            for (radius, fx, fy, px, py), (cb, cr) in zip(figures, tints, strict=True):
                x, y = width * (0.5 + 0.38 * np.sin(fx * t + px)), height * (0.5 + 0.32 * np.sin(fy * t + py))
                far = np.hypot(across - x, (down - y) * (1 + 0.2 * np.sin(5 * t)))
                inside, line = np.clip(radius - far, 0, 1), np.clip(3 - np.abs(far - radius), 0, 1)
                luma = (luma * (1 - inside) + (130 + cb) * inside) * (1 - line) + 24 * line
                blue, red = blue + (128 + cb - blue) * inside, red + (128 + cr - red) * inside
            yield _yuv(luma, blue, red)

    return _clip(pictures(), rate)


def pixel_art(random: Random) -> Clip:
    """A side scroller at 320 x 180, blown up by four without smoothing, at 60 pictures a second."""
    rate, wide = 60.0, 1200
    tiles = random.integers(40, 200, (12, wide // 16)) * (random.random((12, wide // 16)) < 0.3)
    texture = random.integers(-20, 20, (16, 16))
    world = np.kron(tiles, np.ones((16, 16)))
    world += np.tile(texture, (12, wide // 16)) * (world > 0)
    sky = np.linspace(180, 120, 180)[:, None] // 12 * 12

    def pictures() -> Iterator[Yuv]:
        for n in range(round(SECONDS * rate)):
            left = round(1.3 * n)
            view = world[:180, left : left + 320]
            luma = np.where(view > 0, view, sky)
            y = round(90 - 50 * abs(np.sin(n / 18)))
            luma[y : y + 16, 150:166] = 220 - 60 * (np.indices((16, 16)).sum(axis=0) % 5 == n // 8 % 5)
            large = np.kron(luma, np.ones((4, 4))).astype(np.float32)
            yield _yuv(large, np.where(large > 150, 120, 136).astype(np.float32), 118.0)

    return _clip(pictures(), rate)


def game(random: Random) -> Clip:
    """A shooter: stars that stream, sprites, explosions that light the screen less than thrice a second, a HUD."""
    rate, (height, width) = 30.0, (540, 960)
    stars = random.random((300, 3)) * (height, width, 1)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    blasts = np.sort(random.choice(np.arange(5, 230, 25), 6, replace=False))

    def pictures() -> Iterator[Yuv]:
        for n in range(round(SECONDS * rate)):
            luma = np.full((height, width), 18, np.float32)
            rows = ((stars[:, 0] + n * (2 + 10 * stars[:, 2])) % height).astype(int)
            luma[rows, stars[:, 1].astype(int)] = 80 + 150 * stars[:, 2]
            for enemy in range(5):
                x, y = 100 + 170 * enemy + 60 * np.sin(n / 20 + enemy), 90 + 40 * np.cos(n / 15 + enemy)
                luma[int(y) : int(y) + 36, int(x) : int(x) + 48] = 150 + 10 * enemy
            for blast in blasts:
                age = n - blast
                if 0 <= age < 14:
                    far = np.hypot(across - 200 - 3 * blast % 600, down - 260)
                    luma += (200 * np.exp(-((far - 14 * age) ** 2) / 800) + (60 if age < 2 else 0)) * (1 - age / 14)
            luma[500:530, 20 : 20 + 300 - n] = 200
            yield _yuv(luma, 120.0, 140.0)

    return _clip(pictures(), rate)


def dither(random: Random) -> Clip:
    """Slow clouds in few levels, dithered with a regular pattern, each of its pixels shown twice as large."""
    rate, (height, width) = 25.0, (270, 480)
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16
    pattern = np.tile(bayer, (height // 4 + 1, width // 4 + 1))[:height, :width]
    clouds = _smooth(random, height, 1200, 90)

    def pictures() -> Iterator[Yuv]:
        for n in range(round(SECONDS * rate)):
            levels = np.floor(clouds[:, 2 * n : 2 * n + width] * 6 + pattern)
            yield _yuv(np.kron(40 + 28 * levels, np.ones((2, 2))).astype(np.float32), 122.0, 132.0)

    return _clip(pictures(), rate)


def lines(random: Random) -> Clip:
    """Thin lines, level and slanted, that turn and drift: blinds, rigging, a wire frame."""
    rate, (height, width) = 25.0, (540, 960)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    pitch = random.uniform(5, 9)

    def pictures() -> Iterator[Yuv]:
        for n in range(round(SECONDS * rate)):
            angle = 0.04 * np.sin(n / 40)
            blinds = np.sin(2 * np.pi * (down * np.cos(angle) + across * np.sin(angle) + 0.7 * n) / pitch)
            spokes = np.sin(24 * np.arctan2(down - 270, across - 480) + n / 9)
            yield _yuv(np.where(across < 480, 120 + 80 * blinds, 120 + 70 * np.clip(4 * spokes, -1, 1)))

    return _clip(pictures(), rate)


def particles(random: Random) -> Clip:
    """Snow and confetti before a soft ground."""
    rate, (height, width) = 30.0, (540, 960)
    ground = 50 + 90 * _smooth(random, height, width, 200)
    flakes = random.random((500, 4))

    def pictures() -> Iterator[Yuv]:
        for n in range(round(SECONDS * rate)):
            luma, blue = ground.copy(), np.full_like(ground, 128)
            for y, x, depth, tint in flakes:
                side = 2 + int(6 * depth)
                top = int((y * height + n * (2 + 6 * depth)) % (height - side))
                left = int((x * width + 20 * np.sin(n / 12 + 9 * tint)) % (width - side))
                luma[top : top + side, left : left + side] = 120 + 110 * tint
                blue[top : top + side, left : left + side] = 90 + 80 * depth
            yield _yuv(luma, blue)

    return _clip(pictures(), rate)


def water(random: Random) -> Clip:
    """Ripples of several sizes that travel, with glints."""
    rate, size = 25.0, (360, 640)
    layers = [(_smooth(random, size[0] + 240, size[1] + 240, c), *random.uniform(-1.1, 1.1, 2)) for c in (40, 17, 7, 4)]

    def pictures() -> Iterator[Yuv]:
        for n in range(round(SECONDS * rate)):
            parts = [
                layer[120 + round(n * dy * 0.5) :, 120 + round(n * dx * 0.5) :][: size[0], : size[1]]
                for layer, dy, dx in layers
            ]
            height = sum(parts) / 4
            yield _yuv(40 + 200 * height**2 + 120 * np.clip(height - 0.66, 0, 1) * 5, 144.0, 112.0)

    return _clip(pictures(), rate)


def fades(random: Random) -> Clip:
    """Painted scenes that fade through black and through white."""
    rate, size = 24.0, (540, 960)
    scenes = [30 + 190 * _smooth(random, size[0], size[1] + 220, int(c)) ** 1.3 for c in (60, 25, 110)]

    def pictures() -> Iterator[Yuv]:
        for n in range(round(SECONDS * rate)):
            number, part = divmod(n / rate, SECONDS / 3)
            scene = scenes[min(2, int(number))][:, n : n + size[1]]
            share = np.clip(min(part, SECONDS / 3 - part) / 0.8, 0, 1)
            yield _yuv(scene * share + (235.0 if number >= 1 and part > 1.3 else 16.0) * (1 - share), 118.0, 136.0)

    return _clip(pictures(), rate)


KINDS: tuple[Kind, ...] = (
    slides, scroll, typing, cartoon, pixel_art, game, dither, lines, particles, water, fades,
)  # fmt: skip


def render(folder: Path, seed: int, films: Path | None = None) -> list[Path]:
    """Write a clip of each kind and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    random, written = np.random.default_rng(seed), []
    for number, kind in enumerate(KINDS):
        written.append(folder / f"{kind.__name__}-{seed}.mp4")
        write_clip(written[-1], kind(np.random.default_rng((seed, number))), int(random.integers(23, 31)))
    sources = sorted(path for path in films.iterdir() if path.suffix in (".mp4", ".mkv")) if films else []
    for number, film_kind in enumerate(FILM_KINDS if sources else ()):
        written.append(folder / f"{film_kind.__name__}-{seed}.mp4")
        own = np.random.default_rng((seed, 100 + number))
        write_clip(written[-1], film_kind(sources[int(own.integers(len(sources)))], own), int(random.integers(23, 31)))
    return written


def main() -> None:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--films", type=Path, help="folder of clean films")
    chosen = parser.parse_args()
    for path in render(chosen.folder, chosen.seed, chosen.films):
        print(path)


if __name__ == "__main__":
    main()

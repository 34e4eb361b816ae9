"""Drawn things that turn, bounce, swing, or are drawn over and over in a few pictures: soon they are as they were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane

Levels = npt.NDArray[np.float32]
MOST_THINGS, LARGEST = 7, 0.45
"""Of a picture, and the radius of one as a share of the height."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A disc, flower or cog; lengths in pixels, angles in radians, times in pictures."""

    centre: tuple[float, float]
    way: tuple[float, float]
    """How far it moves from its centre at the most, down and to the right."""
    radius: float
    teeth: int
    depth: float
    """How far the outline strays from the radius, as a share of it."""
    sectors: int
    """Parts of two levels by turns; 0: one level."""
    levels: tuple[float, float]
    period: float
    turn: float
    """By how much it turns a picture."""
    bounces: bool
    """At an even speed to and fro; it swings otherwise."""
    cycle: int
    """Pictures after which it is drawn as before; 0: never."""
    start: float

    def draw_on(self, luma: Levels, number: int) -> None:
        """Draw it as it is in a picture, in place."""
        at = number % self.cycle if self.cycle else number
        phase = (at / self.period + self.start) % 1.0
        swing = 4.0 * abs(phase - 0.5) - 1.0 if self.bounces else float(np.cos(2 * np.pi * phase))
        top, left = (centre + way * swing for centre, way in zip(self.centre, self.way, strict=True))
        reach = int(self.radius * (1 + self.depth)) + 2
        rows = slice(max(0, int(top) - reach), max(0, int(top) + reach))
        columns = slice(max(0, int(left) - reach), max(0, int(left) + reach))
        part = luma[rows, columns]
        if not part.size:
            return
        y, x = np.mgrid[rows.start : rows.start + part.shape[0], columns.start : columns.start + part.shape[1]]
        angle = np.arctan2(y - top, x - left) + self.turn * at
        outline = self.radius * (1 + self.depth * np.cos(self.teeth * angle))
        ink = np.clip(outline - np.hypot(y - top, x - left), 0.0, 1.0)
        level = np.where(np.sin(self.sectors * angle) >= 0, *self.levels)
        part += (ink * (level - part)).astype(np.float32)


def draw_things(random: np.random.Generator, size: tuple[int, int]) -> tuple[Thing, ...]:
    """Some things within (height, width)."""
    return tuple(_draw_thing(random, size) for _ in range(int(random.integers(1, MOST_THINGS + 1))))


def _draw_thing(random: np.random.Generator, size: tuple[int, int]) -> Thing:
    height, width = size
    radius = height * float(np.exp(random.uniform(np.log(0.03), np.log(LARGEST))))
    moves = height * random.uniform(0.0, 0.5, 2) * (random.random(2) < 0.7)
    return Thing(
        centre=(float(random.uniform(0, height)), float(random.uniform(0, width))),
        way=(float(moves[0]), float(moves[1])), radius=radius,
        teeth=int(random.integers(1, 13)), depth=float(random.choice([0.0, 0.1, random.uniform(0.1, 0.6)])),
        sectors=int(random.choice([0, 0, 2, 5, 9, 16])), levels=(_level(random), _level(random)),
        period=float(np.exp(random.uniform(np.log(4.0), np.log(60.0)))), turn=float(random.normal(0.0, 0.15)),
        bounces=bool(random.integers(2)), cycle=int(random.choice([0, 0, 2, 3, 4, 5, 6])), start=float(random.random()),
    )  # fmt: skip


def _level(random: np.random.Generator) -> float:
    return float(random.uniform(16.0, 235.0))


def with_things(luma: Plane, things: tuple[Thing, ...], number: int) -> Plane:
    """A picture (height, width) with the things over it, as they are in the picture of that number."""
    drawn = luma.astype(np.float32)
    for thing in things:
        thing.draw_on(drawn, number)
    return np.rint(drawn).astype(np.uint8)

"""Made-up lettering: pages of words in an alphabet that nobody reads, as titles and slides have them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Plane

Mask = npt.NDArray[np.float32]
LETTERS, WORDS = 26, 60
COLUMNS, ROWS = 3, 4
"""Strokes run between the points of a grid of so many."""


def page(random: np.random.Generator, height: int, width: int, margin: float = 0.1) -> Mask:
    """How much ink lies on each pixel of a page of lines, (height, width), 0 to 1."""
    size = int(random.integers(9, max(10, min(48, width // 10))))
    words = _words(random, size)
    ink = np.zeros((height, width), np.float32)
    centred, spacing = bool(random.integers(2)), random.uniform(1.5, 3.0)
    top = int(random.integers(1, round(size * spacing) + 1))
    while top + size < height:
        if random.random() < 0.85:
            line = _line(words, random, round(width * (1.0 - 2 * margin) * random.uniform(0.2, 1.0)))
            left = (width - line.shape[1]) // 2 if centred else round(margin * width)
            ink[top : top + size, left : left + line.shape[1]] = line
        top += round(size * spacing)
    return ink


def _words(random: np.random.Generator, size: int) -> list[Mask]:
    alphabet = [_letter(random, size) for _ in range(LETTERS)]
    gap = np.zeros((size, max(1, size // 6)), np.float32)
    words = []
    for _ in range(WORDS):
        spelled = [alphabet[n] for n in random.integers(LETTERS, size=int(random.integers(1, 10)))]
        words.append(np.concatenate([part for letter in spelled for part in (letter, gap)], axis=1))
    return words


def _letter(random: np.random.Generator, size: int) -> Mask:
    """Two to four straight strokes, (size, about half of it), their edges soft by a pixel."""
    wide = max(4, round(size * random.uniform(0.4, 0.7)))
    down, across = np.mgrid[0:size, 0:wide].astype(np.float32)
    thick, letter = max(1.0, size * random.uniform(0.07, 0.16)), np.zeros((size, wide), np.float32)
    for _ in range(int(random.integers(2, 5))):
        (y1, y2), (x1, x2) = random.integers(ROWS, size=2), random.integers(COLUMNS, size=2)
        ends = np.array([y1, y2]) * (size - 1) / (ROWS - 1), np.array([x1, x2]) * (wide - 1) / (COLUMNS - 1)
        (y1, y2), (x1, x2) = ends
        along = ((down - y1) * (y2 - y1) + (across - x1) * (x2 - x1)) / max((y2 - y1) ** 2 + (x2 - x1) ** 2, 1e-6)
        along = np.clip(along, 0.0, 1.0)
        away = np.hypot(down - y1 - along * (y2 - y1), across - x1 - along * (x2 - x1))
        letter = np.maximum(letter, np.clip(thick / 2 + 0.5 - away, 0.0, 1.0))
    return letter


def _line(words: list[Mask], random: np.random.Generator, wide: int) -> Mask:
    """Words side by side, as many as there is room for; at least one, cut off where it must be."""
    space = np.zeros((len(words[0]), max(2, len(words[0]) // 3)), np.float32)
    line = words[random.integers(len(words))]
    while True:
        longer = np.concatenate([line, space, words[random.integers(len(words))]], axis=1)
        if longer.shape[1] > wide:
            return line[:, : max(1, wide)]
        line = longer


def print_ink(ground: Plane, ink: Mask, level: float) -> Plane:
    """A page's ink in one level of luma over a plane of its size."""
    return np.rint(ground + (level - ground) * ink).astype(np.uint8)

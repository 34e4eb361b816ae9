"""From latents to whole numbers and back, at sixteen levels, with the tables that code them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.blocks import Addon, read_dataclass
from vivavoce.blocks.json_values import parse_json
from vivavoce.errors import InputError
from vivavoce.redundancy.codec.vivavoce.entropy import Interval, Reader, Table, interval
from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS

Array = npt.NDArray[np.float32]
Steps = npt.NDArray[np.int64]

CODEBOOK_FILE = "codebook.json"
MAX_DIMENSIONS = 256


@dataclass(frozen=True, slots=True)
class LevelEntry:
    """One level in the codebook: a value for each dimension."""

    scales: tuple[float, ...]
    """Steps for each unit of latent."""
    dead_zones: tuple[float, ...]
    """By how much values near zero are drawn toward it, in steps."""
    tables: tuple[tuple[int, ...], ...]
    """Frequencies of the steps -k … k. A table of one is a dimension that this level leaves out."""


class Quantiser:
    """Sixteen levels for values of the same dimensions."""

    def __init__(self, entries: tuple[LevelEntry, ...]) -> None:
        self.dimensions = _dimensions(entries)
        self._scales = np.array([entry.scales for entry in entries], np.float32)
        self._dead_zones = np.array([entry.dead_zones for entry in entries], np.float32)
        if not (self._scales > 0).all() or not (self._dead_zones >= 0).all():
            raise InputError("scales must be positive, dead zones not negative")
        self._reach = np.array([[len(table) // 2 for table in entry.tables] for entry in entries])
        self._coded = [np.flatnonzero(reach) for reach in self._reach]
        tables = [[_table(frequencies) for frequencies in entry.tables] for entry in entries]
        self._tables = [[row[index] for index in coded] for row, coded in zip(tables, self._coded, strict=True)]

    def steps(self, values: Array) -> Steps:
        """Round values at all levels, within the reach of the tables: (dimensions,) -> (16, dimensions)."""
        scaled = values * self._scales
        scaled -= self._dead_zones * np.tanh(scaled / (0.1 + self._dead_zones))
        return np.clip(np.rint(scaled), -self._reach, self._reach).astype(np.int64)

    def restored(self, steps: Steps, level: int) -> Array:
        """The values that steps of a level stand for, (dimensions,)."""
        return (steps / self._scales[level]).astype(np.float32)

    def interval(self, steps: Steps, level: int) -> Interval:
        """Code steps of a level, (dimensions,)."""
        return interval((steps + self._reach[level])[self._coded[level]].tolist(), self._tables[level])

    def read(self, reader: Reader, level: int) -> Steps:
        """Decode steps of a level, (dimensions,). Raises `ValueError` where there are none."""
        steps = np.zeros(self.dimensions, np.int64)
        coded = self._coded[level]
        steps[coded] = reader.read(self._tables[level])
        steps[coded] -= self._reach[level][coded]
        return steps


@dataclass(frozen=True, slots=True)
class _CodebookFile:
    latents: tuple[LevelEntry, ...]
    starts: tuple[LevelEntry, ...]


@dataclass(frozen=True)
class Codebook:
    """What both ends of a link must agree on: the quantisers of latents and of start vectors, level by level."""

    revision: int
    """0 to 15: payloads of another revision cannot be decoded."""
    latents: Quantiser
    starts: Quantiser


def read_codebook(addon: Addon) -> Codebook:
    """The codebook of a redundancy addon. Raises `InputError` naming the place."""
    place = f"{addon.path}: {CODEBOOK_FILE}"
    revision = addon.manifest.details.get("revision")
    if type(revision) is not int or not 0 <= revision < 16:
        raise InputError(f"{addon.path}: details.revision is missing or not 0 to 15")
    given = read_dataclass(_CodebookFile, parse_json(addon.read(CODEBOOK_FILE), place), place)
    return Codebook(
        revision, _quantiser(given.latents, f"{place}: latents"), _quantiser(given.starts, f"{place}: starts")
    )


def _quantiser(entries: tuple[LevelEntry, ...], place: str) -> Quantiser:
    try:
        return Quantiser(entries)
    except ValueError as error:
        raise InputError(f"{place}: {error}") from None


def _dimensions(entries: tuple[LevelEntry, ...]) -> int:
    """How many dimensions all entries have. Raises `InputError` when they differ."""
    found = {len(x) for entry in entries for x in (entry.scales, entry.dead_zones, entry.tables)}
    if len(entries) != LEVELS or len(found) != 1 or not 1 <= min(found) <= MAX_DIMENSIONS:
        raise InputError(f"expected {LEVELS} levels with the same number of dimensions, 1 to {MAX_DIMENSIONS}")
    return min(found)


def _table(frequencies: tuple[int, ...]) -> Table:
    if len(frequencies) % 2 == 0:
        raise InputError("a table of an even number of frequencies has no middle")
    return Table.of(frequencies)

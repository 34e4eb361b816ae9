"""From latents to whole numbers and back, at sixteen levels, with the tables that code them."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt

from vivavoce.blocks import Addon, read_dataclass
from vivavoce.blocks.json_values import parse_json
from vivavoce.errors import InputError
from vivavoce.redundancy.entropy import Interval, Reader, Table, interval
from vivavoce.redundancy.schedule import LEVELS

Array = npt.NDArray[np.float32]

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


class Level:
    """A quantiser of one level."""

    def __init__(self, entry: LevelEntry) -> None:
        dimensions = len(entry.scales)
        if not (1 <= dimensions == len(entry.dead_zones) == len(entry.tables) <= MAX_DIMENSIONS):
            raise InputError(f"lists of {dimensions}, {len(entry.dead_zones)} and {len(entry.tables)} dimensions")
        if not all(isfinite(s) and s > 0 for s in entry.scales) or not all(0 <= z < 1e3 for z in entry.dead_zones):
            raise InputError("scales must be positive, dead zones not negative")
        self.scales, self.dead_zones = np.array(entry.scales, np.float32), np.array(entry.dead_zones, np.float32)
        self._reach = np.array([len(table) // 2 for table in entry.tables])
        self._coded = [index for index, table in enumerate(entry.tables) if len(table) > 1]
        self._tables = [_table(entry.tables[index]) for index in self._coded]

    @property
    def dimensions(self) -> int:
        return len(self.scales)

    def steps(self, values: Array) -> npt.NDArray[np.int64]:
        """Round values, (dimensions,), within the reach of the tables."""
        scaled = values * self.scales
        scaled = scaled - self.dead_zones * np.tanh(scaled / (0.1 + self.dead_zones))
        return np.clip(np.rint(scaled), -self._reach, self._reach).astype(np.int64)

    def restored(self, steps: npt.NDArray[np.int64]) -> Array:
        """The values that steps stand for, (…, dimensions)."""
        return (steps / self.scales).astype(np.float32)

    def interval(self, steps: npt.NDArray[np.int64]) -> Interval:
        """Code steps, (dimensions,)."""
        return interval((steps + self._reach)[self._coded].tolist(), self._tables)

    def read(self, reader: Reader) -> npt.NDArray[np.int64]:
        """Decode steps, (dimensions,)."""
        steps = np.zeros(self.dimensions, np.int64)
        steps[self._coded] = [reader.read(table) for table in self._tables]
        steps[self._coded] -= self._reach[self._coded]
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
    latents: tuple[Level, ...]
    starts: tuple[Level, ...]


def read_codebook(addon: Addon) -> Codebook:
    """The codebook of a redundancy addon. Raises `InputError` naming the place."""
    place = f"{addon.path}: {CODEBOOK_FILE}"
    revision = addon.description.details.get("revision")
    if type(revision) is not int or not 0 <= revision < 16:
        raise InputError(f"{addon.path}: details.revision is missing or not 0 to 15")
    given = read_dataclass(_CodebookFile, parse_json(addon.read(CODEBOOK_FILE), place), place)
    return Codebook(
        revision, _levels(given.latents, f"{place}: latents"), _levels(given.starts, f"{place}: starts")
    )


def _levels(entries: tuple[LevelEntry, ...], place: str) -> tuple[Level, ...]:
    try:
        levels = tuple(Level(entry) for entry in entries)
    except ValueError as error:
        raise InputError(f"{place}: {error}") from None
    if len(levels) != LEVELS or len({level.dimensions for level in levels}) != 1:
        raise InputError(f"{place}: expected {LEVELS} levels of the same dimensions")
    return levels


def _table(frequencies: tuple[int, ...]) -> Table:
    if len(frequencies) % 2 == 0:
        raise InputError("a table of an even number of frequencies has no middle")
    return Table.of(frequencies)

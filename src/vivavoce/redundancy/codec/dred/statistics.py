"""How latents and start vectors are rounded at each of the sixteen levels, and how likely each value is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.blocks import Addon, read_dataclass
from vivavoce.blocks.json_values import parse_json
from vivavoce.errors import InputError
from vivavoce.redundancy.codec.dred.range_coder import RangeDecoder, RangeEncoder, laplace_symbols
from vivavoce.redundancy.features import Array

STATISTICS_FILE = "statistics.json"
LEVELS = 16
MAX_DIMENSIONS = 256
_UNIT = 256.0
_SOFTNESS = 0.1
_HALF = 128
"""Of a probability, in units of 1/256."""
Table = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Tables:
    """A row for each level, a value from 0 to 255 for each dimension."""

    scales: Table
    dead_zones: Table
    decays: Table
    zeros: Table


@dataclass(frozen=True, slots=True)
class _StatisticsFile:
    latents: _Tables
    starts: _Tables


class VectorCode:
    """Vectors of one kind as symbols of the range coder."""

    def __init__(self, tables: _Tables) -> None:
        self._scales, self._dead_zones, decays, zeros = (
            _matrix(rows) for rows in (tables.scales, tables.dead_zones, tables.decays, tables.zeros)
        )
        if len({array.shape for array in (self._scales, self._dead_zones, decays, zeros)}) != 1:
            raise InputError("tables of different sizes")
        self._absent = (decays == 0) | (zeros == 255)
        if (~self._absent & (zeros == 0)).any():
            raise InputError("zeros has a 0: that value could not be coded")
        self._codes = [
            [
                (index, int(zero), int(decay))
                for index, (zero, decay) in enumerate(zip(*rows, strict=True))
                if not absent[index]
            ]
            for rows, absent in zip(zip(zeros, decays, strict=True), self._absent, strict=True)
        ]
        self._rarely_zero = ~self._absent & (zeros < _HALF)
        self.dimensions = self._scales.shape[1]

    def quantise(self, values: Array, levels: Sequence[int]) -> npt.NDArray[np.int64]:
        """Quantise (vectors, dimensions) at a level for each -> integers, zero in dimensions that the level omits."""
        rows = list(levels)
        zones = self._dead_zones[rows] / _UNIT
        scaled = values * (self._scales[rows] / _UNIT)
        scaled = scaled - zones * np.tanh(scaled / (zones + _SOFTNESS))
        return np.where(self._absent[rows], 0, np.floor(scaled + 0.5)).astype(np.int64)

    def write(self, encoder: RangeEncoder, steps: Sequence[int], level: int) -> None:
        """Encode one vector of whole numbers, (dimensions,), at the level of index `level`."""
        symbols: list[tuple[int, int]] = []
        for index, zero, decay in self._codes[level]:
            symbols += laplace_symbols(steps[index], zero, decay)
        encoder.encode_tails(symbols)

    def read(self, decoder: RangeDecoder, level: int) -> Array:
        """Decode a vector, (dimensions,)."""
        steps = np.zeros(self.dimensions, np.float64)
        for index, zero, decay in self._codes[level]:
            steps[index] = decoder.decode_laplace(zero, decay)
        return (steps * _UNIT / np.maximum(self._scales[level], 1.0)).astype(np.float32)

    def hold(self, values: Array, levels: Sequence[int]) -> Array:
        """Vectors (vectors, dimensions), newest first; a dimension that a coarser level leaves out keeps the last value
        that it had.

        This is done only in dimensions that are rarely zero, where a zero would tell the decoder of a wrong pitch.
        """
        held = values.copy()
        goes_on = np.zeros(self.dimensions, bool)
        for place in range(1, len(held)):
            goes_on = self._absent[levels[place]] & (goes_on | self._rarely_zero[levels[place - 1]])
            held[place, goes_on] = held[place - 1, goes_on]
        return held


@dataclass(frozen=True)
class Statistics:
    """What both ends have to agree on besides the networks."""

    latents: VectorCode
    starts: VectorCode


def read_statistics(addon: Addon) -> Statistics:
    """The tables of a DRED addon. Raises `InputError` naming the place."""
    place = f"{addon.path}: {STATISTICS_FILE}"
    given = read_dataclass(_StatisticsFile, parse_json(addon.read(STATISTICS_FILE), place), place)
    try:
        return Statistics(VectorCode(given.latents), VectorCode(given.starts))
    except ValueError as error:
        raise InputError(f"{place}: {error}") from None


def _matrix(rows: Table) -> npt.NDArray[np.float64]:
    sizes = {len(row) for row in rows}
    if len(rows) != LEVELS or len(sizes) != 1 or not 1 <= min(sizes) <= MAX_DIMENSIONS:
        raise InputError(f"expected {LEVELS} rows of one length, 1 to {MAX_DIMENSIONS}")
    matrix = np.array(rows, np.float64)
    if matrix.min() < 0 or matrix.max() > 255:
        raise InputError("values outside 0 to 255")
    return matrix

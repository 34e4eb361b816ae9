"""The bytes of a DRED payload.

| part | symbol | what |
|---|---|---|
| first level, slope | of 16, of 8 | how finely the newest latent is coded, and how much coarser each older one is |
| offset | of 2, of 256 where that is 1, of 32 | when the newest feature frame ends, in 2.5 ms: 16 less the number |
| last level | of 2 (14 - first) | where the levels end; only where they rise |
| start vector | Laplace | at the first level |
| latents | Laplace | newest to oldest, each of 40 ms, until fewer than 8 bits are left |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vivavoce.errors import InputError
from vivavoce.redundancy.codec.dred.range_coder import RangeDecoder, RangeEncoder
from vivavoce.redundancy.codec.dred.statistics import LEVELS, Statistics
from vivavoce.redundancy.features import Array

MAX_BYTES = 1000
MAX_LATENTS = 26
SLOPES = (0, 2, 3, 4, 6, 8, 12, 16)
"""Sixteenths of a level by which each older latent is coarser."""
_OFFSET_ORIGIN, _OFFSET_STEP, _MAX_OFFSET_STEPS = 16, 32, 256
_LEAST_BITS = 8


@dataclass(frozen=True, slots=True)
class RateAllocation:
    """The level of latent `i`, counted from the newest: `min(last, first + round(SLOPES[slope] * i / 16))`."""

    first: int = 5
    slope: int = 5
    last: int = LEVELS - 1

    def __post_init__(self) -> None:
        if not (0 <= self.first <= self.last < LEVELS and 0 <= self.slope < len(SLOPES)):
            raise InputError(
                f"levels from {self.first} to {self.last} with slope {self.slope}: use levels of 0 to {LEVELS - 1}, "
                f"the first no coarser than the last, and slopes of 0 to {len(SLOPES) - 1}"
            )
        if self._codes_last and self.last == self.first:
            raise InputError(f"level {self.first} for all with slope {self.slope}: use slope 0")
        if self.slope and not self._codes_last and self.last != LEVELS - 1:
            raise InputError(f"a last level of {self.last} cannot be told where the first is {self.first}")

    def level(self, latent: int) -> int:
        """The quantiser level of the latent of index `latent`, 0 the newest."""
        return min(self.last, self.first + (SLOPES[self.slope] * latent + 8) // 16)

    def levels(self, latents: int) -> list[int]:
        """The levels of so many latents, newest first."""
        return [self.level(latent) for latent in range(latents)]

    @property
    def _codes_last(self) -> bool:
        return self.first < LEVELS - 2 and self.slope > 0

    def write(self, encoder: RangeEncoder) -> None:
        """The last level, after all else; it takes a bit where it is 15."""
        if not self._codes_last:
            return
        choices = LEVELS - 2 - self.first
        if self.last == LEVELS - 1:
            encoder.encode(0, choices, 2 * choices)
        else:
            place = choices + self.last - self.first - 1
            encoder.encode(place, place + 1, 2 * choices)

    @classmethod
    def read(cls, decoder: RangeDecoder, first: int, slope: int) -> RateAllocation:
        """Read the last level, which follows in the message; `first` and `slope` are indices of the level tables."""
        unfinished = cls(first, slope)
        if not unfinished._codes_last:
            return unfinished
        choices = LEVELS - 2 - first
        place = decoder.frequency(2 * choices)
        if place < choices:
            decoder.accept(0, choices, 2 * choices)
            return unfinished
        decoder.accept(place, place + 1, 2 * choices)
        return cls(first, slope, first + place - choices + 1)


@dataclass(frozen=True, eq=False, slots=True)
class Contents:
    """A payload that was read."""

    offset: int
    """2.5 ms from the beginning of the carrying packet's sound to the end of the newest feature frame."""
    rates: RateAllocation
    start: Array
    """(50,)"""
    latents: Array
    """(latents, 25), newest first."""

    @property
    def levels(self) -> Array:
        """What the decoder is told of each latent's level, (latents, 1)."""
        return (np.array(self.rates.levels(len(self.latents)), np.float32) / np.float32(8) - np.float32(1))[:, None]


def write_payload(
    statistics: Statistics,
    offset: int,
    rates: RateAllocation,
    start: Array,
    latents: Sequence[Array],
    limit_bytes: int = MAX_BYTES,
) -> bytes:
    """A payload of the newest of `latents`, as many as fit; empty where not even one does."""
    encoder = RangeEncoder()
    encoder.encode_uniform(rates.first, LEVELS)
    encoder.encode_uniform(rates.slope, len(SLOPES))
    _write_offset(encoder, _OFFSET_ORIGIN - offset)
    rates.write(encoder)
    statistics.starts.write(encoder, statistics.starts.quantise(start[None], [rates.first])[0].tolist(), rates.first)
    levels = rates.levels(min(len(latents), MAX_LATENTS))
    steps: list[list[int]] = []
    if levels:
        steps = statistics.latents.quantise(np.stack(latents[:MAX_LATENTS]), levels).tolist()
    count = 0
    for row, level in zip(steps, levels, strict=True):
        before = encoder.copy()
        statistics.latents.write(encoder, row, level)
        if encoder.bits > 8 * limit_bytes:
            encoder = before
            break
        count += 1
    return encoder.to_bytes() if count else b""


def read_payload(data: bytes, statistics: Statistics, latents: int = MAX_LATENTS) -> Contents:
    """Read a payload, or only its newest `latents`. Any bytes mean something; too many raise `InputError`."""
    if not 0 < len(data) <= MAX_BYTES:
        raise InputError(f"a DRED payload of {len(data)} bytes: expected 1 to {MAX_BYTES}")
    decoder = RangeDecoder(data)
    first, slope = decoder.decode_uniform(LEVELS), decoder.decode_uniform(len(SLOPES))
    steps = decoder.decode_uniform(_MAX_OFFSET_STEPS) if decoder.decode_uniform(2) else 0
    offset = _OFFSET_ORIGIN - _OFFSET_STEP * steps - decoder.decode_uniform(_OFFSET_STEP)
    rates = RateAllocation.read(decoder, first, slope)
    start = statistics.starts.read(decoder, first)
    rows: list[Array] = []
    while len(rows) < min(latents, MAX_LATENTS) and decoder.bits_left >= _LEAST_BITS:
        rows.append(statistics.latents.read(decoder, rates.level(len(rows))))
    stacked = np.stack(rows) if rows else np.zeros((0, statistics.latents.dimensions), np.float32)
    return Contents(offset, rates, start, stacked)


def _write_offset(encoder: RangeEncoder, distance: int) -> None:
    steps, rest = divmod(distance, _OFFSET_STEP)
    if not 0 <= steps < _MAX_OFFSET_STEPS:
        raise ValueError(f"an offset of {_OFFSET_ORIGIN - distance}")
    encoder.encode_uniform(int(steps > 0), 2)
    if steps:
        encoder.encode_uniform(steps, _MAX_OFFSET_STEPS)
    encoder.encode_uniform(rest, _OFFSET_STEP)

"""Arithmetic coding without rounding: symbols as intervals of whole numbers, the same on every machine.

A message is an interval `[low, low + width) / 2 ** bits` of the unit line. Python's integers have no size, so nothing
is ever rounded or carried, and intervals can be joined: the interval of a latent is computed once and reused in all
packets that carry it. Coding `n` symbols costs their entropy and at most one byte for the whole payload.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

PRECISION = 12
TOTAL = 1 << PRECISION
"""What the frequencies of a table sum to."""


class Interval(NamedTuple):
    """The numbers x with `low <= x * 2 ** bits < low + width`."""

    low: int
    width: int
    bits: int


EVERYTHING = Interval(0, 1, 0)


@dataclass(frozen=True, slots=True)
class Table:
    """Frequencies of the symbols 0, 1, ...: positive, with the sum `TOTAL`."""

    frequencies: tuple[int, ...]
    starts: tuple[int, ...]
    """Sums of the frequencies before each symbol."""

    @classmethod
    def of(cls, frequencies: Sequence[int]) -> Table:
        """Raises `ValueError` for frequencies that are not positive or do not sum to `TOTAL`."""
        if sum(frequencies) != TOTAL or min(frequencies) < 1:
            raise ValueError(f"frequencies are not positive with the sum {TOTAL}")
        return cls(tuple(frequencies), tuple(accumulate(frequencies, initial=0))[:-1])


def interval(symbols: Iterable[int], tables: Iterable[Table]) -> Interval:
    """The interval of a message, one table for each symbol."""
    low, width, bits = EVERYTHING
    for symbol, table in zip(symbols, tables, strict=True):
        low = (low << PRECISION) + width * table.starts[symbol]
        width *= table.frequencies[symbol]
        bits += PRECISION
    return Interval(low, width, bits)


def join(intervals: Iterable[Interval]) -> Interval:
    """The interval of several messages in a row."""
    low, width, bits = EVERYTHING
    for part in intervals:
        low = (low << part.bits) + width * part.low
        width *= part.width
        bits += part.bits
    return Interval(low, width, bits)


def to_bytes(message: Interval) -> bytes:
    """The shortest bytes whose value, as a binary fraction, lies in the interval. Zeros may follow them."""
    low, width, bits = message
    size = max(0, bits - width.bit_length()) // 8
    while True:
        # the first multiple of 256 ** -size that is not below the interval
        value = -(-(low << 8 * size) >> bits)
        if value << bits < (low + width) << 8 * size:
            return value.to_bytes(size, "big").rstrip(b"\0")
        size += 1


class Reader:
    """Reads symbols from the front of a message. Any bytes are a message of some symbols."""

    def __init__(self, data: bytes) -> None:
        self._place = int.from_bytes(data, "big")
        self._width = 1 << 8 * len(data)

    def read(self, table: Table) -> int:
        """The next symbol."""
        scaled = self._place << PRECISION
        symbol = bisect_right(table.starts, scaled // self._width) - 1
        self._place = scaled - table.starts[symbol] * self._width
        self._width *= table.frequencies[symbol]
        return symbol

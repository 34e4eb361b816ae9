"""Arithmetic coding with blocks that can be joined: whole numbers only, the same on every machine.

A block of symbols is an interval `[low, low + width) / 2 ** bits` of the unit line. Python's integers have no size, so
nothing is carried from one block to the next and intervals can be joined: that of a latent is computed once and reused
in all packets that carry it. Coding costs the symbols' entropy, a ten-thousandth of a bit for each block, and at most
one byte for the whole payload.
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

WIDTH_BITS = 16
"""Precision to which a block's interval is kept."""


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
        """The table of given frequencies.

        Raises `ValueError` for frequencies that are not positive or do not sum to `TOTAL`.
        """
        if sum(frequencies) != TOTAL or min(frequencies) < 1:
            raise ValueError(f"frequencies are not positive with the sum {TOTAL}")
        return cls(tuple(frequencies), tuple(accumulate(frequencies, initial=0))[:-1])


def interval(symbols: Iterable[int], tables: Iterable[Table]) -> Interval:
    """The interval of a block of symbols, given as indices, one table for each."""
    low, width, bits = EVERYTHING
    for symbol, table in zip(symbols, tables, strict=True):
        low = (low << PRECISION) + width * table.starts[symbol]
        width *= table.frequencies[symbol]
        bits += PRECISION
    return _coarser(Interval(low, width, bits))


def _coarser(block: Interval) -> Interval:
    """The largest interval inside with a width of `WIDTH_BITS`: long numbers would make joining slow."""
    low, width, bits = block
    surplus = width.bit_length() - WIDTH_BITS
    if surplus <= 0:
        return block
    first = -(-low >> surplus)
    return Interval(first, ((low + width) >> surplus) - first, bits - surplus)


def join(intervals: Iterable[Interval]) -> Interval:
    """The interval of several blocks in a row."""
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
    """Reads blocks from the front of a message."""

    def __init__(self, data: bytes) -> None:
        self._place = int.from_bytes(data, "big")
        self._width = 1 << 8 * len(data)

    def read(self, tables: Sequence[Table]) -> list[int]:
        """The symbols of the next block as indices, one for each table. Raises `ValueError` where no message can be."""
        place, width = self._place, self._width
        symbols: list[int] = []
        for table in tables:
            scaled = place << PRECISION
            symbol = bisect_right(table.starts, scaled // width) - 1
            place = scaled - table.starts[symbol] * width
            width *= table.frequencies[symbol]
            symbols.append(symbol)
        block = interval(symbols, tables)
        self._place = (self._place << block.bits) - block.low * self._width
        self._width *= block.width
        if not 0 <= self._place < self._width:
            raise ValueError("bytes between two messages")
        return symbols

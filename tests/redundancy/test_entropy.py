"""Arithmetic coding: what goes in comes out, at the cost of its entropy."""

from __future__ import annotations

from itertools import pairwise
from math import log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.redundancy.codec.vivavoce.entropy import TOTAL, Reader, Table, interval, join, to_bytes


@st.composite
def tables(draw: st.DrawFn) -> Table:
    cuts = draw(st.sets(st.integers(1, TOTAL - 1), max_size=20))
    edges = [0, *sorted(cuts), TOTAL]
    return Table.of([after - before for before, after in pairwise(edges)])


@st.composite
def messages(draw: st.DrawFn) -> tuple[list[int], list[Table]]:
    used = draw(st.lists(tables(), max_size=40))
    return [draw(st.integers(0, len(table.frequencies) - 1)) for table in used], used


@settings(max_examples=40)
@given(st.lists(messages(), max_size=4))
def test_blocks_come_back_at_the_cost_of_their_entropy(blocks: list[tuple[list[int], list[Table]]]) -> None:
    data = to_bytes(join(interval(*block) for block in blocks))
    pairs = [pair for block in blocks for pair in zip(*block, strict=True)]
    entropy = -sum(log2(table.frequencies[symbol] / TOTAL) for symbol, table in pairs)
    assert 8 * len(data) < entropy + 9
    for received in (data, data + b"\0\0"):
        reader = Reader(received)
        assert [reader.read(used) for _, used in blocks] == [symbols for symbols, _ in blocks]


@settings(max_examples=40)
@given(messages())
def test_numbers_stay_short(message: tuple[list[int], list[Table]]) -> None:
    symbols, used = message
    block = interval(symbols, used)
    entropy = -sum(log2(t.frequencies[s] / TOTAL) for s, t in zip(symbols, used, strict=True))
    assert block.bits <= entropy + 18
    assert -log2(block.width) + block.bits < entropy + 1e-3


@settings(max_examples=40)
@given(st.binary(max_size=30), st.lists(tables(), max_size=60))
def test_any_bytes_are_a_message_or_none(data: bytes, used: list[Table]) -> None:
    reader = Reader(data)
    try:
        symbols = reader.read(used)
    except ValueError:
        return
    assert all(0 <= symbol < len(table.frequencies) for symbol, table in zip(symbols, used, strict=True))


def test_known_bytes() -> None:
    """Written down once: a coder that changes breaks every stream that is on its way."""
    table = Table.of([1024, 2048, 1000, 24])
    assert to_bytes(interval([0, 1, 2, 3, 1, 1, 0, 2], [table] * 8)).hex() == "2fc93a"


@pytest.mark.parametrize("frequencies", [[TOTAL, 1], [TOTAL + 1, -1], [0, TOTAL], [5]])
def test_wrong_frequencies_are_refused(frequencies: list[int]) -> None:
    with pytest.raises(ValueError, match="frequencies"):
        Table.of(frequencies)

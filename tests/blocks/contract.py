"""What every streamable block must keep, as checks over a list of cases.

To hold a block to the contract, describe it as a `Case` and run every one of `CHECKS` on it:

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
    def test_contract(case: Case, check: Check) -> None:
        check(case)
"""

from __future__ import annotations

import copy
import gc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, cycle, zip_longest
from typing import Any

import numpy as np
import pytest

from vivavoce.blocks import (
    ChunkSchedule,
    StreamableBlock,
    StreamOptions,
    Tensors,
    frame_count,
    in_chunks,
    join,
)

SCHEDULES = ((1,), (2, 3), (5,), (1, 2, 4, 8, 16), (17, 64))
WHOLE = (1 << 20,)


@dataclass(frozen=True)
class Case:
    """A block, and something to stream through it. `upstream` is the whole stream that a block with inputs takes."""

    name: str
    make: Callable[[], StreamableBlock[Any]]
    data: Tensors = field(default_factory=dict)
    upstream: Tensors | None = None
    fixed: Callable[[], StreamableBlock[Any]] | None = None
    """The same block on a target with fixed sizes."""
    tolerance: float = 1e-6
    """Largest difference, relative to the largest value."""

    @cached_property
    def block(self) -> StreamableBlock[Any]:
        return self.make()

    @cached_property
    def offline(self) -> Tensors:
        """The whole stream made in one chunk."""
        return join(list(self.stream(WHOLE)))

    def stream(self, sizes: tuple[int, ...], block: StreamableBlock[Any] | None = None) -> Iterator[Tensors]:
        block = block or self.block
        schedule = ChunkSchedule(sizes)
        upstream = None if self.upstream is None else in_chunks(self.upstream, schedule)
        return block.open(self.data, upstream, StreamOptions(schedule))

    def requests(self, sizes: tuple[int, ...]) -> Iterator[tuple[Tensors, int]]:
        """What `step` is given: chunks of the upstream, or empty ones of the sizes for a source."""
        schedule = ChunkSchedule(sizes)
        if self.upstream is None:
            return (({}, size) for size in schedule)
        return ((chunk, frame_count(chunk)) for chunk in in_chunks(self.upstream, schedule))


Check = Callable[[Case], None]


def streamed_equals_offline(case: Case) -> None:
    assert frame_count(case.offline) > 0, "the case makes nothing"
    for sizes in SCHEDULES:
        assert_close(join(list(case.stream(sizes))), case.offline, case.tolerance)


def chunks_are_never_empty_and_of_what_was_declared(case: Case) -> None:
    upstream = {} if case.upstream is None else case.block.inputs
    declared = case.block.wire(upstream, case.name, "the case")
    for chunk in case.stream((2,)):
        assert frame_count(chunk) > 0
        assert declared.keys() <= chunk.keys()
        for name, spec in declared.items():
            assert spec.dtype in ("any", chunk[name].dtype.name)
            assert spec.shape is None or len(spec.shape) == chunk[name].ndim


def lookahead_is_exact(case: Case) -> None:
    """After `n` frames in, `(n - lookahead) * upsampling_factor` have come out, and the rest comes at the end."""
    block, total = case.block, frame_count(case.offline)
    for sizes in SCHEDULES:
        state, given, made = block.initial_state(case.data), 0, 0
        for chunk, frames in case.requests(sizes):
            state, out = block.step(state, chunk, frames)
            given, made = given + frames, made + frame_count(out)
            if state is None:
                break
            assert made == max(0, given - block.lookahead) * block.upsampling_factor
        else:
            made += frame_count(block.flush(state))
        assert made == total
        if case.upstream is not None:
            assert made == given * block.upsampling_factor


def steps_are_pure(case: Case) -> None:
    """A step from the same state gives the same answer and leaves the state and the chunk as they were."""
    block = case.block
    state = block.initial_state(case.data)
    for chunk, frames in chain([next(case.requests((3,)))], case.requests((5,))):
        kept_state, kept_chunk = copy.deepcopy((state, dict(chunk)))
        once, twice = block.step(state, chunk, frames), block.step(state, chunk, frames)
        assert_same(once[1], twice[1])
        assert_same(state, kept_state)
        assert_same(dict(chunk), kept_chunk)
        state = once[0]
        if state is None:
            return


def a_last_chunk_may_be_flushed_at_once(case: Case) -> None:
    if case.upstream is None:
        pytest.skip("a source ends by itself")
    for sizes in SCHEDULES:
        state, made = case.block.initial_state(case.data), list[Tensors]()
        *before, (last, count) = case.requests(sizes)
        for chunk, frames in before:
            state, out = case.block.step(state, chunk, frames)
            made.append(out)
        made.append(case.block.finish(state, last, count))
        assert_close(join([chunk for chunk in made if frame_count(chunk)]), case.offline, case.tolerance)


def interleaved_streams_are_independent(case: Case) -> None:
    schedules = SCHEDULES[1:4]
    made: list[list[Tensors]] = [[] for _ in schedules]
    for row in zip_longest(*(case.stream(sizes) for sizes in schedules)):
        for chunks, chunk in zip(made, row, strict=True):
            chunks.append(chunk or {})
    for chunks in made:
        assert_close(join(chunks), case.offline, case.tolerance)


def closing_frees_state_and_upstream(case: Case) -> None:
    closed = []

    def upstream() -> Iterator[Tensors]:
        try:
            yield from cycle(in_chunks(case.upstream or {}, ChunkSchedule((2,))))
        finally:
            closed.append(True)

    held = _LastState(case.block)
    stream = held.open(case.data, None if case.upstream is None else upstream())
    next(stream)
    assert held.alive(), "the stream holds no state while it runs"
    stream.close()  # type: ignore[attr-defined]
    gc.collect()
    assert not held.alive()
    assert closed == ([] if case.upstream is None else [True])


def fixed_target_equals_dynamic(case: Case) -> None:
    if case.fixed is None:
        pytest.skip("the block runs no network")
    block = case.fixed()
    for sizes in SCHEDULES:
        assert_close(join(list(case.stream(sizes, block))), case.offline, case.tolerance)


CHECKS: tuple[Check, ...] = (
    streamed_equals_offline,
    chunks_are_never_empty_and_of_what_was_declared,
    lookahead_is_exact,
    steps_are_pure,
    a_last_chunk_may_be_flushed_at_once,
    interleaved_streams_are_independent,
    closing_frees_state_and_upstream,
    fixed_target_equals_dynamic,
)


class _Held(list[Any]):
    """A list, so that it can be weakly referred to."""


class _LastState(StreamableBlock[_Held]):
    """A block around another that keeps its state in something whose life can be watched."""

    def __init__(self, block: StreamableBlock[Any]) -> None:
        self.block = block
        self._watched: list[weakref.ref[_Held]] = []

    @property
    def inputs(self):
        return self.block.inputs

    @property
    def outputs(self):
        return self.block.outputs

    @property
    def is_source(self) -> bool:
        return self.block.is_source

    def initial_state(self, context: Tensors) -> _Held:
        return self._watch(self.block.initial_state(context))

    def step(self, state: _Held, chunk: Tensors, frames: int) -> tuple[_Held | None, Tensors]:
        after, made = self.block.step(state[0], chunk, frames)
        return (None if after is None else self._watch(after)), made

    def alive(self) -> bool:
        return any(watched() is not None for watched in self._watched)

    def _watch(self, state: Any) -> _Held:
        held = _Held([state])
        self._watched.append(weakref.ref(held))
        return held


def assert_close(got: Tensors, wanted: Tensors, tolerance: float) -> None:
    assert got.keys() == wanted.keys()
    for name, array in wanted.items():
        assert got[name].shape == array.shape, name
        largest = max(float(np.abs(array).max(initial=0.0)), 1e-30)
        difference = float(np.abs(got[name].astype(np.float64) - array).max(initial=0.0)) / largest
        assert difference <= tolerance, f"{name} differs by {difference:.2g} of its largest value"


def assert_same(one: Any, other: Any) -> None:
    """Exact equality of nested tuples, mappings, dataclasses and arrays."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, (tuple, list)):
        assert len(one) == len(other)
        for mine, theirs in zip(one, other, strict=True):
            assert_same(mine, theirs)
    elif hasattr(one, "__dataclass_fields__"):
        for name in one.__dataclass_fields__:
            assert_same(getattr(one, name), getattr(other, name))
    else:
        assert one == other

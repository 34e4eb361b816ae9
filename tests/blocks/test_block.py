from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from tests.blocks.toys import ToyAttentionDecoder, ToyUpsampler
from vivavoce.blocks import ChunkSchedule, StackError, StreamableStack, StreamOptions, Tensors, frame_count
from vivavoce.blocks.gain import Gain
from vivavoce.errors import InputError

ENCODED = {"encoded": np.ones((1, 5, 4), np.float32)}


def test_a_schedule_grows_and_repeats_its_last_size() -> None:
    assert list(islice(ChunkSchedule((2, 4, 8)), 6)) == [2, 4, 8, 8, 8, 8]


@pytest.mark.parametrize("sizes", [(), (0,), (4, -1)])
def test_a_schedule_needs_positive_sizes(sizes: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="at least 1 frame"):
        ChunkSchedule(sizes)


def test_a_source_makes_what_the_schedule_asks_for() -> None:
    stream = ToyAttentionDecoder().open(ENCODED, options=StreamOptions(ChunkSchedule((2, 4, 8))))
    assert [frame_count(chunk) for chunk in stream] == [2, 4, 8, 1]


def test_nothing_is_made_before_it_is_asked_for() -> None:
    asked = []

    def upstream() -> Iterator[Tensors]:
        for number in range(3):
            asked.append(number)
            yield {"hidden": np.ones((1, 2, 4), np.float32)}

    stream = Gain("hidden", 0.0).open({}, upstream())
    assert asked == []
    next(stream)
    assert asked == [0]


def test_a_source_refuses_an_upstream_and_the_others_need_one() -> None:
    with pytest.raises(StackError, match="ToyUpsampler: makes its own frames"):
        ToyUpsampler().open(ENCODED, [])
    with pytest.raises(StackError, match="Gain: needs an upstream"):
        Gain("hidden", 0.0).open({})


def test_chunks_without_frames_are_skipped() -> None:
    chunks: list[Tensors] = [{}, {"hidden": np.ones((1, 0, 4), np.float32)}, {"hidden": np.ones((1, 2, 4), np.float32)}]
    assert [frame_count(chunk) for chunk in Gain("hidden", 0.0).open({}, chunks)] == [2]


def test_an_error_in_a_block_closes_the_upstream() -> None:
    closed = []

    def upstream() -> Iterator[Tensors]:
        try:
            yield {"other": np.ones((1, 2, 4), np.float32)}
        finally:
            closed.append(True)

    with pytest.raises(KeyError):
        list(StreamableStack([Gain("hidden", 0.0)]).open({}, upstream()))
    assert closed == [True]


@pytest.mark.parametrize("db", [1e308, -7000.0, float("nan")])
def test_a_gain_that_is_no_gain_is_refused(db: float) -> None:
    with pytest.raises(InputError, match="use -120 to 120"):
        Gain("hidden", db)

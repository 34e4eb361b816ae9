from __future__ import annotations

import numpy as np
import pytest

from vivavoce.blocks import StackError, TensorSpec, frame_count, in_chunks, join, specs
from vivavoce.blocks.tensors import Dimension, check_tensors, connect, merge
from vivavoce.errors import InputError

FRAMES = TensorSpec("mel", "float32", (1, "frames", 80))


@pytest.mark.parametrize(
    ("shape", "fits"),
    [
        ((1, "frames", 80), True),
        ((1, 12, 80), True),
        ((1, None, None), True),
        (None, True),
        ((1, "phonemes", 80), False),
        ((1, "frames", 81), False),
        ((1, "frames"), False),
    ],
)
def test_shapes_fit_by_rank_size_and_symbol(shape: tuple[Dimension, ...] | None, fits: bool) -> None:
    assert FRAMES.accepts(TensorSpec("mel", "float32", shape)) is fits


def test_types_must_agree_unless_either_is_open() -> None:
    assert not FRAMES.accepts(TensorSpec("mel", "float64", FRAMES.shape))
    assert FRAMES.accepts(TensorSpec("mel", "any", FRAMES.shape))


def test_a_missing_wire_is_named_with_what_there_is() -> None:
    with pytest.raises(
        StackError, match=r'^Decoder: input "mel" expects float32 \(1, frames, 80\), got nothing'
    ) as error:
        connect(specs(FRAMES), specs(TensorSpec("hidden")), "Decoder", "Upsampler")
    assert str(error.value).endswith("Upsampler supplies hidden")


def test_a_wrong_wire_is_named_with_expected_and_got() -> None:
    got = specs(TensorSpec("mel", "float32", (1, "frames", 64)))
    message = r'^Decoder: input "mel" expects float32 \(1, frames, 80\), got float32 \(1, frames, 64\) from Upsampler$'
    with pytest.raises(StackError, match=message):
        connect(specs(FRAMES), got, "Decoder", "Upsampler")


def test_merge_keeps_the_narrower_and_refuses_disagreement() -> None:
    assert merge([specs(TensorSpec("mel")), specs(FRAMES)], "stack") == specs(FRAMES)
    with pytest.raises(StackError, match=r'stack: input "mel" expects .* for one block and .* for another'):
        merge([specs(FRAMES), specs(TensorSpec("mel", "int64"))], "stack")


def test_arrays_are_checked_and_symbols_bound() -> None:
    wanted = specs(TensorSpec("ids", "int64", (1, "phonemes")), TensorSpec("rate", "float32", (1, "phonemes")))
    ids, rate = np.zeros((1, 3), np.int64), np.zeros((1, 3), np.float32)
    assert check_tensors(wanted, {"ids": ids, "rate": rate}, "here") == {"phonemes": 3}
    with pytest.raises(InputError, match='here: tensor "rate" is missing'):
        check_tensors(wanted, {"ids": ids}, "here")
    with pytest.raises(InputError, match=r'tensor "ids" expects int64 \(1, phonemes\), got float32 \(1, 3\)'):
        check_tensors(wanted, {"ids": rate, "rate": rate}, "here")
    with pytest.raises(InputError, match='tensor "rate" has 2 phonemes, another has 3'):
        check_tensors(wanted, {"ids": ids, "rate": rate[:, :2]}, "here")


def test_cutting_and_joining_give_the_whole_again() -> None:
    whole = {"mel": np.arange(22.0).reshape(1, 11, 2), "f0": np.arange(11.0)[None]}
    chunks = list(in_chunks(whole, [4, 0, 4, 4, 4]))
    assert [frame_count(chunk) for chunk in chunks] == [4, 0, 4, 3]
    joined = join([{}, *chunks, {}])
    np.testing.assert_array_equal(joined["mel"], whole["mel"])
    np.testing.assert_array_equal(joined["f0"], whole["f0"])
    assert join([]) == {}

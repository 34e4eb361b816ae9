from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.blocks import networks
from tests.blocks.toys import ToyAttentionDecoder, ToyUpsampler
from vivavoce.blocks import (
    CpuTarget,
    SequenceBlock,
    SequenceBlockContainer,
    StackError,
    StreamablePipeline,
    StreamableStack,
    StreamingNetwork,
    Tensors,
    TensorSpec,
    join,
    specs,
)
from vivavoce.blocks.diagnostics import ChunkReport, Diagnostics
from vivavoce.blocks.encoders import CustomizedEncoders
from vivavoce.blocks.gain import Gain


@dataclass(frozen=True)
class Adds(SequenceBlock):
    """`made` = 1 + `read`, meeting the others at `barrier` if there is one."""

    read: str
    made: str
    barrier: Any = None

    @property
    def inputs(self):
        return specs(TensorSpec(self.read, "float32", (1, "items")))

    @property
    def outputs(self):
        return specs(TensorSpec(self.made, "float32", (1, "items")))

    def __call__(self, tensors: Tensors) -> Tensors:
        if self.barrier is not None:
            self.barrier.wait(timeout=10)
        return {self.made: tensors[self.read] + 1}


ONE = {"a": np.ones((1, 2), np.float32), "unread": np.zeros(3)}


def decoder(**options: Any) -> StreamingNetwork:
    return StreamingNetwork(CpuTarget().load(networks.decoder(**options), "decoder"), networks.DELAY)


def test_a_container_runs_blocks_after_those_they_read_from_in_any_order() -> None:
    container = SequenceBlockContainer([Adds("c", "d"), Adds("b", "c"), Adds("a", "b")])
    assert list(container.inputs) == ["a"]
    made = container(ONE)
    assert {name: array[0, 0] for name, array in made.items()} == {"d": 4.0, "c": 3.0, "b": 2.0}


def test_a_container_refuses_two_makers_of_one_tensor() -> None:
    with pytest.raises(StackError, match=r'blocks\[1\] \(Adds\): output "b" is also made by blocks\[0\] \(Adds\)'):
        SequenceBlockContainer([Adds("a", "b"), Adds("c", "b")])


def test_a_container_refuses_blocks_that_wait_for_each_other() -> None:
    with pytest.raises(StackError, match="waits for what the other makes"):
        SequenceBlockContainer([Adds("a", "b"), Adds("b", "a")])


def test_a_container_refuses_a_nested_wire_that_does_not_fit() -> None:
    @dataclass(frozen=True)
    class Integers(Adds):
        @property
        def outputs(self):
            return specs(TensorSpec(self.made, "int64", (1, "items")))

    with pytest.raises(StackError, match=r'input "b" expects float32 \(1, items\), got int64 \(1, items\)'):
        SequenceBlockContainer([Integers("a", "b"), Adds("b", "c")])


def test_a_container_needs_a_block() -> None:
    with pytest.raises(StackError, match="at least one"):
        SequenceBlockContainer([])


def test_customized_encoders_run_in_parallel() -> None:
    """Three blocks that each wait until all three run: one after the other they would never meet."""
    barrier = threading.Barrier(3)
    made = CustomizedEncoders([Adds("a", name, barrier) for name in "bcd"])(ONE)
    assert {name: array[0, 0] for name, array in made.items()} == {"b": 2.0, "c": 2.0, "d": 2.0}


def test_customized_encoders_pass_on_a_fault() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        CustomizedEncoders([Adds("a", "b"), Adds("nowhere", "c")])(ONE)


def test_a_stack_refuses_a_wire_that_does_not_fit() -> None:
    message = (
        r'^stack\[1\] \(StreamingNetwork\): input "hidden" expects float32 \(1, frames, 4\), '
        r"got float32 \(1, frames, 6\) from ToyUpsampler$"
    )
    with pytest.raises(StackError, match=message):
        StreamableStack([ToyUpsampler(width=6), decoder()])


def test_a_stack_checks_wires_through_blocks_that_pass_everything() -> None:
    StreamableStack([ToyUpsampler(), Diagnostics(), Gain("hidden", 1.0), decoder()])
    with pytest.raises(StackError, match=r'stack\[2\] \(Gain\): input "mel" .* Diagnostics supplies hidden'):
        StreamableStack([ToyUpsampler(), Diagnostics(), Gain("mel", 1.0)])


def test_what_passes_through_the_first_blocks_is_wanted_from_the_upstream() -> None:
    stack = StreamableStack([Diagnostics(), Gain("hidden", 1.0), decoder()])
    assert stack.inputs == decoder().inputs
    assert list(stack.outputs) == ["mel"]
    effects = StreamableStack([Diagnostics(), Gain("hidden", 1.0)])
    assert effects.forwards_inputs
    StreamableStack([ToyUpsampler(), effects, decoder()])
    with pytest.raises(StackError, match=r'stack\[1\].stack\[1\] \(Gain\): input "hidden" .* Diagnostics supplies mel'):
        StreamableStack([ToyAttentionDecoder(), effects])


def test_a_source_can_only_come_first() -> None:
    with pytest.raises(StackError, match=r"stack\[1\] \(ToyAttentionDecoder\): makes its own frames"):
        StreamableStack([ToyUpsampler(), ToyAttentionDecoder()])


def test_a_stack_needs_a_block() -> None:
    with pytest.raises(StackError, match="at least one"):
        StreamableStack([])


def test_delays_add_and_hops_multiply() -> None:
    vocoder = StreamingNetwork(CpuTarget().load(networks.vocoder("finer"), "vocoder"), upsampling_factor=networks.HOP)
    stack = StreamableStack([decoder(), decoder(source="mel", output="finer"), vocoder])
    assert (stack.lookahead, stack.upsampling_factor) == (2 * networks.DELAY, networks.HOP)


def test_a_pipeline_refuses_sequence_outputs_that_do_not_fit() -> None:
    @dataclass(frozen=True)
    class Wide(Adds):
        @property
        def outputs(self):
            return specs(TensorSpec("encoded", "float32", (1, "phonemes", 6)))

    with pytest.raises(StackError, match=r'pipeline.streamable_block \(ToyAttentionDecoder\): input "encoded" expects'):
        StreamablePipeline(Wide("a", "encoded"), ToyAttentionDecoder())


def test_a_pipeline_also_shows_its_own_data_to_the_streamable_block() -> None:
    speaker = np.full((1, networks.WIDTH), 0.5, np.float32)
    pipeline = StreamablePipeline(Adds("a", "b"), decoder(conditioned=True))
    assert set(pipeline.context_inputs) == {"a", "speaker"}
    hidden = {"hidden": np.ones((1, 6, networks.WIDTH), np.float32)}
    made = join(list(pipeline.open({**ONE, "speaker": speaker}, [hidden])))
    alone = join(list(decoder(conditioned=True).open({"speaker": speaker}, [hidden])))
    np.testing.assert_array_equal(made["mel"], alone["mel"])


def test_diagnostics_report_what_passes() -> None:
    reports: list[ChunkReport] = []
    chunk = {"mel": np.array([[[1.0, np.nan], [-2.0, 4.0]]], np.float32), "ids": np.arange(2)[None]}
    list(Diagnostics("here", reports.append).open({}, [chunk, chunk]))
    assert [(report.index, report.first_frame, report.frames) for report in reports] == [(0, 0, 2), (1, 2, 2)]
    mel = reports[0].tensors["mel"]
    assert (mel.shape, mel.minimum, mel.maximum, mel.nan_count) == ((1, 2, 2), -2.0, 4.0, 1)
    assert reports[1].since_open_s >= reports[0].since_open_s >= 0
    assert str(reports[1]).startswith("here: chunk 1, frames 2+2, ")
    assert "mel float32 (1, 2, 2) in [-2, 4], 1 NaN" in str(reports[1])


def test_diagnostics_log_when_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        list(Diagnostics("there").open({}, [{"mel": np.full((1, 1, 1), np.nan, np.float32)}]))
    assert "there: chunk 0" in caplog.text


def test_gain_is_in_decibels() -> None:
    made = join(list(Gain("audio", -20.0).open({}, [{"audio": np.ones((1, 3), np.float32), "f0": np.ones((1, 3))}])))
    np.testing.assert_allclose(made["audio"], 0.1, rtol=1e-6)
    np.testing.assert_array_equal(made["f0"], 1.0)

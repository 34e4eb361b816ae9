"""Every registered streamable block keeps the contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnx.helper
import onnx.numpy_helper
import pytest

from tests.blocks import networks
from tests.blocks.contract import (
    CHECKS,
    Case,
    Check,
    assert_close,
    chunks_are_never_empty_and_of_what_was_declared,
    interleaved_streams_are_independent,
    lookahead_is_exact,
    steps_are_pure,
    streamed_equals_offline,
)
from tests.blocks.toys import ToyAttentionDecoder, ToyUpsampler
from vivavoce.blocks import (
    CpuTarget,
    FixedTarget,
    SequenceBlockContainer,
    StackError,
    StreamableBlock,
    StreamablePipeline,
    StreamableStack,
    StreamingNetwork,
    Target,
    Tensors,
    TensorSpec,
    join,
    specs,
)
from vivavoce.blocks.diagnostics import Diagnostics
from vivavoce.blocks.encoders import CustomizedEncoders, SequenceNetwork
from vivavoce.blocks.gain import Gain
from vivavoce.blocks.registry import OWN_TYPES, block_type
from vivavoce.blocks.windowed import WindowedNetwork

RANDOM = np.random.default_rng(3)
PHONEMES = {"phonemes": RANDOM.integers(0, 32, (1, 19))}
ENCODED = {"encoded": RANDOM.normal(size=(1, 7, networks.WIDTH)).astype(np.float32)}
HIDDEN = {"hidden": RANDOM.normal(size=(1, 41, networks.WIDTH)).astype(np.float32)}
PITCH = np.linspace(0.0, 1.0, 41, dtype=np.float32)[None]
SPEAKER = {"speaker": RANDOM.normal(size=(1, networks.WIDTH)).astype(np.float32)}
FIXED = FixedTarget({"phonemes": (8, 32), "frames": (1, 4, 16)})


def encoders(target: Target = CpuTarget()) -> list[SequenceNetwork]:  # noqa: B008 - an immutable value
    made = [networks.encoder(), networks.encoder("durations", width=1, seed=5)]
    return [SequenceNetwork(target.load(model, "encoder")) for model in made]


def decoder(target: Target, conditioned: bool = False) -> StreamingNetwork:
    return StreamingNetwork(target.load(networks.decoder(conditioned=conditioned), "decoder"), networks.DELAY)


def vocoder(target: Target) -> StreamingNetwork:
    return StreamingNetwork(target.load(networks.vocoder(), "vocoder"), upsampling_factor=networks.HOP)


def attention(target: Target) -> StreamableBlock[Any]:
    return StreamingNetwork(target.load(networks.attention_step(), "attention"))


def voice(target: Target) -> StreamableBlock[Any]:
    stack = [ToyUpsampler(), Diagnostics(), decoder(target), vocoder(target), Gain("audio", -6.0)]
    return StreamablePipeline(CustomizedEncoders(encoders(target)), StreamableStack(stack))


def nested(target: Target) -> StreamableBlock[Any]:
    inner = StreamablePipeline(SequenceBlockContainer(encoders(target)), ToyUpsampler())
    return StreamableStack([inner, StreamableStack([Gain("hidden", 3.0), decoder(target)]), Diagnostics()])


def windowed() -> StreamableBlock[Any]:
    """A convolution over five frames, three samples a frame."""
    node, value = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    kernel = onnx.numpy_helper.from_array(RANDOM.normal(size=(3, networks.WIDTH, 5)).astype(np.float32), "kernel")
    shape = onnx.numpy_helper.from_array(np.array([1, -1]), "flat")
    nodes = [
        node("Transpose", ["mel"], ["turned"], perm=[0, 2, 1]),
        node("Conv", ["turned", "kernel"], ["mixed"], pads=[2, 2]),
        node("Transpose", ["mixed"], ["back"], perm=[0, 2, 1]),
        node("Reshape", ["back", "flat"], ["audio"]),
    ]
    inputs, outputs = [value("mel", 1, [1, "window", networks.WIDTH])], [value("audio", 1, [1, "samples"])]
    graph = onnx.helper.make_graph(nodes, "windowed", inputs, outputs, [kernel, shape])
    opsets = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    return WindowedNetwork(CPU.load(model, "windowed"), 2, 3)


def forwarding(target: Target) -> StreamableBlock[Any]:
    model = target.load(networks.decoder(), "decoder")
    return StreamingNetwork(model, networks.DELAY, forward=("pitch",))


CPU = CpuTarget()
FRAME = {"frame": HIDDEN["hidden"]}

CASES = [
    Case("Gain", lambda: Gain("hidden", -3.0), upstream=HIDDEN),
    Case("Diagnostics", Diagnostics, upstream=HIDDEN),
    Case("StreamingNetwork", lambda: decoder(CPU), {}, HIDDEN, lambda: decoder(FIXED)),
    Case("forwarding", lambda: forwarding(CPU), {}, {**HIDDEN, "pitch": PITCH}, lambda: forwarding(FIXED)),
    Case("WindowedNetwork", lambda: windowed(), {}, {"mel": HIDDEN["hidden"]}, None, 1e-5),
    Case("conditioned", lambda: decoder(CPU, True), SPEAKER, HIDDEN, lambda: decoder(FIXED, True)),
    Case("hop", lambda: vocoder(CPU), {}, {"mel": HIDDEN["hidden"]}, lambda: vocoder(FIXED), tolerance=2e-5),
    Case("memory", lambda: attention(CPU), ENCODED, FRAME, lambda: attention(FIXED), tolerance=2e-6),
    Case("attention decoder", ToyAttentionDecoder, ENCODED),
    Case("upsampler", ToyUpsampler, {**ENCODED, "durations": RANDOM.random((1, 7, 1)).astype(np.float32)}),
    Case("StreamableStack", lambda: StreamableStack([ToyAttentionDecoder(), vocoder(CPU)]), ENCODED, tolerance=2e-5),
    Case("StreamablePipeline", lambda: voice(CPU), PHONEMES, None, lambda: voice(FIXED), tolerance=2e-5),
    Case("nested", lambda: nested(CPU), PHONEMES, None, lambda: nested(FIXED)),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_contract(case: Case, check: Check) -> None:
    check(case)


def test_every_streamable_block_of_ours_has_a_case() -> None:
    streamable = {name for name in OWN_TYPES if issubclass(block_type(name), StreamableBlock)}
    assert streamable <= {case.name for case in CASES}


@pytest.mark.parametrize("count", [1, 7, 8, 9, 32])
def test_encoders_on_the_fixed_target_equal_the_dynamic_ones(count: int) -> None:
    data = {"phonemes": RANDOM.integers(0, 32, (1, count))}
    assert_close(
        SequenceBlockContainer(encoders(FIXED))(data), SequenceBlockContainer(encoders())(data), tolerance=1e-6
    )


def test_what_is_forwarded_stays_in_step() -> None:
    made = join(list(forwarding(CPU).open({}, [{**HIDDEN, "pitch": PITCH}])))
    np.testing.assert_array_equal(made["pitch"], PITCH)
    assert made["mel"].shape[1] == PITCH.shape[1]
    with pytest.raises(StackError, match="forwards mel, which the network makes itself"):
        StreamingNetwork(CPU.load(networks.decoder(), "decoder"), networks.DELAY, forward=("mel",))


def test_a_stream_shorter_than_the_delay_comes_out_whole() -> None:
    short = {"hidden": HIDDEN["hidden"][:, :1]}
    made = join(list(decoder(CPU).open({}, [short])))
    assert made["mel"].shape == (1, 1, networks.WIDTH)


def test_an_empty_stream_makes_nothing() -> None:
    assert join(list(Gain("hidden", 1.0).open({}, []))) == {}


@dataclass(frozen=True)
class Broken(StreamableBlock[Any]):
    """Passes `hidden` through, and breaks the contract in one way."""

    way: str
    hidden: list[np.ndarray] = field(default_factory=list)

    @property
    def inputs(self):
        return specs(TensorSpec("hidden", "float32", (1, "frames", networks.WIDTH)))

    @property
    def outputs(self):
        return self.inputs

    @property
    def lookahead(self) -> int:
        return 1 if self.way == "says that it is late" else 0

    def initial_state(self, context: Tensors) -> Any:
        return [0.0] if self.way == "changes its state" else ()

    def step(self, state: Any, chunk: Tensors, frames: int) -> tuple[Any, Tensors]:
        made = chunk["hidden"]
        if self.way == "keeps state on itself":
            self.hidden.append(made)
            made = made + len(self.hidden)
        elif self.way == "depends on the size of chunks":
            made = made * frames
        elif self.way == "changes its state":
            state[0] += 1
        elif self.way == "changes the chunk":
            made *= 2
        elif self.way == "makes another type":
            made = made.astype(np.float64)
        return state, {"hidden": made}


@pytest.mark.parametrize(
    ("way", "check"),
    [
        ("keeps state on itself", steps_are_pure),
        ("keeps state on itself", interleaved_streams_are_independent),
        ("depends on the size of chunks", streamed_equals_offline),
        ("says that it is late", lookahead_is_exact),
        ("changes its state", steps_are_pure),
        ("changes the chunk", steps_are_pure),
        ("makes another type", chunks_are_never_empty_and_of_what_was_declared),
    ],
)
def test_the_contract_notices_a_block_that_breaks_it(way: str, check: Check) -> None:
    upstream = {"hidden": HIDDEN["hidden"].copy()}
    with pytest.raises(AssertionError):
        check(Case(way, lambda: Broken(way), upstream=upstream))

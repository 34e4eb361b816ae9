from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from tests.blocks import networks
from vivavoce.blocks import CpuTarget, CudaTarget, FixedTarget, Network, StackError, StreamingNetwork
from vivavoce.blocks.encoders import SequenceNetwork
from vivavoce.blocks.targets import read_target
from vivavoce.errors import InputError

PHONEMES = {"phonemes": np.arange(9)[None]}


def test_targets_are_read_by_name_or_with_options() -> None:
    assert read_target("cpu", "x") == CpuTarget()
    assert read_target({"type": "cpu", "threads": 3}, "x") == CpuTarget(3)
    assert read_target({"type": "fixed", "sizes": {"frames": [1, 8]}}, "x") == FixedTarget({"frames": (1, 8)})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("tpu", 'x: unknown target "tpu", known are cpu, cuda, fixed'),
        (3, "x: expected the name of a target"),
        ({"threads": 1}, "x: expected the name of a target"),
        ({"type": "cpu", "threads": 1000}, "x: threads is 1000, use 1 to 64"),
        ({"type": "cuda", "fallback": "tpu"}, 'x: fallback "tpu" is not known'),
        ({"type": "fixed", "sizes": {"frames": []}}, "x: sizes.frames: give one or more sizes"),
        ({"type": "fixed", "sizes": {"frames": [10**9]}}, "x: sizes.frames: give one or more sizes"),
    ],
)
def test_a_target_that_is_not_right_names_its_place(value: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_target(value, "x")
    assert str(error.value).startswith(message)


def test_cuda_without_cuda_is_an_error_or_the_stated_fallback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(InputError, match='target "cuda" needs an onnxruntime with CUDAExecutionProvider'):
        CudaTarget().load(networks.encoder(), "here")
    network = CudaTarget(fallback="cpu").load(networks.encoder(), "here")
    assert network.run(PHONEMES)["encoded"].shape == (1, 9, networks.WIDTH)
    assert "running on the CPU" in caplog.text


@pytest.mark.filterwarnings("ignore:.*CUDAExecutionProvider")
def test_cuda_that_does_not_start_is_an_error_and_never_the_cpu_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine has CUDA")
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    with pytest.raises(InputError, match=r"cannot start it here|cannot load the network"):
        CudaTarget().load(networks.encoder(), "here")


@pytest.mark.parametrize("count", [1, 8, 9, 16])
def test_the_fixed_target_pads_masks_and_cuts_back(count: int) -> None:
    phonemes = {"phonemes": np.arange(count)[None]}
    fixed = FixedTarget({"phonemes": (8, 16)}).load(networks.encoder(), "here")
    free = CpuTarget().load(networks.encoder(), "here")
    np.testing.assert_allclose(fixed.run(phonemes)["encoded"], free.run(phonemes)["encoded"], atol=1e-6)


def test_the_fixed_target_runs_only_what_was_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each size is compiled when the network is loaded, with every dimension fixed, and never again."""
    compiled: list[list[list[int | str]]] = []
    session = onnxruntime.InferenceSession

    def watched(*arguments: Any, **options: Any) -> onnxruntime.InferenceSession:
        made = session(*arguments, **options)
        compiled.append([node.shape for node in made.get_inputs()])
        return made

    monkeypatch.setattr(onnxruntime, "InferenceSession", watched)
    network = FixedTarget({"frames": (1, 4)}).load(networks.decoder(), "here")
    assert compiled[1:] == [[[1, size, 4], [1, 4, 4]] for size in (1, 4)]
    state = network.initial_state({})
    for frames in (1, 2, 3, 7, 30):
        state, made = network.step(state, {"hidden": np.ones((1, frames, 4), np.float32)}, frames)
        assert made["mel"].shape == (1, frames, 4)
    assert len(compiled) == 3


def test_an_input_over_the_largest_size_says_so() -> None:
    network = FixedTarget({"phonemes": (4, 8)}).load(networks.encoder(), "here")
    with pytest.raises(InputError, match="here: 9 phonemes, the largest compiled size is 8; split the input"):
        network.run(PHONEMES)


def test_a_network_without_a_mask_cannot_be_padded() -> None:
    with pytest.raises(StackError, match='here: a fixed target cannot pad "phonemes", no input "mask" covers it'):
        FixedTarget().load(networks.encoder(masked=False), "here")


def test_sizes_of_chunks_must_hold_one() -> None:
    with pytest.raises(StackError, match='sizes of "frames" must hold 1'):
        FixedTarget({"frames": (4, 8)}).load(networks.decoder(), "here")


def test_sizes_that_would_compile_too_often_are_refused() -> None:
    many = FixedTarget({"phonemes": tuple(range(1, 20)), "frames": (1, 2, 3, 4)})
    with pytest.raises(StackError, match="76 combinations of sizes, compile at most 64"):
        many.load(networks.attention_step(), "here")


def test_an_output_that_cannot_be_cut_back_is_refused() -> None:
    model = onnx.load_from_string(networks.encoder())
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_param = "surprise"
    with pytest.raises(StackError, match='"surprise" of output "encoded" is no input\'s'):
        FixedTarget().load(model.SerializeToString(), "here")


def test_tensors_that_do_not_fit_are_refused_before_onnxruntime_sees_them() -> None:
    network = CpuTarget().load(networks.encoder(), "here")
    with pytest.raises(
        InputError, match=r'here: tensor "phonemes" expects int64 \(1, phonemes\), got float32 \(2, 3\)'
    ):
        network.run({"phonemes": np.zeros((2, 3), np.float32)})
    with pytest.raises(InputError, match=r"here: the network fails, .*out of .*"):
        network.run({"phonemes": np.full((1, 2), 99)})


def edited(model: bytes, edit: Any) -> bytes:
    proto = onnx.load_from_string(model)
    edit(proto.graph)
    return proto.SerializeToString()


def without_next_state(graph: Any) -> None:
    del graph.output[1]


def with_another_next_state(graph: Any) -> None:
    graph.output[1].type.tensor_type.shape.dim[1].dim_value = 9


def with_a_huge_state(graph: Any) -> None:
    for value in (graph.input[1], graph.output[1]):
        value.type.tensor_type.shape.dim[1].dim_value = 1 << 40


def with_an_unknown_state_size(graph: Any) -> None:
    graph.input[1].type.tensor_type.shape.dim[1].dim_param = "past"


def with_a_string_input(graph: Any) -> None:
    graph.input.append(helper.make_tensor_value_info("words", TensorProto.STRING, [1]))


def with_a_hostile_name(graph: Any) -> None:
    graph.input.append(helper.make_tensor_value_info("a\u001b[31m\nb", TensorProto.FLOAT, [1]))


def start(network: Network) -> None:
    StreamingNetwork(network).initial_state({})


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (without_next_state, '"state_0" needs both an input "state_0" and an output "next_state_0"'),
        (
            with_another_next_state,
            r'"state_0" expects float32 \(1, 4, 4\), got float32 \(1, 9, 4\) from "next_state_0"',
        ),
        (with_a_huge_state, '"state_0" .* is larger than'),
        (with_an_unknown_state_size, 'the size of "past" in "state_0" .* follows from no other input'),
        (with_a_string_input, r'"words" is a tensor\(string\), which no block can supply'),
        (with_a_hostile_name, "of an input or output is too long or not text"),
    ],
)
def test_a_network_with_odd_wires_is_refused(edit: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        start(CpuTarget().load(edited(networks.decoder(), edit), "here"))
    assert "\n" not in str(error.value)


def test_a_network_with_states_is_no_sequence_block_and_one_without_frames_no_streaming_block() -> None:
    with pytest.raises(StackError, match="the network has states"):
        SequenceNetwork(CpuTarget().load(networks.decoder(), "here"))
    with pytest.raises(StackError, match='no input with "frames" as axis 1'):
        StreamingNetwork(CpuTarget().load(networks.encoder(), "here"))

"""Tiny ONNX networks with the shapes of real ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

WIDTH = 4
KERNEL = 5
DELAY = 2
HOP = 3

Value = tuple[str, int, Sequence[int | str]]


def model(nodes: list[NodeProto], inputs: list[Value], outputs: list[Value], **weights: np.ndarray) -> ModelProto:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def encoder(output: str = "encoded", width: int = WIDTH, seed: int = 0, masked: bool = True) -> bytes:
    """phonemes (1, phonemes) -> output (1, phonemes, width): an embedding, plus its mean over what is valid."""
    random = np.random.default_rng(seed)
    table = random.normal(size=(32, width)).astype(np.float32)
    nodes = [helper.make_node("Gather", ["table", "phonemes"], ["embedded"])]
    inputs: list[Value] = [("phonemes", TensorProto.INT64, [1, "phonemes"])]
    weights = {"table": table, "axis": np.array([1]), "last": np.array([-1])}
    if masked:
        inputs.append(("mask", TensorProto.FLOAT, [1, "phonemes"]))
        nodes += [
            helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
            helper.make_node("Mul", ["embedded", "column"], ["kept"]),
            helper.make_node("ReduceSum", ["kept", "axis"], ["sum"]),
            helper.make_node("ReduceSum", ["column", "axis"], ["count"]),
            helper.make_node("Div", ["sum", "count"], ["mean"]),
        ]
    else:
        nodes.append(helper.make_node("ReduceMean", ["embedded"], ["mean"], axes=[1]))
    nodes.append(helper.make_node("Add", ["embedded", "mean"], [output]))
    return model(nodes, inputs, [(output, TensorProto.FLOAT, [1, "phonemes", width])], **weights).SerializeToString()


def decoder(
    source: str = "hidden", output: str = "mel", width: int = WIDTH, conditioned: bool = False, seed: int = 1
) -> bytes:
    """source (1, frames, width) -> output, DELAY frames late: a convolution over KERNEL frames with explicit past.

    With `conditioned`, a constant `speaker` (1, width) is added to every frame.
    """
    random = np.random.default_rng(seed)
    past = KERNEL - 1
    nodes = [
        helper.make_node("Concat", ["state_0", source], ["context"], axis=1),
        helper.make_node("Slice", ["context", "from", "end", "one"], ["next_state_0"]),
        helper.make_node("Transpose", ["context"], ["across"], perm=[0, 2, 1]),
        helper.make_node("Conv", ["across", "kernel"], ["convolved"]),
        helper.make_node("Transpose", ["convolved"], ["back"], perm=[0, 2, 1]),
        helper.make_node("Add", ["back", "speaker" if conditioned else "bias"], ["sum"]),
        helper.make_node("Tanh", ["sum"], [output]),
    ]
    frames: Value = (source, TensorProto.FLOAT, [1, "frames", width])
    inputs: list[Value] = [frames, ("state_0", TensorProto.FLOAT, [1, past, width])]
    if conditioned:
        inputs.append(("speaker", TensorProto.FLOAT, [1, width]))
    outputs: list[Value] = [
        (output, TensorProto.FLOAT, [1, "frames", width]),
        ("next_state_0", TensorProto.FLOAT, [1, past, width]),
    ]
    weights = {
        "kernel": random.normal(size=(width, width, KERNEL)).astype(np.float32) / width,
        "bias": random.normal(size=(1, 1, width)).astype(np.float32),
        "from": np.array([-past]),
        "end": np.array([np.iinfo(np.int64).max]),
        "one": np.array([1]),
    }
    return model(nodes, inputs, outputs, **weights).SerializeToString()


def vocoder(source: str = "mel", output: str = "audio", width: int = WIDTH) -> bytes:
    """source (1, frames, width) -> output (1, samples), HOP samples a frame, with an oscillator's phase as state."""
    random = np.random.default_rng(2)
    nodes = [
        helper.make_node("MatMul", [source, "weights"], ["rows"]),
        helper.make_node("Reshape", ["rows", "flat"], ["steps"]),
        helper.make_node("CumSum", ["steps", "one"], ["risen"]),
        helper.make_node("Add", ["risen", "state_phase"], ["phase"]),
        helper.make_node("Slice", ["phase", "minus", "end", "one_axis"], ["next_state_phase"]),
        helper.make_node("Sin", ["phase"], [output]),
    ]
    return model(
        nodes,
        [(source, TensorProto.FLOAT, [1, "frames", width]), ("state_phase", TensorProto.FLOAT, [1, 1])],
        [(output, TensorProto.FLOAT, [1, "samples"]), ("next_state_phase", TensorProto.FLOAT, [1, 1])],
        weights=random.normal(size=(width, HOP)).astype(np.float32),
        flat=np.array([1, -1]),
        one=np.array(1),
        minus=np.array([-1]),
        end=np.array([np.iinfo(np.int64).max]),
        one_axis=np.array([1]),
    ).SerializeToString()


def attention_step() -> bytes:
    """One frame that looks at a memory: frame (1, frames, width), encoded (1, phonemes, width) -> glimpse.

    The state is how much each phoneme was looked at, (1, phonemes): it grows with the memory.
    """
    nodes = [
        helper.make_node("Transpose", ["encoded"], ["keys"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frame", "keys"], ["scores"]),
        helper.make_node("Exp", ["scores"], ["raw"]),
        helper.make_node("Unsqueeze", ["mask", "one"], ["row"]),
        helper.make_node("Mul", ["raw", "row"], ["weights"]),
        helper.make_node("MatMul", ["weights", "encoded"], ["seen"]),
        helper.make_node("ReduceSum", ["weights", "one"], ["looked"], keepdims=0),
        helper.make_node("Add", ["state_looked", "looked"], ["next_state_looked"]),
        helper.make_node("CumSum", ["weights", "axis"], ["so_far"], exclusive=1),
        helper.make_node("Unsqueeze", ["state_looked", "one"], ["long_ago"]),
        helper.make_node("Add", ["so_far", "long_ago"], ["before"]),
        helper.make_node("ReduceSum", ["before", "last"], ["tired"]),
        helper.make_node("Add", ["seen", "tired"], ["glimpse"]),
        helper.make_node("Identity", ["weights"], ["attention"]),
    ]
    memory: Value = ("encoded", TensorProto.FLOAT, [1, "phonemes", WIDTH])
    return model(
        nodes,
        [
            ("frame", TensorProto.FLOAT, [1, "frames", WIDTH]),
            memory,
            ("mask", TensorProto.FLOAT, [1, "phonemes"]),
            ("state_looked", TensorProto.FLOAT, [1, "phonemes"]),
        ],
        [
            ("glimpse", TensorProto.FLOAT, [1, "frames", WIDTH]),
            ("attention", TensorProto.FLOAT, [1, "frames", "phonemes"]),
            ("next_state_looked", TensorProto.FLOAT, [1, "phonemes"]),
        ],
        one=np.array([1]),
        axis=np.array(1),
        last=np.array([2]),
    ).SerializeToString()

"""Addons of the vocoder and the predictor whose networks are arithmetic: envelopes as the cepstrum draws them."""

import math
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from vivavoce.blocks import write_addon
from vivavoce.redundancy.concealment.source_filter import BINS, band_interpolation, band_level
from vivavoce.redundancy.features import BANDS, WIDTH, band_energies

FLOAT = TensorProto.FLOAT


def carry_addons(folder: Path) -> None:
    """Write `folder/carry-vocoder` and `folder/predictor`."""
    _write(folder / "carry-vocoder", "carry-vocoder", "vocoder", _vocoder(), {"features": [1, "frames", WIDTH]})
    chunk = {"features": [1, "frames", WIDTH], "age": [1, "frames"]}
    _write(folder / "predictor", "predictor", "predictor", _predictor(), chunk)


def _vocoder() -> bytes:
    """Envelopes of the mean of a row and the one before; pulses where it is periodic, noise 20 dB below them."""
    at_zero = band_energies(np.zeros((1, WIDTH), np.float32))
    slopes = band_energies(np.eye(BANDS, WIDTH, dtype=np.float32)) - at_zero
    nepers = 0.5 * math.log(10.0) * band_interpolation()
    envelope = np.zeros((WIDTH, BINS), np.float32)
    envelope[:BANDS] = slopes @ nepers
    level = (at_zero[0] - band_level()) @ nepers
    constants = {
        "envelope": envelope,
        "level": level,
        "nothing": np.zeros((WIDTH, BINS), np.float32),
        "half": np.array(0.5, np.float32),
        "softer": np.array(math.log(0.1), np.float32),
    }
    nodes = [
        helper.make_node("Concat", ["state_0", "features"], ["context"], axis=1),
        _sliced("context", "earlier", 0, -1),
        _sliced("context", "next_state_0", -1, 1 << 30),
        helper.make_node("Add", ["earlier", "features"], ["sum"]),
        helper.make_node("Mul", ["sum", "half"], ["mean"]),
        helper.make_node("MatMul", ["mean", "envelope"], ["drawn"]),
        helper.make_node("Add", ["drawn", "level"], ["pulse"]),
        helper.make_node("Add", ["pulse", "softer"], ["noise"]),
        helper.make_node("Add", ["noise", "softer"], ["breath"]),
        helper.make_node("MatMul", ["features", "nothing"], ["phase"]),
    ]
    outputs = {name: [1, "frames", BINS] for name in ("pulse", "phase", "noise", "breath")}
    state = {"state_0": [1, 1, WIDTH]}
    return _model(
        nodes, {"features": [1, "frames", WIDTH], **state}, {**outputs, "next_state_0": [1, 1, WIDTH]}, constants
    )


def _predictor() -> bytes:
    """What was last known goes on."""
    nodes = [
        helper.make_node("Identity", ["features"], ["guess"]),
        helper.make_node("Identity", ["age"], ["unused"]),
        helper.make_node("Identity", ["state_0"], ["next_state_0"]),
    ]
    inputs = {"features": [1, "frames", WIDTH], "age": [1, "frames"], "state_0": [1, 1]}
    return _model(nodes, inputs, {"guess": [1, "frames", WIDTH], "next_state_0": [1, 1]}, {})


def _sliced(source: str, target: str, start: int, stop: int):
    constants = [
        helper.make_node("Constant", [], [f"{target}_{name}"], value=numpy_helper.from_array(np.array([value])))
        for name, value in (("start", start), ("stop", stop), ("axis", 1))
    ]
    return [
        *constants,
        helper.make_node("Slice", [source, *(f"{target}_{n}" for n in ("start", "stop", "axis"))], [target]),
    ]


def _model(nodes: list, inputs: dict, outputs: dict, constants: dict) -> bytes:
    flat = [n for node in nodes for n in (node if isinstance(node, list) else [node])]
    graph = helper.make_graph(
        flat,
        "carry",
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def _write(folder: Path, kind: str, role: str, network: bytes, chunk: dict) -> None:
    description = {
        "name": kind,
        "kind": kind,
        "summary": "arithmetic for tests",
        "licence": "Apache-2.0",
        "attribution": "made by a test",
        "provenance": {"data": [], "recipe": "tests", "steps": 0, "hardware": "none"},
        "inputs": {},
        "upstream": {name: {"dtype": "float32", "shape": shape} for name, shape in chunk.items()},
        "stack": [{"type": "StreamingNetwork", "network": role}],
        "networks": {role: {"file": f"{role}.onnx", "role": role}},
    }
    write_addon(folder, description, {f"{role}.onnx": network})

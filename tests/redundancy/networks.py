"""A redundancy codec with small random networks: everything but the quality of the real one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from tests.blocks.networks import Value, model
from vivavoce.blocks import write_addon
from vivavoce.redundancy.codec.vivavoce.entropy import TOTAL
from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS

LATENT, START = 6, 4


def tiny_addon(folder: Path, revision: int = 1) -> Path:
    """Write the addon and return its folder."""
    description = {
        "name": "tiny-redundancy",
        "kind": "redundancy",
        "summary": "random networks",
        "licence": "CC0-1.0",
        "attribution": "nobody",
        "provenance": {"data": [], "recipe": "tests", "steps": 0, "hardware": "none"},
        "sample_rate_hz": 16000,
        "inputs": {},
        "upstream": {"features": {"dtype": "float32", "shape": [1, "frames", 40]}},
        "stack": [{"type": "StreamingNetwork", "network": "encoder"}],
        "networks": {"encoder": {"file": "encoder.onnx"}, "decoder": {"file": "decoder.onnx"}},
        "details": {"revision": revision},
    }
    files = {"encoder.onnx": encoder(), "decoder.onnx": decoder(), "codebook.json": json.dumps(codebook()).encode()}
    return write_addon(folder, description, files).path


def codebook() -> dict[str, list[dict[str, list[object]]]]:
    return {"latents": [_level(n, LATENT) for n in range(LEVELS)], "starts": [_level(n, START) for n in range(LEVELS)]}


def _level(number: int, dimensions: int) -> dict[str, list[object]]:
    """Coarser with the number; the last dimension is left out from level 8 on."""
    scale = 2.0 * 0.8**number
    tables = [_laplace(0.6 * 0.9**number, 8) for _ in range(dimensions)]
    if number >= 8:
        tables[-1] = [TOTAL]
    return {"scales": [scale] * dimensions, "dead_zones": [0.1] * dimensions, "tables": [*tables]}


def _laplace(decay: float, reach: int) -> list[int]:
    shape = decay ** np.abs(np.arange(-reach, reach + 1))
    frequencies = 1 + np.floor((TOTAL - 2 * reach - 1) * shape / shape.sum()).astype(int)
    frequencies[reach] += TOTAL - frequencies.sum()
    return frequencies.tolist()


def encoder() -> bytes:
    """Latents and starts from this packet's features and the packet's before."""
    random = np.random.default_rng(3)
    features: Value = ("features", TensorProto.FLOAT, [1, "frames", 40])
    state: Value = ("state_0", TensorProto.FLOAT, [1, 1, 40])
    nodes = [
        *_with_past("features"),
        helper.make_node("MatMul", ["features", "now"], ["of_now"]),
        helper.make_node("MatMul", ["past", "before"], ["of_before"]),
        helper.make_node("Add", ["of_now", "of_before"], ["latents"]),
        helper.make_node("MatMul", ["features", "begin"], ["starts"]),
    ]
    outputs: list[Value] = [
        ("latents", TensorProto.FLOAT, [1, "frames", LATENT]),
        ("starts", TensorProto.FLOAT, [1, "frames", START]),
        ("next_state_0", TensorProto.FLOAT, [1, 1, 40]),
    ]
    weights = {
        "now": 0.1 * random.normal(size=(40, LATENT)),
        "before": 0.1 * random.normal(size=(40, LATENT)),
        "begin": 0.1 * random.normal(size=(40, START)),
    }
    return _serialised(nodes, [features, state], outputs, weights)


def decoder() -> bytes:
    """Four frames from a latent, the one before it in the payload, its level and the start vector."""
    random = np.random.default_rng(4)
    inputs: list[Value] = [
        ("latents", TensorProto.FLOAT, [1, "frames", LATENT]),
        ("levels", TensorProto.INT64, [1, "frames"]),
        ("starts", TensorProto.FLOAT, [1, "frames", START]),
        ("state_0", TensorProto.FLOAT, [1, 1, LATENT]),
    ]
    nodes = [
        *_with_past("latents"),
        helper.make_node("MatMul", ["latents", "now"], ["of_now"]),
        helper.make_node("MatMul", ["past", "before"], ["of_before"]),
        helper.make_node("MatMul", ["starts", "begin"], ["of_start"]),
        helper.make_node("Gather", ["table", "levels"], ["of_level"]),
        helper.make_node("Sum", ["of_now", "of_before", "of_start", "of_level"], ["features"]),
    ]
    outputs: list[Value] = [
        ("features", TensorProto.FLOAT, [1, "frames", 80]),
        ("next_state_0", TensorProto.FLOAT, [1, 1, LATENT]),
    ]
    weights = {
        "now": random.normal(size=(LATENT, 80)),
        "before": random.normal(size=(LATENT, 80)),
        "begin": random.normal(size=(START, 80)),
        "table": random.normal(size=(LEVELS, 80)),
    }
    return _serialised(nodes, inputs, outputs, weights)


def _with_past(name: str) -> list[object]:
    """`past` is `name` one step late."""
    return [
        helper.make_node("Concat", ["state_0", name], ["context"], axis=1),
        helper.make_node("Slice", ["context", "minus_one", "end", "one"], ["next_state_0"]),
        helper.make_node("Slice", ["context", "zero", "minus_one", "one"], ["past"]),
    ]


def _serialised(nodes: list, inputs: list[Value], outputs: list[Value], weights: dict[str, np.ndarray]) -> bytes:
    bounds = {"zero": [0], "minus_one": [-1], "end": [1 << 30], "one": [1]}
    numbers = {name: np.array(value) for name, value in bounds.items()}
    made = {name: value.astype(np.float32) for name, value in weights.items()}
    made_model = model(nodes, inputs, outputs, **made, **numbers)
    return made_model.SerializeToString()

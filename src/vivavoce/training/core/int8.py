"""Matrices of an ONNX network as int8, each column with a scale of its own.

The arithmetic stays in floats: onnxruntime turns cast and product into plain weights when it loads the network.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST = 2048
"""Matrices of fewer numbers stay as they are."""
_LARGEST = 127
HALF, STEPS, SCALE = ".half", ".int8", ".scale"
"""What the names of stored weights end in."""


def store_int8(model: onnx.ModelProto) -> onnx.ModelProto:
    """Rewrite `model` in place: each large matrix (inputs, outputs) becomes int8 and a scale for each column."""
    casts = {node.input[0]: node for node in model.graph.node if node.op_type == "Cast"}
    added: list[onnx.NodeProto] = []
    for weight in list(model.graph.initializer):
        name = weight.name.removesuffix(HALF)
        values = numpy_helper.to_array(weight)
        if values.ndim != 2 or values.size < SMALLEST or values.dtype not in (np.float32, np.float16):
            continue
        steps, scale = _round(values.astype(np.float32))
        model.graph.initializer.remove(weight)
        model.graph.initializer.append(numpy_helper.from_array(steps, name + STEPS))
        model.graph.initializer.append(numpy_helper.from_array(scale, name + SCALE))
        if weight.name in casts:
            model.graph.node.remove(casts[weight.name])
        added.append(helper.make_node("Cast", [name + STEPS], [f"{name}.cast"], to=TensorProto.FLOAT))
        added.append(helper.make_node("Mul", [f"{name}.cast", name + SCALE], [name]))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*added, *nodes])
    return model


def _round(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-> int8 of the same shape, and the scales of the columns, (1, outputs)."""
    scale = np.maximum(np.abs(values).max(axis=0, keepdims=True) / _LARGEST, 1e-8).astype(np.float32)
    return np.rint(values / scale).astype(np.int8), scale

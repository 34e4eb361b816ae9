"""How weights are stored in ONNX: as half floats or int8, which onnxruntime widens when it loads a network; read again.

The arithmetic stays in floats. Linear layers that are also computed in 8 bits: see `quantize`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

SMALLEST_HALF, SMALLEST_INT8 = 256, 2048
"""Weights of fewer numbers stay as they are: biases and constants of the arithmetic."""
HALF, STEPS, SCALE = ".half", ".int8", ".scale"
"""What the names of stored weights end in."""
TURNED, QUANTIZED, QUANTIZED_SCALE = ".T", "_quantized", "_scale"
"""What `quantize` adds to a weight's name: turned to (inputs, outputs), in 8 bits, and to that of its scales."""
_LARGEST = 127


def store_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Rewrite `model` in place: each large float32 weight becomes a float16 weight and a cast, half the bytes."""
    casts = []
    for weight in model.graph.initializer:
        is_small = np.prod(weight.dims) < SMALLEST_HALF
        if weight.data_type != TensorProto.FLOAT or is_small or weight.name.endswith(QUANTIZED_SCALE):
            continue
        values = numpy_helper.to_array(weight)
        if np.abs(values).max() > np.finfo(np.float16).max:
            continue
        name, stored = weight.name, f"{weight.name}{HALF}"
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), stored))
        casts.append(helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT))
    return _put_first(model, casts)


def store_int8(model: onnx.ModelProto, axis: int = -2) -> onnx.ModelProto:
    """Rewrite `model` in place: each large matrix becomes int8 and a scale for all that lies along `axis`, the inputs:
    -2 of matrices (inputs, outputs), -1 of those (outputs, inputs) that recurrent layers have."""
    casts = {node.input[0]: node for node in model.graph.node if node.op_type == "Cast"}
    added: list[NodeProto] = []
    for weight in list(model.graph.initializer):
        name, values = weight.name.removesuffix(HALF), numpy_helper.to_array(weight)
        is_matrix = values.ndim == 2 or (values.ndim == 3 and len(values) == 1)
        if not is_matrix or values.size < SMALLEST_INT8 or values.dtype not in (np.float32, np.float16):
            continue
        values = values.astype(np.float32)
        scale = np.maximum(np.abs(values).max(axis=axis, keepdims=True) / _LARGEST, 1e-8)
        model.graph.initializer.remove(weight)
        model.graph.initializer.append(numpy_helper.from_array(np.rint(values / scale).astype(np.int8), name + STEPS))
        model.graph.initializer.append(numpy_helper.from_array(scale, name + SCALE))
        if weight.name in casts:
            model.graph.node.remove(casts[weight.name])
        added.append(helper.make_node("Cast", [name + STEPS], [f"{name}.cast"], to=TensorProto.FLOAT))
        added.append(helper.make_node("Mul", [f"{name}.cast", name + SCALE], [name]))
    return _put_first(model, added)


def read_weights(model: bytes) -> dict[str, np.ndarray]:
    """The weights of an ONNX network, float32, by their names before they were stored in fewer bits."""
    stored = onnx.load_from_string(model).graph.initializer
    arrays = {weight.name.removesuffix(HALF): numpy_helper.to_array(weight) for weight in stored}
    found: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if name.endswith(STEPS):
            stem = name.removesuffix(STEPS)
            found[stem] = array.astype(np.float32) * arrays[stem + SCALE]
        elif name.endswith(TURNED + QUANTIZED):
            stem = name.removesuffix(QUANTIZED)
            found[stem.removesuffix(TURNED)] = (array.astype(np.float32) * arrays[stem + QUANTIZED_SCALE]).T
        elif array.dtype in (np.float32, np.float16):
            turned = array.T if name.endswith(TURNED) else array
            found[name.removesuffix(TURNED)] = turned.astype(np.float32)
    return found


def _put_first(model: onnx.ModelProto, added: Iterable[NodeProto]) -> onnx.ModelProto:
    nodes = [*added, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model

"""Weights stored as half floats: half the bytes, the same arithmetic.

onnxruntime turns the casts into plain weights when it loads the network, so nothing is slower afterwards.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST = 256
"""Tensors of fewer numbers stay as they are: biases and constants of the arithmetic."""


def store_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Rewrite `model` in place: each large float32 weight becomes a float16 weight and a cast."""
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < SMALLEST:
            continue
        values = numpy_helper.to_array(weight)
        if np.abs(values).max() > np.finfo(np.float16).max:
            continue
        name, stored = weight.name, f"{weight.name}.half"
        weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), stored))
        casts.append(helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])
    return model

"""Linear layers in 8 bits: weights are int8 with a scale for each output, and what a layer reads is brought to uint8 by
one scale, whose range was measured on examples.

That scale is fixed, so a row is computed alike however a stream is cut. The graph says it in ONNX's own operators,
pairs of QuantizeLinear and DequantizeLinear: onnxruntime's CPU fuses them with the multiplication, three times as fast
as in 32 bits, and other targets compute with the numbers that the pairs leave.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

from vivavoce.blocks.network import STATE
from vivavoce.blocks.tensors import Tensors
from vivavoce.training.core.weights import TURNED


def quantize_linear_layers(model: onnx.ModelProto, examples: Sequence[Tensors]) -> onnx.ModelProto:
    """The model with the weights of its linear layers in 8 bits; `examples` are inputs of the kind it will be given."""
    turned = _turn_weights(model)
    stored = {weight.name for weight in turned.graph.initializer}
    linear = [node.name for node in turned.graph.node if node.op_type == "MatMul" and node.input[1] in stored]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quantized.onnx"
        quantize_static(
            turned, path, _Examples(turned, examples), op_types_to_quantize=["MatMul"], nodes_to_quantize=linear,
            per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            extra_options={"OpTypesToExcludeOutputQuantization": ["MatMul"]},
        )  # fmt: skip
        return onnx.load(path)


class _Examples(CalibrationDataReader):
    """The examples; states, which they leave out, are zero."""

    def __init__(self, model: onnx.ModelProto, examples: Sequence[Tensors]) -> None:
        self._states = {
            wire.name: np.zeros([size.dim_value for size in wire.type.tensor_type.shape.dim], np.float32)
            for wire in model.graph.input
            if wire.name.startswith(STATE)
        }
        self._waiting: Iterator[Tensors] = ({**self._states, **example} for example in examples)

    def get_next(self) -> Tensors | None:  # type: ignore[override]
        return next(self._waiting, None)


def _turn_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy with the weights of linear layers as the multiplication reads them, (inputs, outputs)."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    stored = {weight.name: weight for weight in made.graph.initializer}
    kept, turned = [], dict[str, str]()
    for node in made.graph.node:
        if node.op_type == "Transpose" and node.input[0] in stored:
            turned[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    for name in set(turned.values()):
        values = numpy_helper.to_array(stored[name])
        stored[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values.T), name + TURNED))
    for node in kept:
        node.input[:] = [turned[name] + TURNED if name in turned else name for name in node.input]
    del made.graph.node[:]
    made.graph.node.extend(kept)
    return made

"""The parser as ONNX, and the same with 8-bit weights."""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from vivavoce.text.embed import DIMENSION, LAYERS
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.parser.network import ParserNetwork

_FEWEST_WEIGHTS = 4096
"""Smaller tensors stay 32-bit: nothing would be saved."""


class _Unpadded(nn.Module):
    """The network with its padding left out: one sentence at a time."""

    def __init__(self, network: ParserNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, layers: Tensor, tags: Tensor, shapes: Tensor, fences: Tensor) -> tuple[Tensor, Tensor]:
        return self.network(layers, tags, shapes, fences)


def export_parser(network: ParserNetwork) -> bytes:
    """The network as ONNX of 32 bits."""
    inputs = {
        "layers": torch.zeros(1, 7, LAYERS, DIMENSION),
        "tags": torch.zeros(1, 7, dtype=torch.int64),
        "shapes": torch.zeros(1, 7, dtype=torch.int64),
        "fences": torch.ones(1, 5, 2, dtype=torch.int64),
    }
    axes = {name: {1: "tokens"} for name in ("layers", "tags", "shapes", "tag_scores")}
    axes |= {"fences": {1: "fences"}, "span_scores": {1: "fences", 2: "fences"}}
    return NetworkExport(
        network=_Unpadded(network), inputs=inputs, outputs=("span_scores", "tag_scores"), axes=axes, half=False
    ).to_onnx()


def quantize(model: bytes) -> bytes:
    """The same ONNX network with weights of 8 bits and one scale a row, widened again when it is loaded."""
    loaded = onnx.load_from_string(model)
    graph = loaded.graph
    kept, widening = [], []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < _FEWEST_WEIGHTS:
            kept.append(tensor)
            continue
        weights = numpy_helper.to_array(tensor)
        scales = np.maximum(np.abs(weights).max(axis=-1, keepdims=True) / 127, 1e-12).astype(np.float32)
        narrow = np.rint(weights / scales).astype(np.int8)
        name = tensor.name
        kept += [numpy_helper.from_array(narrow, f"{name}.narrow"), numpy_helper.from_array(scales, f"{name}.scale")]
        widening += [
            helper.make_node("Cast", [f"{name}.narrow"], [f"{name}.wide"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.wide", f"{name}.scale"], [name]),
        ]
    nodes = [*widening, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    onnx.checker.check_model(loaded)
    return loaded.SerializeToString()

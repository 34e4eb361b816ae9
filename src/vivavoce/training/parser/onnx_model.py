"""The parser as ONNX, and the same with 8-bit weights."""

from __future__ import annotations

import onnx
import torch
from torch import Tensor, nn

from vivavoce.text.embed import DIMENSION, LAYERS
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.weights import store_int8
from vivavoce.training.parser.network import ParserNetwork


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
    return store_int8(onnx.load_from_string(model), axis=-1).SerializeToString()

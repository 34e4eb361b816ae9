"""hibari's open weights (package hibari-tts, Apache-2.0), read from its ONNX graph into the networks of the voice.

The graph's matrices are int8 with one scale and zero point each; what they say in float is what the networks get.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from vivavoce.training.voice.networks import Melody, Voice

_RENAMED = (
    ("attn.self_attn.in_proj_", "attn.qkv."),
    ("attn.self_attn.out_proj", "attn.out"),
    ("linear1", "l1"),
    ("linear2", "l2"),
)


def hibari_graph() -> Path:
    """The graph of the installed package."""
    return Path(str(files("hibari"))) / "assets" / "hibari.onnx"


def vocabulary() -> dict[str, int]:
    """Symbols to ids, which hibari and its teacher share; 0 stands at both ends of a sentence."""
    text = (files("hibari") / "assets" / "vocab.json").read_text(encoding="utf-8")
    return json.loads(text)


def hibari_weights(path: Path) -> dict[str, Tensor]:
    """The parameters by name, `text.…` and `d.…` of the voice, `p.…` of its melody; matrices as float32."""
    graph = onnx.load(str(path)).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    source = {node.output[0]: node for node in graph.node}
    weights = {name: array for name, array in arrays.items() if name.startswith(("m.", "pn."))}
    for node in graph.node:
        if (bias := _bias_of_product(node, arrays, source)) is not None:
            scaled = source[source[node.input[1]].input[0]]
            stem = source[scaled.input[0]].input[1].removesuffix("_quantized")
            whole = arrays[f"{stem}_quantized"].astype(np.float32) - float(arrays[f"{stem}_zero_point"])
            name = bias.replace("in_proj_bias", "in_proj_weight").replace("bias", "weight")
            weights[name] = (whole * float(arrays[f"{stem}_scale"])).T
    return {_ours(name): torch.from_numpy(np.array(array, np.float32)) for name, array in weights.items()}


def start_from_hibari(network: Voice | Melody, weights: dict[str, Tensor]) -> None:
    """Put hibari's weights into the network; its tables stay as they are."""
    own = {name: value for name, value in weights.items() if name in network.state_dict()}
    missing = network.load_state_dict(own, strict=False).missing_keys
    unread = [name for name in missing if not name.startswith(("v.", "k.", "l.", "sentence", "word", "centre"))]
    if unread:
        raise ValueError(f"hibari's graph has no {', '.join(unread[:3])}")


def _bias_of_product(
    node: onnx.NodeProto, arrays: dict[str, np.ndarray], source: dict[str, onnx.NodeProto]
) -> str | None:
    """The name of the bias that a node adds to an integer product; None if it does nothing of the kind."""
    if node.op_type != "Add" or node.input[0] not in arrays or node.input[1] not in source:
        return None
    scaled = source[node.input[1]]
    if scaled.op_type != "Mul" or scaled.input[0] not in source:
        return None
    cast = source[scaled.input[0]]
    whole = cast.op_type == "Cast" and source[cast.input[0]].op_type == "MatMulInteger"
    return node.input[0] if whole else None


def _ours(name: str) -> str:
    for theirs, ours in _RENAMED:
        name = name.replace(theirs, ours)
    if name.startswith("m.text"):
        return name.removeprefix("m.")
    return f"d.{name.removeprefix('m.')}" if name.startswith("m.") else f"p.{name.removeprefix('pn.')}"

"""From a parser run to the addon that is shipped: one ONNX network with 8-bit weights, its card, its figures."""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from vivavoce.blocks import load_addon
from vivavoce.blocks.writing import write_addon
from vivavoce.text.embed import DIMENSION, LAYERS
from vivavoce.text.parse import Parser
from vivavoce.training.networks.parser import ParserNetwork
from vivavoce.training.parser_data import Vocabulary
from vivavoce.training.parser_score import ParserScore, score_parser
from vivavoce.training.ship import load_average, recipe
from vivavoce.training.treebank import read_treebank

ATTRIBUTION = (
    "Trained on constituency trees of GUM, the Georgetown University Multilayer corpus (annotations CC BY 4.0; texts "
    "CC BY and CC BY-SA: academic, biography, court, interview, news, travel); reads all-MiniLM-L6-v2 (Apache-2.0)"
)
_FEWEST_WEIGHTS = 4096
"""Smaller tensors stay 32-bit: nothing would be saved."""


class _Exported(nn.Module):
    """The network with its padding left out: one sentence at a time."""

    def __init__(self, network: ParserNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, layers: Tensor, tags: Tensor, shapes: Tensor, fences: Tensor) -> tuple[Tensor, Tensor]:
        return self.network(layers, tags, shapes, fences)


def ship_parser(run: Path, held_out: Path, folder: Path, hardware: str) -> ParserScore:
    """Write the addon in `folder` from the averaged weights of `run`, with its score on the trees of `held_out`."""
    vocabulary = Vocabulary.read(run / "vocabulary.json")
    network = ParserNetwork(len(vocabulary.labels) - 1, len(vocabulary.tags), **recipe("parser")["network"])
    trained = load_average(run, network)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "parser.onnx"
        export_parser(network, path)
        contents = {"parser.onnx": quantised(path.read_bytes()), "README.md": _card()}
        described = _description(vocabulary, trained, hardware)
        write_addon(Path(temporary) / "unmeasured", described, contents)
        score = score_parser(Parser(load_addon(Path(temporary) / "unmeasured")), read_treebank(held_out))
    described["provenance"]["figures"] = score.figures()
    write_addon(folder, described, contents)
    return score


def export_parser(network: ParserNetwork, path: Path) -> None:
    """Write 32-bit ONNX."""
    inputs = (
        torch.zeros(1, 7, LAYERS, DIMENSION), torch.zeros(1, 7, dtype=torch.int64),
        torch.zeros(1, 7, dtype=torch.int64), torch.ones(1, 5, 2, dtype=torch.int64),
    )  # fmt: skip
    axes = {name: {1: "tokens"} for name in ("layers", "tags", "shapes", "tag_scores")}
    axes |= {"fences": {1: "fences"}, "span_scores": {1: "fences", 2: "fences"}}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter warns of its own age and of recurrence in batches
        torch.onnx.export(
            _Exported(network.eval()), inputs, str(path), input_names=["layers", "tags", "shapes", "fences"],
            output_names=["span_scores", "tag_scores"], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip


def quantised(model: bytes) -> bytes:
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


def _description(vocabulary: Vocabulary, trained: dict[str, Any], hardware: str) -> dict[str, Any]:
    return {
        "name": "parser",
        "kind": "parser",
        "summary": "English constituency trees and Penn tags from MiniLM embeddings",
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION,
        "provenance": {
            "data": ["GUM constituency trees, train.tsv (75 documents)"],
            "recipe": "vivavoce/training/recipes/parser.toml",
            "steps": trained["step"],
            "hardware": f"{hardware}, {trained['minutes']:.0f} minutes",
        },
        "inputs": {
            "layers": {"dtype": "float32", "shape": [1, "tokens", LAYERS, DIMENSION]},
            "tags": {"dtype": "int64", "shape": [1, "tokens"]},
            "shapes": {"dtype": "int64", "shape": [1, "tokens"]},
            "fences": {"dtype": "int64", "shape": [1, "fences", 2]},
        },
        "networks": {"parser": {"file": "parser.onnx"}},
        "stack": [{"type": "SequenceNetwork", "network": "parser"}],
        "details": {
            "labels": ["+".join(chain) for chain in vocabulary.labels[1:]],
            "tags": list(vocabulary.tags),
        },
    }


def _card() -> bytes:
    return files("vivavoce.training").joinpath("cards", "parser.md").read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training.parser_export", description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("runs/parser"))
    parser.add_argument("--held-out", type=Path, required=True, help="trees for the figures, never trained on")
    parser.add_argument("--hardware", default="CPU")
    arguments = parser.parse_args()
    folder = Path(str(files("vivavoce.addons"))) / "parser"
    print(json.dumps(ship_parser(arguments.run, arguments.held_out, folder, arguments.hardware).figures(), indent=2))


if __name__ == "__main__":
    main()

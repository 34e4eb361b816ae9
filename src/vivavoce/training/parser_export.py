"""`python -m vivavoce.training.parser_export`: from a parser run to the addon that is shipped, with its figures.

One ONNX network with 8-bit weights, proved to answer as the trained one does before anything is written.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from vivavoce.blocks.writing import write_addon
from vivavoce.text.embed import DIMENSION, LAYERS
from vivavoce.text.parse import Parser
from vivavoce.training.cards import shipped, write_card
from vivavoce.training.networks.parser import ParserNetwork
from vivavoce.training.parser_agreement import check_agreement
from vivavoce.training.parser_data import Vocabulary
from vivavoce.training.parser_score import score_parser
from vivavoce.training.provenance import provenance, recipe
from vivavoce.training.run import load_average
from vivavoce.training.treebank import read_treebank, split_by_document

ATTRIBUTION = (
    "Trained on constituency trees of GUM, the Georgetown University Multilayer corpus (annotations CC BY 4.0; texts "
    "CC BY and CC BY-SA: academic, biography, court, interview, news, travel); reads all-MiniLM-L6-v2 (Apache-2.0)"
)
CHECKED_SENTENCES = 100
"""Development sentences, of documents that were not trained on, over which the exports must agree."""
_FEWEST_WEIGHTS = 4096
"""Smaller tensors stay 32-bit: nothing would be saved."""


class _Exported(nn.Module):
    """The network with its padding left out: one sentence at a time."""

    def __init__(self, network: ParserNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, layers: Tensor, tags: Tensor, shapes: Tensor, fences: Tensor) -> tuple[Tensor, Tensor]:
        return self.network(layers, tags, shapes, fences)


def ship_parser(data: Path, runs: Path, folder: Path, hardware: str) -> dict[str, float]:
    """Write the addon in `folder` from the averaged weights of `runs/parser`; returns its held-out figures.

    Raises `ValueError`, with nothing written, if the exported network answers otherwise than the trained one.
    """
    config = recipe("parser")
    vocabulary = Vocabulary.read(runs / "parser" / "vocabulary.json")
    network = ParserNetwork(len(vocabulary.labels) - 1, len(vocabulary.tags), **config["network"])
    load_average(runs / "parser", network)
    model = export_parser(network)
    _, development = split_by_document(read_treebank(data / "train.tsv"), config["data"]["held_out_every"])
    with tempfile.TemporaryDirectory() as temporary:
        made = provenance(runs, ["parser"], ["gum"], hardware, {})
        whole, narrow = (
            Parser(write_addon(Path(temporary) / name, description(vocabulary, made), {"parser.onnx": contents}))
            for name, contents in (("whole", model), ("narrow", quantised(model)))
        )
        agreement = check_agreement(network, whole, narrow, development[:CHECKED_SENTENCES])
    score = score_parser(narrow, read_treebank(data / "dev.tsv"))
    made = provenance(runs, ["parser"], ["gum"], hardware, score.figures())
    write_addon(folder, description(vocabulary, made), {"parser.onnx": quantised(model)})
    write_card(folder)
    return {**agreement, **score.figures()}


def export_parser(network: ParserNetwork) -> bytes:
    """The network as ONNX of 32 bits."""
    inputs = (
        torch.zeros(1, 7, LAYERS, DIMENSION), torch.zeros(1, 7, dtype=torch.int64),
        torch.zeros(1, 7, dtype=torch.int64), torch.ones(1, 5, 2, dtype=torch.int64),
    )  # fmt: skip
    axes = {name: {1: "tokens"} for name in ("layers", "tags", "shapes", "tag_scores")}
    axes |= {"fences": {1: "fences"}, "span_scores": {1: "fences", 2: "fences"}}
    with warnings.catch_warnings(), torch.no_grad(), tempfile.TemporaryDirectory() as temporary:
        warnings.simplefilter("ignore")  # the exporter warns of its own age and of recurrence in batches
        path = Path(temporary) / "parser.onnx"
        torch.onnx.export(
            _Exported(network).eval(), inputs, str(path), input_names=["layers", "tags", "shapes", "fences"],
            output_names=["span_scores", "tag_scores"], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        return path.read_bytes()


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


def description(vocabulary: Vocabulary, made: dict[str, Any]) -> dict[str, Any]:
    """What `write_addon` needs beside the network; `made` is what `provenance` gave."""
    return {
        "name": "parser",
        "kind": "parser",
        "summary": "English constituency trees and Penn tags from MiniLM embeddings",
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION,
        "provenance": made["provenance"],
        "inputs": {
            "layers": {"dtype": "float32", "shape": [1, "tokens", LAYERS, DIMENSION]},
            "tags": {"dtype": "int64", "shape": [1, "tokens"]},
            "shapes": {"dtype": "int64", "shape": [1, "tokens"]},
            "fences": {"dtype": "int64", "shape": [1, "fences", 2]},
        },
        "networks": {"parser": {"file": "parser.onnx"}},
        "stack": [{"type": "SequenceNetwork", "network": "parser"}],
        "details": {
            **made["details"],
            "labels": ["+".join(chain) for chain in vocabulary.labels[1:]],
            "tags": list(vocabulary.tags),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vivavoce.training.parser_export", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/trees"), help="folder of train.tsv and dev.tsv")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--hardware", default="CPU")
    arguments = parser.parse_args()
    print(json.dumps(ship_parser(arguments.data, arguments.runs, shipped() / "parser", arguments.hardware), indent=2))


if __name__ == "__main__":
    main()

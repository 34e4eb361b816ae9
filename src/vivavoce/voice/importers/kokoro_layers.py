"""How Kokoro's decoder is normalised, and what takes its place in a stream.

Every layer is normalised by its mean and variance over the whole sentence, which no stream knows. They are replaced by
those that a speaker has in other sentences, so a layer's normalisation and the style's scale and shift are one scale
and one shift of each channel, found once for a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vivavoce.errors import InputError
from vivavoce.voice.importers.graph import Graph, Wire

GENERATOR = "/decoder/decoder/generator/"


@dataclass(frozen=True)
class Normalisation:
    """One layer's: `made` is `scale * (x - mean) / sqrt(variance + epsilon) + shift`; all are names of tensors."""

    made: str
    x: str
    mean: str
    variance: str
    epsilon: str
    scale: str
    shift: str


@dataclass(frozen=True)
class AffineLayers:
    """What makes a network read the scales and shifts of its layers."""

    wire: Wire
    before: list[Any]
    replaced: Mapping[str, list[Any]]
    stored: Mapping[str, np.ndarray]


def find_normalisations(graph: Graph) -> tuple[Normalisation, ...]:
    """The normalisations of the decoder and the generator, in the order of the graph. Raises `InputError` for none."""
    found: list[Normalisation] = []
    for node in graph.model.graph.node:
        if node.op_type == "Add" and node.output[0].startswith("/decoder/"):
            product = graph.makers.get(node.input[0])
            quotient = product and product.op_type == "Mul" and graph.makers.get(product.input[1])
            if quotient and quotient.op_type == "Div":
                found += _normalisation(graph.makers, node, product, quotient)
    if not found:
        raise InputError(f"{graph.place}: has no layers that are normalised as Kokoro's are")
    return tuple(found)


def _normalisation(makers: Mapping[str, Any], node: Any, product: Any, quotient: Any) -> list[Normalisation]:
    centred, root = (makers.get(name) for name in quotient.input)
    if centred is None or root is None or (centred.op_type, root.op_type) != ("Sub", "Sqrt"):
        return []
    mean, padded = makers.get(centred.input[1]), makers.get(root.input[0])
    if mean is None or padded is None or mean.op_type != "ReduceMean" or padded.op_type != "Add":
        return []
    variance, epsilon = padded.input
    return [
        Normalisation(
            node.output[0], centred.input[0], centred.input[1], variance, epsilon, product.input[0], node.input[1]
        )
    ]


def affine_layers(
    node: Callable[..., Any], layers: Sequence[Normalisation], name: str, sizes: Sequence[int]
) -> AffineLayers:
    """Layers of the decoder or of the generator as scales and shifts that the tensor `name` gives; `sizes` are the
    channels of all `layers`, and `node` makes a node of ONNX."""
    chosen = [
        (number, size) for number, (layer, size) in enumerate(zip(layers, sizes, strict=True))
        if layer.made.startswith(GENERATOR) == (name == "generator_affine")
    ]  # fmt: skip
    parts = [f"{what}_{number}" for number, _ in chosen for what in ("scale", "shift")]
    before = [node("Split", [name, f"{name}_sizes"], [f"{part}_row" for part in parts], axis=1)]
    before += [node("Unsqueeze", [f"{part}_row", "last_axis"], [part]) for part in parts]
    replaced = {
        layers[number].made: [
            node("Mul", [layers[number].x, f"scale_{number}"], [f"scaled_{number}"]),
            node("Add", [f"scaled_{number}", f"shift_{number}"], [layers[number].made]),
        ]
        for number, _ in chosen
    }
    stored = {
        f"{name}_sizes": np.array([size for _, size in chosen for _ in range(2)], np.int64),
        "last_axis": np.array([2], np.int64),
    }
    return AffineLayers(Wire(name, name, (1, f"{name}_values")), before, replaced, stored)

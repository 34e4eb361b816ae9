"""Quantised graphs with float activations.

What quantises activations takes its scale from the whole call, so an answer would depend on how a stream is cut.
Weights stay whole numbers in the file, and are scaled when it is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vivavoce.errors import InputError
from vivavoce.voice.importers.graph import FLOAT, Graph, tensors_read

INTEGER = {"MatMulInteger": "MatMul", "ConvInteger": "Conv"}


def dequantise(graph: Graph) -> Graph:
    """The same function with float products. Raises `InputError` for a graph that is quantised in another way."""
    package, model = graph.package, graph.model
    readers: dict[str, list[Any]] = {}
    for node in model.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    replaced: dict[int, list[Any]] = {}
    scaled: set[str] = set()
    for node in model.graph.node:
        if node.op_type in INTEGER:
            product, made = _float_product(graph, node, readers, scaled)
            replaced[id(product)] = made
    nodes: list[Any] = []
    for node in model.graph.node:
        nodes += replaced.get(id(node), [] if node.op_type in INTEGER else [node])
    changed = package.ModelProto()
    changed.CopyFrom(model)
    del changed.graph.node[:]
    changed.graph.node.extend(_prune(nodes, graph.outputs))
    return Graph(changed.SerializeToString(), graph.place)


def scaling(helper: Any, name: str, stem: str) -> list[Any]:
    """Nodes that make `stem_float` of whole numbers, a zero point and a scale; onnxruntime runs them when it loads."""
    return _scale(helper, name, f"{stem}_zero_point", f"{stem}_scale", stem)


def _scale(helper: Any, name: str, zero: str, scale: str, stem: str) -> list[Any]:
    return [
        helper.make_node("Cast", [name], [f"{stem}_float_wide"], to=FLOAT),
        helper.make_node("Cast", [zero], [f"{stem}_float_zero"], to=FLOAT),
        helper.make_node("Sub", [f"{stem}_float_wide", f"{stem}_float_zero"], [f"{stem}_float_centred"]),
        helper.make_node("Mul", [f"{stem}_float_centred", scale], [f"{stem}_float"]),
    ]


def _float_product(
    graph: Graph, node: Any, readers: Mapping[str, list[Any]], scaled: set[str]
) -> tuple[Any, list[Any]]:
    """The node that ends a whole-number product, and those that take its place."""
    helper, makers = graph.package.helper, graph.makers
    quantised = makers.get(node.input[0])
    following = readers[node.output[0]][0]
    bias = _bias(following, makers) if following.op_type == "Add" else None
    cast = readers[following.output[0]][0] if bias else following
    product = readers[cast.output[0]][0] if cast.op_type == "Cast" else None
    factors = makers.get(product.input[1]) if product is not None and product.op_type == "Mul" else None
    whole = quantised is not None and quantised.op_type == "DynamicQuantizeLinear" and len(node.input) == 4
    if not whole or product is None or factors is None:
        raise InputError(f"{graph.place}: is quantised in a way that is not known here")
    scale = next(name for name in factors.input if makers.get(name) is not quantised)
    name, stem = node.input[1], node.input[1].removesuffix("_quantized")
    made = [] if name in scaled else _scale(helper, name, node.input[3], scale, stem)
    scaled.add(name)
    attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
    reads = [makers[node.input[0]].input[0], f"{stem}_float", *([bias] if bias else [])]
    made.append(helper.make_node(INTEGER[node.op_type], reads, list(product.output), **attributes))
    return product, made


def _bias(add: Any, makers: Mapping[str, Any]) -> str | None:
    """The stored bias behind a whole-number one: cast, rounded and divided by the scale of the product."""
    node = next((makers[name] for name in add.input if name in makers and makers[name].op_type == "Reshape"), None)
    while node is not None and node.op_type != "Div":
        node = makers.get(node.input[0])
    return None if node is None else str(node.input[0])


def _prune(nodes: list[Any], outputs: set[str]) -> list[Any]:
    """Nodes that something depends on."""
    needed = set(outputs)
    kept: list[Any] = []
    for node in reversed(nodes):
        if any(name in needed for name in node.output):
            kept.append(node)
            needed |= tensors_read(node)
    return kept[::-1]

"""Cutting ONNX graphs: parts by the names of their tensors, other names for what goes in and out.

Needs the package `onnx`, of the extra `import`: a graph is edited far more safely by the library that defines it than
by code of ours, and who only speaks never loads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vivavoce.blocks.onnx_check import check_onnx
from vivavoce.errors import InputError

OPSET, IR_VERSION = 17, 8
FLOAT, INT64 = 1, 7
_INSIDE = "_inside"


@dataclass(frozen=True, slots=True)
class Wire:
    """An input or output of a part: its name there, its type, its shape, and the tensor of the graph that it is."""

    name: str
    tensor: str
    shape: tuple[int | str, ...]
    dtype: int = FLOAT
    transposed: bool = False
    """Whether the last two axes change places at the edge: (1, frames, width) outside, (1, width, frames) inside."""
    reshaped: tuple[int, ...] = ()
    """The shape that the tensor takes at the edge, as ONNX writes it; for outputs."""


class Graph:
    """A checked model to take parts of."""

    def __init__(self, data: bytes, place: str) -> None:
        """Raises `InputError` for what is not an ONNX file of its own numbers and operators, or without `onnx`."""
        check_onnx(data, place)
        self.package = onnx_package()
        self.place = place
        try:
            self.model = self.package.load_from_string(data)
        except Exception as error:  # protobuf's errors share no base but Exception
            raise InputError(f"{place}: not a valid ONNX file") from error
        graph = self.model.graph
        self.inputs = {item.name for item in graph.input}
        self.outputs = {item.name for item in graph.output}
        self.makers = {name: node for node in graph.node for name in node.output}
        self._weights = {item.name: item for item in graph.initializer}

    def weight(self, name: str) -> np.ndarray:
        """A stored tensor. Raises `InputError` where there is none of that name."""
        if name in self._weights:
            return self.package.numpy_helper.to_array(self._weights[name])
        node = self.makers.get(name)
        if node is not None and node.op_type == "Constant":
            return self.package.numpy_helper.to_array(node.attribute[0].t)
        raise InputError(f'{self.place}: holds no weights "{name}", so it is not the kind of model it seems to be')

    def stored_tensor(self, name: str) -> Any:
        """The same as it lies in the file."""
        self.weight(name)
        return self._weights[name]

    def has(self, *tensors: str) -> bool:
        """Whether the graph knows all of these tensors."""
        known = self.makers.keys() | self.inputs | self._weights.keys()
        return all(name in known for name in tensors)

    def part(
        self,
        inputs: Sequence[Wire],
        outputs: Sequence[Wire],
        stored: Mapping[str, np.ndarray] | None = None,
        before: Sequence[Any] = (),
        after: Sequence[Any] = (),
        replaced: Mapping[str, Sequence[Any]] | None = None,
    ) -> bytes:
        """The network that makes `outputs` of `inputs`, with all it needs inside.

        `stored` are tensors that are numbers here; nodes `before` all others make more of them and of the inputs, those
        `after` all others more of what they made; `replaced` names tensors and the nodes that make them here. Raises
        `InputError` when it needs anything else.
        """
        helper = self.package.helper
        own = [self.package.numpy_helper.from_array(array, name) for name, array in (stored or {}).items()]
        others = {name: list(nodes) for name, nodes in (replaced or {}).items()}
        added = [*before, *after]
        given = {wire.tensor for wire in inputs} | {item.name for item in own} | _tensors_made(added)
        needed = {wire.tensor for wire in outputs} | _tensors_needed(added)
        kept: list[Any] = list(after)[::-1]
        for node in reversed(self.model.graph.node):
            if any(name in needed and name not in given for name in node.output):
                nodes = next((others[name] for name in node.output if name in others), [node])
                kept += nodes[::-1]
                needed |= _tensors_needed(nodes)
        inner = _tensors_made(node for nodes in others.values() for node in nodes)
        if missing := needed - given - inner - self.makers.keys() - self._weights.keys():
            raise InputError(f"{self.place}: cannot be cut, {', '.join(sorted(missing))} would be needed")
        edges = {name for wire in (*inputs, *outputs) for name in (wire.tensor, wire.name)}
        nodes = [_rename_tensors(node, edges) for node in (*before, *kept[::-1])]
        inputs, outputs = [_inner(wire) for wire in inputs], [_inner(wire) for wire in outputs]
        entering = [node for wire in inputs for node in _edge(helper, wire, entering=True)]
        leaving = [node for wire in outputs for node in _edge(helper, wire, entering=False)]
        weights = [item for name, item in self._weights.items() if name in needed and name not in given]
        stored_inside = [_rename_stored(item, edges) for item in (*weights, *own)]
        return self.finish([*entering, *nodes, *leaving], inputs, outputs, stored_inside)

    def finish(
        self, nodes: Iterable[Any], inputs: Sequence[Wire], outputs: Sequence[Wire], stored: Sequence[Any]
    ) -> bytes:
        """A whole model of these nodes."""
        helper = self.package.helper
        graph = helper.make_graph(
            list(nodes),
            "part",
            [helper.make_tensor_value_info(wire.name, wire.dtype, wire.shape) for wire in inputs],
            [helper.make_tensor_value_info(wire.name, wire.dtype, wire.shape) for wire in outputs],
            list(stored),
        )
        opsets = list(self.model.opset_import) or [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION).SerializeToString()


def onnx_package() -> Any:
    """The package. Raises `InputError` where it is not installed."""
    try:
        import onnx
    except ImportError:
        raise InputError("importing voices needs the package onnx: pip install 'vivavoce[import]'") from None

    return onnx


def _edge(helper: Any, wire: Wire, entering: bool) -> list[Any]:
    source, target = (wire.name, wire.tensor) if entering else (wire.tensor, wire.name)
    if wire.transposed:
        return [helper.make_node("Transpose", [source], [target], perm=[0, 2, 1])]
    if wire.reshaped:
        shape = helper.make_node("Constant", [], [f"{target}_shape"], value_ints=list(wire.reshaped))
        return [shape, helper.make_node("Reshape", [source, f"{target}_shape"], [target])]
    return [helper.make_node("Identity", [source], [target])]


def _inner(wire: Wire) -> Wire:
    return replace(wire, tensor=f"{wire.tensor}{_INSIDE}")


def _tensors_made(nodes: Iterable[Any]) -> set[str]:
    return {name for node in nodes for name in node.output}


def _tensors_needed(nodes: Sequence[Any]) -> set[str]:
    """What the nodes read and do not make."""
    return {name for node in nodes for name in tensors_read(node) if name} - _tensors_made(nodes)


def _rename_stored(item: Any, names: set[str]) -> Any:
    if item.name not in names:
        return item
    changed = type(item)()
    changed.CopyFrom(item)
    changed.name = f"{item.name}{_INSIDE}"
    return changed


def _rename_tensors(node: Any, names: set[str]) -> Any:
    """The node with other names for what is known at the edges, which the part's own names must not meet."""
    changed = type(node)()
    changed.CopyFrom(node)
    for field in (changed.input, changed.output):
        field[:] = [f"{name}{_INSIDE}" if name in names else name for name in field]
    return changed


def tensors_read(node: Any) -> set[str]:
    """Every tensor that a node reads, those inside its subgraphs among them."""
    names = set(node.input)
    for attribute in node.attribute:
        for graph in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])):
            inner = {name for item in graph.node for name in item.output} | {item.name for item in graph.input}
            names |= {name for item in graph.node for name in tensors_read(item)} - inner
    return names

"""ONNX graphs of these layers: int8 products as in libopus, recurrent parts in a Scan over frames.

Weights that are mostly zero are stored as the blocks that are not, and put in place when the session is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

from vivavoce.redundancy.importer.layers import COLUMNS, ROWS, Linear

OPSET, IR_VERSION = 18, 9
FRAMES = "frames"
_SPARSE = 0.75
"""Weights with a smaller share of blocks that are not zero are stored by block."""
_TYPES = {"float": TensorProto.FLOAT, "int64": TensorProto.INT64, "bool": TensorProto.BOOL}


Body = Callable[[dict[str, str], dict[str, str]], tuple[dict[str, str], dict[str, str]]]
"""What a frame does: states and inputs by name -> states and outputs by name."""


class Graph:
    """Nodes as they are added; a value is its name."""

    def __init__(self, layers: Mapping[str, Linear]) -> None:
        self._layers = layers
        self.nodes: list[NodeProto] = []
        self._setup: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}
        self._count = 0

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node. -> the name of its output, or a list of them."""
        names = [f"v{self._count + index}" for index in range(outputs)]
        self._count += outputs
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, name: str, value: Any, dtype: npt.DTypeLike = np.float32) -> str:
        """The name of a constant."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value, dtype), name)
        return name

    def linear(self, layer: str, value: str) -> str:
        """A layer applied to (1, inputs)."""
        found = self._layers[layer]
        if found.scale is None:
            product = self.op("MatMul", value, self.constant(f"{layer}.weights", found.weights.T))
        else:
            unit, zero = self.constant("unit", 1 / 127), self.constant("zero", 127, np.uint8)
            rounded = self.op("QuantizeLinear", value, unit, zero)
            whole = self.op("MatMulInteger", rounded, self._integers(layer, found.weights.T), zero)
            product = self.op(
                "Mul", self.op("Cast", whole, to=TensorProto.FLOAT), self.constant(f"{layer}.scale", found.scale)
            )
        return product if found.bias is None else self.op("Add", product, self.constant(f"{layer}.bias", found.bias))

    def tanh(self, layer: str, value: str) -> str:
        """A layer and its activation."""
        return self.op("Tanh", self.linear(layer, value))

    def sigmoid(self, layer: str, value: str) -> str:
        """A layer and its activation."""
        return self.op("Sigmoid", self.linear(layer, value))

    def glu(self, layer: str, value: str) -> str:
        """A value times its gate."""
        return self.op("Mul", value, self.sigmoid(layer, value))

    def concat(self, *values: str) -> str:
        """Values one after the other, along their last axis."""
        return self.op("Concat", *values, axis=1)

    def slice(self, value: str, start: int, stop: int) -> str:
        """Part of (1, values)."""
        edges = [self.constant(f"at{edge}", [edge], np.int64) for edge in (start, stop)]
        return self.op("Slice", value, *edges, self.constant("at1", [1], np.int64))

    def split(self, value: str, sizes: Sequence[int]) -> list[str]:
        """(1, values) in parts."""
        name = "sizes" + "_".join(map(str, sizes))
        return self.op("Split", value, self.constant(name, sizes, np.int64), outputs=len(sizes), axis=1)

    def gru(self, layer: str, state: str, value: str, size: int) -> str:
        """The next state, (1, size); gates in the order update, reset, new, the reset after the product."""
        gates = self.split(self.linear(f"{layer}_input", value), [2 * size, size])
        past = self.split(self.linear(f"{layer}_recurrent", state), [2 * size, size])
        update, reset = self.split(self.op("Sigmoid", self.op("Add", gates[0], past[0])), [size, size])
        new = self.op("Tanh", self.op("Add", gates[1], self.op("Mul", past[1], reset)))
        return self.op("Add", new, self.op("Mul", update, self.op("Sub", state, new)))

    def name(self, value: str, name: str) -> str:
        """The value under a name that others see."""
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        return name

    def scan(
        self,
        body: Body,
        states: Mapping[str, tuple[str, int]],
        inputs: Mapping[str, tuple[str, int, str]],
        outputs: Mapping[str, int],
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Run `body` for each frame. Frames are axis 1 of inputs and outputs.

        `states`: name -> (initial value, size); `inputs`: name -> (value, size, type); `outputs`: name -> size.
        -> the states after the last frame and the outputs of all frames.
        """
        outer, self.nodes = self.nodes, []
        inside = {name: f"in_{name}" for name in inputs}
        before = {name: f"past_{name}" for name in states}
        after, made = body(before, inside)
        results = [self.name(after[name], f"after_{name}") for name in states]
        results += [self.name(made[name], f"out_{name}") for name in outputs]
        graph = helper.make_graph(
            self.nodes,
            "frame",
            [_info(before[name], "float", 1, size) for name, (_, size) in states.items()]
            + [_info(inside[name], kind, 1, size) for name, (_, size, kind) in inputs.items()],
            [_info(result, "float", 1, size) for result, size in zip(results, _sizes(states, outputs), strict=True)],
        )
        self.nodes = outer
        given = [value for value, _ in states.values()] + [value for value, _, _ in inputs.values()]
        names = self.op(
            "Scan",
            *given,
            outputs=len(states) + len(outputs),
            body=graph,
            num_scan_inputs=len(inputs),
            scan_input_axes=[1] * len(inputs),
            scan_output_axes=[1] * len(outputs),
        )
        names = [names] if isinstance(names, str) else names
        return dict(zip(states, names, strict=False)), dict(zip(outputs, names[len(states) :], strict=True))

    def scan_model(
        self,
        name: str,
        body: Body,
        states: Mapping[str, int],
        inputs: Mapping[str, tuple[int, str]],
        outputs: Mapping[str, int],
    ) -> bytes:
        """A network that runs `body` for each frame, its states given as `state_NAME` and returned as
        `next_state_NAME`. `states` and `outputs`: name -> size; `inputs`: name -> (size, type)."""
        given = {name: (name, size, kind) for name, (size, kind) in inputs.items()}
        after, made = self.scan(body, {name: (f"state_{name}", size) for name, size in states.items()}, given, outputs)
        for wire, value in made.items():
            self.name(value, wire)
        for wire, value in after.items():
            self.name(value, f"next_state_{wire}")
        return self.model(
            name,
            [value_info(wire, size, kind) for wire, (size, kind) in inputs.items()]
            + [state_info(f"state_{wire}", size) for wire, size in states.items()],
            [value_info(wire, size) for wire, size in outputs.items()]
            + [state_info(f"next_state_{wire}", size) for wire, size in states.items()],
        )

    def model(self, name: str, inputs: Sequence[ValueInfoProto], outputs: Sequence[ValueInfoProto]) -> bytes:
        """The ONNX file."""
        graph: GraphProto = helper.make_graph(
            [*self._setup, *self.nodes], name, list(inputs), list(outputs), list(self._constants.values())
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        checker.check_model(model)  # pyright: ignore[reportUnknownMemberType]: os.PathLike without its type
        return model.SerializeToString()

    def _integers(self, layer: str, weights: npt.NDArray[np.int8]) -> str:
        """int8 weights (inputs, outputs), whole or as the blocks that are not zero."""
        name = f"{layer}.weights"
        inputs, outputs = weights.shape
        blocks = (
            weights.reshape(inputs // COLUMNS, COLUMNS, outputs // ROWS, ROWS)
            if not (inputs % COLUMNS or outputs % ROWS)
            else None
        )
        if blocks is None or (blocks != 0).any(axis=(1, 3)).mean() > _SPARSE:
            return self.constant(name, weights, np.int8)
        places = np.argwhere((blocks != 0).any(axis=(1, 3)))
        if not any(name in node.output for node in self._setup):
            stored = self.constant(f"{name}.blocks", blocks.transpose(0, 2, 1, 3)[tuple(places.T)], np.int8)
            packed = self.constant(f"{name}.places", places, np.int16)
            shape = self.constant(f"{name}.shape", [inputs // COLUMNS, outputs // ROWS, COLUMNS, ROWS], np.int64)
            empty = numpy_helper.from_array(np.zeros(1, np.int8))
            self._setup += [
                helper.make_node("ConstantOfShape", [shape], [f"{name}.empty"], value=empty),
                helper.make_node("Cast", [packed], [f"{name}.at"], to=TensorProto.INT64),
                helper.make_node("ScatterND", [f"{name}.empty", f"{name}.at", stored], [f"{name}.grid"]),
                helper.make_node("Transpose", [f"{name}.grid"], [f"{name}.rows"], perm=[0, 2, 1, 3]),
                helper.make_node(
                    "Reshape", [f"{name}.rows", self.constant(f"{name}.size", [inputs, outputs], np.int64)], [name]
                ),
            ]
        return name


def value_info(name: str, size: int, kind: str = "float") -> ValueInfoProto:
    """(1, frames, size)."""
    return _info(name, kind, 1, FRAMES, size)


def state_info(name: str, *shape: int) -> ValueInfoProto:
    """A state, (1, ...)."""
    return _info(name, "float", 1, *shape)


def _info(name: str, kind: str, *shape: int | str) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, _TYPES[kind], list(shape))


def _sizes(states: Mapping[str, tuple[str, int]], outputs: Mapping[str, int]) -> list[int]:
    return [size for _, size in states.values()] + list(outputs.values())

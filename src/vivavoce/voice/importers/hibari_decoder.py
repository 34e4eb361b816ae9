"""hibari's frame decoder written anew, with its past as a value: it streams exactly.

Every convolution takes six frames of what it read before, and `valid` travels with the frames: what lies outside the
sentence is zero at every layer, as it is when the whole is padded. An answer comes 27 frames late, three for each of
nine convolutions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vivavoce.errors import InputError
from vivavoce.voice.importers.dequantise import scaling
from vivavoce.voice.importers.graph import Graph, Wire

LAYERS, WIDTH, KERNEL, BINS = 8, 256, 7, 601
HALF, PAST = KERNEL // 2, KERNEL - 1
LOOKAHEAD = HALF * (LAYERS + 1)
PARTS = ("harmonic", "rotation", "noise", "residual", "phase")
READ = 130


def decoder_network(graph: Graph) -> bytes:
    """The decoder as a streaming network. Raises `InputError` where a weight is missing or of another size."""
    writer = _Writer(graph)
    inputs = [
        Wire("encoded", "encoded", (1, "frames", READ - 2)),
        *(Wire(name, name, (1, "frames")) for name in ("f0", "energy", "valid")),
        Wire("state_valid", "state_valid", (1, LOOKAHEAD)),
        *(Wire(f"state_{n}", f"state_{n}", (1, PAST, READ if n == 0 else WIDTH)) for n in range(LAYERS + 1)),
    ]
    outputs = [
        *(Wire(name, name, (1, "frames", BINS)) for name in PARTS),
        *(Wire(f"next_{wire.name}", f"next_{wire.name}", wire.shape) for wire in inputs[4:]),
    ]
    writer.write()
    return graph.finish(writer.nodes, inputs, outputs, list(writer.stored.values()))


class _Writer:
    """Nodes of the decoder, one after the other."""

    def __init__(self, graph: Graph) -> None:
        self._graph, self._helper = graph, graph.package.helper
        self.nodes: list[Any] = []
        self.stored: dict[str, Any] = {}
        self._count = 0

    def write(self) -> None:
        past = self._op("Concat", "state_valid", "valid", axis=1)
        self._cut(past, -LOOKAHEAD, None, "next_state_valid")
        pitch = self._op("Log", self._op("Add", self._op("Relu", "f0"), self._constant(1.0)))
        tracks = [self._op("Mul", track, self._constant(0.2)) for track in (pitch, "energy")]
        hidden = self._op("Concat", "encoded", *(self._op("Unsqueeze", t, self._ints(2)) for t in tracks), axis=2)
        for layer in range(LAYERS + 1):
            valid = self._cut(past, LOOKAHEAD - HALF * layer, -HALF * layer or None)
            hidden = self._layer(layer, self._op("Mul", hidden, self._op("Unsqueeze", valid, self._ints(2))))
        hidden = self._norm(hidden, "m.dec_norm")
        parts = self._linear(hidden, "m.head")
        sizes = self._ints(*[BINS] * len(PARTS))
        self.nodes.append(self._helper.make_node("Split", [parts, sizes], list(PARTS), axis=2))

    def _layer(self, layer: int, hidden: str) -> str:
        seen = self._op("Concat", f"state_{layer}", hidden, axis=1)
        self._cut(seen, -PAST, None, f"next_state_{layer}")
        turned = self._op("Transpose", seen, perm=[0, 2, 1])
        name = "m.dec_in" if layer == 0 else f"m.dec.{layer - 1}.dw"
        groups = 1 if layer == 0 else WIDTH
        mixed = self._op("Conv", turned, self._weight(f"{name}.weight"), self._weight(f"{name}.bias"), group=groups)
        mixed = self._op("Transpose", mixed, perm=[0, 2, 1])
        if layer == 0:
            return mixed
        block = f"m.dec.{layer - 1}"
        wide = self._gelu(self._linear(self._norm(mixed, f"{block}.norm"), f"{block}.pw1"))
        scaled = self._op("Mul", self._linear(wide, f"{block}.pw2"), self._weight(f"{block}.gamma", flat=True))
        return self._op("Add", scaled, self._cut(seen, HALF, -HALF))

    def _norm(self, hidden: str, name: str) -> str:
        scale, shift = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        return self._op("LayerNormalization", hidden, scale, shift, axis=-1, epsilon=1e-5)

    def _linear(self, hidden: str, name: str) -> str:
        """A matrix that the graph multiplies before it adds the bias of this name."""
        bias = f"{name}.bias"
        for node in self._graph.model.graph.node:
            if node.op_type == "Add" and bias in node.input:
                (other,) = (item for item in node.input if item != bias)
                maker = self._graph.makers.get(other)
                if maker is not None and maker.op_type == "MatMul":
                    return self._op("Add", self._op("MatMul", hidden, self._matrix(maker.input[1])), self._weight(bias))
        raise InputError(f'{self._graph.place}: holds no layer "{name}", so it is not a voice of hibari')

    def _matrix(self, name: str) -> str:
        stem = name.removesuffix("_float")
        if stem == name:
            return self._weight(name)
        for part in ("_quantized", "_zero_point", "_scale"):
            self._weight(f"{stem}{part}")
        self.nodes += scaling(self._helper, f"{stem}_quantized", stem)
        return name

    def _gelu(self, hidden: str) -> str:
        error = self._op("Erf", self._op("Mul", hidden, self._constant(2.0**-0.5)))
        halved = self._op("Mul", hidden, self._constant(0.5))
        return self._op("Mul", halved, self._op("Add", error, self._constant(1.0)))

    def _weight(self, name: str, flat: bool = False) -> str:
        if name not in self.stored:
            stored = self._graph.stored_tensor(name)
            if flat:
                stored = self._graph.package.numpy_helper.from_array(self._graph.weight(name).ravel(), name)
            self.stored[name] = stored
        return name

    def _constant(self, value: float) -> str:
        return self._op("Constant", value_float=value)

    def _ints(self, *values: int) -> str:
        return self._op("Constant", value_ints=list(values))

    def _cut(self, name: str, start: int, stop: int | None, output: str = "") -> str:
        end = np.iinfo(np.int32).max if stop is None else stop
        reads = (name, self._ints(start), self._ints(int(end)), self._ints(1))
        return self._op("Slice", *reads, output=output)

    def _op(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        self._count += 1
        name = output or f"t{self._count}"
        self.nodes.append(self._helper.make_node(operator, list(inputs), [name], **attributes))
        return name

"""From a trained network to ONNX with the names and shapes that blocks expect, weights as half floats or in 8 bits."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import onnx
import torch
from torch import Tensor

from vivavoce.blocks.tensors import Tensors
from vivavoce.training.core.quantize import quantize_linear_layers
from vivavoce.training.core.weights import store_half, store_int8

Axes = Mapping[str, Mapping[int, str]]
"""By tensor, the dimensions whose size is free, with their names: `{"mel": {1: "frames"}}`."""


@dataclass(frozen=True, kw_only=True)
class NetworkExport:
    """One network to write: an example of its inputs by name, the names of its outputs, and which sizes are free."""

    network: Any
    inputs: Mapping[str, Tensor]
    outputs: tuple[str, ...]
    axes: Axes = field(default_factory=dict)
    role: str = "encoder"
    """What it is to the stack, see `blocks`."""
    half: bool = True
    """Store large weights as half floats."""
    int8: bool = False
    """Store large matrices as int8."""
    int8_axis: int = -2
    """Where the inputs lie in those matrices: -2 in (inputs, outputs), -1 in (outputs, inputs) of recurrent layers."""
    keep_names: bool = False
    """Keep each parameter as it is called in the network, so that training can go on from the ONNX; onnxruntime then
    folds constants when it loads the network."""
    calibration: Sequence[Tensors] = ()
    """Inputs as they will be: with them linear layers are stored and run in 8 bits."""

    def to_onnx(self) -> bytes:
        """The network as ONNX."""
        model = _trace(self)
        if self.calibration:
            model = quantize_linear_layers(model, self.calibration)
        model = store_int8(model, self.int8_axis) if self.int8 else model
        return (store_half(model) if self.half else model).SerializeToString()

    def manifest_inputs(self) -> dict[str, dict[str, Any]]:
        """The inputs as `addon.json` describes them."""
        return {
            name: {
                "dtype": str(tensor.dtype).removeprefix("torch."),
                "shape": [self.axes.get(name, {}).get(axis, size) for axis, size in enumerate(tensor.shape)],
            }
            for name, tensor in self.inputs.items()
        }


class StreamingNetwork(Protocol):
    """A network that takes a chunk and a row of states, and gives `outputs` and the states after it."""

    @property
    def outputs(self) -> tuple[str, ...]: ...

    def initial_states(self) -> list[Tensor]: ...


def streaming_export(
    network: StreamingNetwork, chunk: Mapping[str, Tensor], role: str, *, int8: bool = False
) -> NetworkExport:
    """The export of a network of chunks: frames along axis 1 are free, states become `state_0`, `next_state_0` …"""
    states = {f"state_{number}": state for number, state in enumerate(network.initial_states())}
    outputs = (*network.outputs, *(f"next_{name}" for name in states))
    axes = {name: {1: "frames"} for name in (*chunk, *network.outputs)}
    return NetworkExport(network=network, inputs={**chunk, **states}, outputs=outputs, axes=axes, role=role, int8=int8)


def _trace(export: NetworkExport) -> onnx.ModelProto:
    """Trace the network, and write the true shapes of the outputs where the exporter gave up and invented names."""
    network, inputs = export.network.eval(), tuple(export.inputs.values())
    names = (*export.inputs, *export.outputs)
    with warnings.catch_warnings(), torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")  # the exporter warns of its own age, and of loops over constant lists
        path = Path(folder) / "network.onnx"
        torch.onnx.export(
            network, inputs, str(path), input_names=list(export.inputs), output_names=list(export.outputs),
            dynamic_axes={name: dict(axes) for name, axes in export.axes.items() if name in names},
            opset_version=17, dynamo=False, do_constant_folding=not export.keep_names,
        )  # fmt: skip
        model = onnx.load(path)
        answers = network(*inputs)
    answers = answers if isinstance(answers, tuple) else (answers,)
    for output, answer in zip(model.graph.output, answers, strict=True):
        free = export.axes.get(output.name, {})
        for axis, (size, dimension) in enumerate(zip(answer.shape, output.type.tensor_type.shape.dim, strict=True)):
            dimension.Clear()
            if axis in free:
                dimension.dim_param = free[axis]
            else:
                dimension.dim_value = size
    return model

"""An ONNX network in onnxruntime, with plain names and one kind of error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from vivavoce.blocks.json_values import shown
from vivavoce.blocks.tensors import Dimension, Specs, StackError, Tensors, TensorSpec
from vivavoce.errors import InputError

DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(int8)": "int8",
    "tensor(uint8)": "uint8",
    "tensor(bool)": "bool",
}
ERRORS_ONLY = 3
MAX_NAME = 100
UNWANTED = ["MatMulAddFusion"]
"""Fusions of onnxruntime that apply where sizes are fixed alone: this one hides layers of 8 bits from a faster one, and
rounds otherwise than where sizes are free."""


class Session:
    """One compiled network. `sizes` fixes symbolic dimensions before it is optimised."""

    keeps_memory: ClassVar[bool] = True
    """Whether networks compiled from now on keep the memory that a run took for the next one, which is a twentieth
    faster; what they keep is that of their largest run, doubled at each step, for good."""

    def __init__(
        self,
        model: bytes,
        place: str,
        provider: str = "CPUExecutionProvider",
        threads: int = 1,
        sizes: Mapping[str, int] | None = None,
    ) -> None:
        import onnxruntime  # a tenth of a second, which listing or describing addons need not wait for

        self.place = place
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = ERRORS_ONLY
        options.enable_cpu_mem_arena = self.keeps_memory  # pyright: ignore[reportAttributeAccessIssue]
        options.add_session_config_entry("session.load_model_format", "ONNX")
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        for name, size in (sizes or {}).items():
            options.add_free_dimension_override_by_name(name, size)
        try:
            self._session = onnxruntime.InferenceSession(
                model,
                options,
                providers=[provider],
                disabled_optimizers=UNWANTED,  # pyright: ignore[reportCallIssue]
            )
        except Exception as error:  # onnxruntime's errors share no base but Exception
            raise InputError(f"{place}: onnxruntime cannot load the network, {_first_line(error)}") from error
        if provider not in self._session.get_providers():
            raise InputError(f"{place}: onnxruntime has {provider} but cannot start it here")
        self.inputs: Specs = {node.name: self._spec(node) for node in self._session.get_inputs()}
        self.outputs: Specs = {node.name: self._spec(node) for node in self._session.get_outputs()}
        self._names = list(self.outputs)

    def run(self, feed: Tensors) -> dict[str, np.ndarray]:
        """All outputs by name. Raises `InputError` when the network does not take the tensors."""
        try:
            made = self._session.run(self._names, feed)
        except Exception as error:  # as above
            raise InputError(f"{self.place}: the network fails, {_first_line(error)}") from error
        return dict(zip(self._names, made, strict=True))

    def _spec(self, node: Any) -> TensorSpec:
        if node.type not in DTYPES:
            raise StackError(f"{self.place}: {shown(node.name)} is a {node.type}, which no block can supply")
        for name in (node.name, *(size for size in node.shape if isinstance(size, str))):
            if len(name) > MAX_NAME or not name.isprintable():
                raise StackError(f"{self.place}: the name {shown(name)} of an input or output is too long or not text")
        shape: tuple[Dimension, ...] = tuple(None if type(size) is int and size < 0 else size for size in node.shape)
        return TensorSpec(node.name, DTYPES[node.type], shape)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return "".join(character for character in lines[0][:300] if character.isprintable())

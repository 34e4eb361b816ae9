"""Layers of a network as libopus's generated C files hold them.

Dense int8 weights lie in blocks of 8 outputs by 4 inputs; sparse ones have, for each 8 outputs, a count and the first
inputs of the blocks that are not zero. A product of int8 is `scale * (weights @ round(127 x))`; as floats the weights
are `127 * scale * weights`. Float weights lie input by input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vivavoce.errors import InputError

Array = npt.NDArray[Any]

ROWS, COLUMNS = 8, 4
"""Outputs and inputs of a block of weights."""

_TYPES = {"float": np.float32, "opus_int8": np.int8, "int": np.int32, "opus_uint8": np.uint8}
_ARRAY = re.compile(r"^(?:static )?const (\w+) (\w+)\[(\d+)\] = \{(.*?)\};", re.DOTALL | re.MULTILINE)
_LINEAR = re.compile(r"linear_init\(&model->(\w+),\s*arrays,(.*?),\s*(\d+),\s*(\d+)\)\)")
_CONV = re.compile(r'conv2d_init\(&model->(\w+),\s*arrays,\s*"(\w+)",\s*"(\w+)",' + r"\s*(\d+)," * 3 + r"\s*(\d+)\)\)")


@dataclass(frozen=True)
class Linear:
    """`outputs = weights @ inputs + bias`."""

    weights: Array
    """(outputs, inputs), int8 or float32."""
    bias: Array | None
    """(outputs,)"""
    scale: Array | None = None
    """(outputs,), where the weights are int8."""


@dataclass(frozen=True)
class Conv2d:
    """A convolution over time and lag."""

    weights: Array
    """(outputs, inputs, times, lags)"""
    bias: Array
    """(outputs,)"""


def read_arrays(code: str) -> dict[str, Array]:
    """All arrays of numbers in a C file, by name. Raises `InputError` for one that is not as long as it says."""
    arrays: dict[str, Array] = {}
    for kind, name, size, values in _ARRAY.findall(code):
        if kind not in _TYPES:
            continue
        numbers = re.sub(r"(?<=[\d.])f\b", "", values).replace("\n", " ").strip(" ,").split(",")
        if len(numbers) != int(size):
            raise InputError(f"{name}: {len(numbers)} values in an array of {size}")
        arrays[name] = np.array(numbers, np.float64).astype(_TYPES[kind])
    return arrays


def read_linear(code: str) -> dict[str, Linear]:
    """The linear layers of a network (convolutions over time included), by name."""
    arrays = read_arrays(code)
    return {
        name: _linear(arrays, [word.strip().strip('"') for word in names.split(",")], int(inputs), int(outputs))
        for name, names, inputs, outputs in _LINEAR.findall(code)
    }


def read_conv2d(code: str) -> dict[str, Conv2d]:
    """The two-dimensional convolutions of a network, by name."""
    arrays = read_arrays(code)
    return {
        name: Conv2d(arrays[weights].reshape([int(size) for size in (outputs, inputs, times, lags)]), arrays[bias])
        for name, bias, weights, inputs, outputs, times, lags in _CONV.findall(code)
    }


def _linear(arrays: dict[str, Array], names: list[str], inputs: int, outputs: int) -> Linear:
    bias, _, integers, floats, blocks, _, scale = (arrays.get(name) for name in names)
    if integers is None:
        if floats is None:
            raise InputError("a layer without weights")
        return Linear(np.ascontiguousarray(floats.reshape(inputs, outputs).T), bias)
    if blocks is None:
        dense = integers.reshape(outputs // ROWS, inputs // COLUMNS, ROWS, COLUMNS)
        return Linear(dense.transpose(0, 2, 1, 3).reshape(outputs, inputs), bias, scale)
    weights, place = np.zeros((outputs, inputs), np.int8), 0
    stored = integers.reshape(-1, ROWS, COLUMNS)
    read = iter(blocks.tolist())
    for row in range(0, outputs, ROWS):
        for _ in range(next(read)):
            column = next(read)
            weights[row : row + ROWS, column : column + COLUMNS] = stored[place]
            place += 1
    if place != len(stored):
        raise InputError(f"{place} blocks of weights are placed, {len(stored)} are stored")
    return Linear(weights, bias, scale)

"""What an ONNX file is made of, read before onnxruntime sees it.

A walk over the protobuf wire format that follows only the messages which can hold nodes or tensors. It refuses
whatever makes a network more than numbers in its own file: external data, operators that are not onnxruntime's own,
operators that read files, training graphs, tensors that say to be larger than their file. Field numbers are those of
onnx.proto3, which has not moved any.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from vivavoce.blocks.json_values import shown
from vivavoce.errors import InputError

ALLOWED_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Operators that onnxruntime brings with it."""

FILE_READING_OPERATORS = frozenset({"EPContext"})

MAX_DEPTH = 64

FOLLOWED = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse tensor", 23: "sparse tensor"},
    "sparse tensor": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""Fields whose values are messages to look into. Where a field is given twice both are looked into."""

GRAPH, TRAINING_INFO, FUNCTION = 7, 20, 25
FUNCTION_NAME, FUNCTION_DOMAIN = 1, 10
OPERATOR, DOMAIN = 4, 7
EXTERNAL_DATA, DATA_LOCATION = 13, 14
DIMENSIONS = {"tensor": 1, "sparse tensor": 3}
MOST_PER_BYTE = 4
"""Numbers of the narrowest type that a byte holds."""
MOST_SPARSE = 1 << 24
"""Numbers of a sparse tensor, which takes memory for all of them though the file holds few."""

Functions = frozenset[tuple[str, str]]


class MalformedError(Exception):
    """Bytes that are not a protobuf message."""


def check_onnx(model: bytes, place: str) -> None:
    """Raise `InputError` unless `model` is an ONNX file whose every number and operator is its own."""
    if model[4:8] == b"ORTM":
        raise InputError(f"{place}: in onnxruntime's own format, export it as ONNX")
    view = memoryview(model)
    try:
        fields = [number for number, _ in _fields(view)]
        if fields.count(GRAPH) != 1:
            raise MalformedError
        if TRAINING_INFO in fields:
            raise InputError(f"{place}: holds a training graph, export the network for inference")
        _check(view, "model", frozenset(_functions(view)), place, 0)
    except MalformedError:
        raise InputError(f"{place}: not a valid ONNX file") from None


def _check(message: memoryview, kind: str, functions: Functions, place: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise InputError(f"{place}: nested more than {MAX_DEPTH} levels deep")
    domain = operator = ""
    numbers = 1
    for number, value in _fields(message):
        if number == DIMENSIONS.get(kind):
            numbers *= math.prod(_numbers(value))
        elif number in FOLLOWED[kind]:
            _check(_message(value), FOLLOWED[kind][number], functions, place, depth + 1)
        elif kind == "tensor" and (number == EXTERNAL_DATA or (number == DATA_LOCATION and value)):
            raise InputError(f"{place}: keeps data in another file, export the network with all data inside")
        elif kind == "node" and number == DOMAIN:
            domain = _text(value)
        elif kind == "node" and number == OPERATOR:
            operator = _text(value)
    if numbers > (MOST_SPARSE if kind == "sparse tensor" else MOST_PER_BYTE * len(message)):
        raise InputError(f"{place}: declares a tensor of {numbers:.3g} numbers, more than the file holds")
    if operator in FILE_READING_OPERATORS or (domain not in ALLOWED_DOMAINS and (domain, operator) not in functions):
        named = f"operator {shown(operator)} of domain {shown(domain)}"
        raise InputError(f"{place}: {named} is not allowed, only those that come with onnxruntime are")


def _functions(model: memoryview) -> Iterator[tuple[str, str]]:
    """Domain and name of every function that the model itself defines."""
    for number, value in _fields(model):
        if number == FUNCTION:
            named = dict(_fields(_message(value)))
            yield _text(named.get(FUNCTION_DOMAIN, b"")), _text(named.get(FUNCTION_NAME, b""))


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of every field: an int, or the bytes of a string, a message or a fixed-width number."""
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(message, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise MalformedError
        if size > end - at:
            raise MalformedError
        yield number, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    if at < len(message) and message[at] < 128:  # nearly all
        return message[at], at + 1
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise MalformedError
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise MalformedError


def _numbers(value: int | memoryview) -> Iterator[int]:
    """One integer, or several packed into one field."""
    if isinstance(value, int):
        yield value
        return
    at = 0
    while at < len(value):
        number, at = _varint(value, at)
        yield number


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise MalformedError
    return value


def _text(value: int | memoryview | bytes) -> str:
    if isinstance(value, int):
        raise MalformedError
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        raise MalformedError from None

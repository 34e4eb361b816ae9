"""Strict reading of untrusted JSON: bounded, no duplicates, and every complaint names its place."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from vivavoce.errors import InputError
from vivavoce.json_types import is_list, is_object

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_KEY = 100

NOT_JSON = {"not_json": True}
"""Metadata of a dataclass field that Python may set and JSON may not."""

T = TypeVar("T")

_NAMES = {str: "a string", int: "an integer", float: "a number", bool: "true or false", dict: "an object"}


def parse_json(text: bytes, place: str) -> Any:
    """Parse at most 1 MiB of UTF-8 JSON, at most 32 levels deep, into dicts, lists and scalars.

    Raises `InputError` for duplicate keys, NaN, infinity, and strings with control characters.
    """
    if len(text) > MAX_BYTES:
        raise InputError(f"{place}: {len(text)} bytes of JSON, at most {MAX_BYTES} are read")
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError:
        raise InputError(f"{place}: JSON nested more than {MAX_DEPTH} levels deep") from None
    except ValueError as error:
        raise InputError(f"{place}: not valid JSON, {error}") from None
    _check_values(value, place, MAX_DEPTH)
    return value


def read_dataclass(cls: type[T], value: Any, place: str) -> T:
    """Build a dataclass from a JSON object with exactly its fields, each of exactly its type.

    Knows str, int, float, bool, None, `Any`, `X | None`, `dict[str, X]`, `tuple[X, ...]` and nested dataclasses.
    Raises `InputError` naming the path of a key that is unknown, missing or of the wrong type.
    """
    if not is_object(value):
        raise InputError(f"{place}: expected an object, got {shown(value)}")
    known, hints = _fields(cls)
    for key in value:
        if key not in known:
            raise InputError(f'{place}: unknown key "{key}", known are {", ".join(known) or "none"}')
    arguments = {}
    for name, field in known.items():
        if name in value:
            arguments[name] = _read(hints[name], value[name], f"{place}.{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise InputError(f'{place}: key "{name}" is missing')
    try:
        return cls(**arguments)
    except InputError as error:
        raise type(error)(f"{place}: {error}") from None


def _read(kind: Any, value: Any, place: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if origin in (UnionType, Union):
        return _read_union(arguments, value, place)
    if origin is tuple:
        if not is_list(value):
            raise InputError(f"{place}: expected a list, got {shown(value)}")
        return tuple(_read(arguments[0], item, f"{place}[{index}]") for index, item in enumerate(value))
    if origin is dict:
        if not is_object(value):
            raise InputError(f"{place}: expected an object, got {shown(value)}")
        return {key: _read(arguments[1], item, f"{place}.{key}") for key, item in value.items()}
    if is_dataclass(kind):
        return read_dataclass(kind, value, place)  # type: ignore[type-var]
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise InputError(f"{place}: expected {_NAMES.get(kind, str(kind))}, got {shown(value)}")
    return value


def _read_union(kinds: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and NoneType in kinds:
        return None
    rest = [kind for kind in kinds if kind is not NoneType]
    for kind in rest[:-1]:
        if type(value) is kind:
            return value
    return _read(rest[-1], value, place)


@cache
def _fields(cls: type) -> tuple[dict[str, Field[Any]], dict[str, Any]]:
    if not is_dataclass(cls):
        return {}, {}
    known = {field.name: field for field in fields(cls) if field.init and not field.metadata.get("not_json")}
    return known, get_type_hints(cls)


def shown(value: Any) -> str:
    """A JSON value as a message quotes it: on one line, and short."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise ValueError(f"key {shown(twice)} appears twice in one object")
    return made


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that JSON has")


def _check_values(value: Any, place: str, levels: int) -> None:
    if levels < 0:
        raise InputError(f"{place}: JSON nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, float) and not isfinite(value):
        raise InputError(f"{place}: a number too large to represent")
    elif is_object(value):
        for key, item in value.items():
            if len(key) > MAX_KEY or not key.isprintable():
                raise InputError(f"{place}: the key {shown(key)} is too long or not text")
            _check_values(item, f"{place}.{key}", levels - 1)
    elif is_list(value):
        for index, item in enumerate(value):
            _check_values(item, f"{place}[{index}]", levels - 1)


def _check_text(text: str, place: str) -> None:
    """Text from an addon reaches terminals and logs, where control characters would be obeyed."""
    for character in text:
        if (not character.isprintable()) and character not in "\n\t":
            raise InputError(f"{place}: a string holds the character U+{ord(character):04X}, which is not text")

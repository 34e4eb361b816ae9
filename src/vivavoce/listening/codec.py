"""Tests as JSON. Whatever is read is checked against the types of `definition`; nothing is run."""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from vivavoce.errors import InputError
from vivavoce.files import write_text
from vivavoce.json_types import is_list, is_object, is_sequence
from vivavoce.listening.definition import Finish, Group, ListeningTest, Message, Trial, Volume

TEST_FILE = "test.json"
MAX_BYTES = 16 << 20
PAGE_TYPES: dict[str, type] = {
    "trial": Trial, "message": Message, "volume": Volume, "finish": Finish, "group": Group
}  # fmt: skip


def write_test(folder: Path, test: ListeningTest) -> None:
    """Write the test's definition into its folder."""
    write_text(folder / TEST_FILE, json.dumps(to_json(test), indent=1, ensure_ascii=False) + "\n")


def read_test(folder: Path) -> ListeningTest:
    """The test of a folder. Raises `InputError` naming the place that is wrong."""
    path = folder / TEST_FILE
    if not path.is_file():
        raise InputError(f"{folder}: no listening test, there is no {TEST_FILE} in it (make one with new)")
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path}: over {MAX_BYTES >> 20} MiB")
    try:
        return from_json(ListeningTest, json.loads(path.read_text(encoding="utf-8")), path.name)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a listening test ({error})") from None


def to_json(value: Any) -> Any:
    """Dataclasses as objects; pages say their type."""
    if is_dataclass(value) and not isinstance(value, type):
        made = {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
        name = next((name for name, kind in PAGE_TYPES.items() if isinstance(value, kind)), None)
        return {"type": name, **made} if name and not isinstance(value, ListeningTest) else made
    if is_sequence(value):
        return [to_json(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value


def from_json(kind: Any, value: Any, place: str) -> Any:
    """A value of the type `kind`. Raises `ValueError` naming the place that is not."""
    origin, name = get_origin(kind), getattr(kind, "__name__", kind)
    if origin in (Union, types.UnionType):
        return _of_union(get_args(kind), value, place)
    if origin is tuple:
        if not is_list(value):
            raise ValueError(f"{place}: expected a list")
        element = get_args(kind)[0]
        return tuple(from_json(element, one, f"{place}[{number}]") for number, one in enumerate(value))
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind, value, place)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if value not in list(kind):
            raise ValueError(f"{place}: {value!r} is not one of {', '.join(kind)}")
        return kind(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if value.__class__ is not kind:
        raise ValueError(f"{place}: expected {name}, not {value.__class__.__name__}")
    return value


def _of_union(kinds: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    pages = [kind for kind in kinds if is_dataclass(kind)]
    if pages:
        name = value.get("type") if is_object(value) else None
        if not is_object(value) or name not in PAGE_TYPES or PAGE_TYPES[name] not in pages:
            raise ValueError(f"{place}: no page of a known type")
        return from_json(PAGE_TYPES[name], {key: one for key, one in value.items() if key != "type"}, place)
    return from_json(next(kind for kind in kinds if kind is not type(None)), value, place)


def _dataclass(kind: type, value: Any, place: str) -> Any:
    if not is_object(value):
        raise ValueError(f"{place}: expected an object")
    if kind is Group:
        value = {key: one for key, one in value.items() if key != "type"}
    hints = get_type_hints(kind)
    if unknown := set(value) - set(hints):
        raise ValueError(f"{place}: unknown {', '.join(sorted(unknown))}")
    try:
        return kind(**{name: from_json(hints[name], one, f"{place}.{name}") for name, one in value.items()})
    except TypeError as error:
        raise ValueError(f"{place}: {error}") from None

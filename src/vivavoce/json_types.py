"""What JSON, TOML and YAML are made of, said so that a type checker follows: objects by name, and lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a parsed value is an object. JSON and TOML make every key a string; of YAML `str(key)` has to."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a parsed value is a list of whatever."""
    return isinstance(value, list)


def is_sequence(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value becomes a list when it is written: a list or a tuple."""
    return isinstance(value, list | tuple)

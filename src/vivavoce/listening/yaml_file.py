"""YAML from strangers: plain data only, bounded, no aliases (a few lines of them can stand for gigabytes)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from vivavoce.errors import InputError
from vivavoce.json_types import is_object

MAX_BYTES = 1 << 20
MAX_DEPTH = 40
_LOOSE_TEXT = re.compile(r"^(\s*(?:- +)?(?:content|name|label|testname|popupContent)\s*:\s+)([^\s'\"|>&*\[{].*?)\s*$")


class _Loader(yaml.SafeLoader):
    """Safe, and without aliases."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):  # pyright: ignore[reportUnknownMemberType] - the stub has no types
            raise yaml.YAMLError("aliases (*name) are not taken, write it out")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.YAMLError(f"nested more than {MAX_DEPTH} deep")
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a mapping. Unquoted text that YAML refuses and webMUSHRA's reader takes (`content: Mind: this`) is read as
    text.

    Raises `InputError` naming the line.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path}: over {MAX_BYTES >> 20} MiB, no listening test")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8") from None
    try:
        value = _load(text)
    except yaml.YAMLError as error:
        try:
            value = _load("\n".join(_quote_value(line) for line in text.expandtabs(4).splitlines()))
        except yaml.YAMLError:
            raise InputError(f"{path}: {_describe(error)}") from None
    if not is_object(value):
        raise InputError(f"{path}: expected `name: value` lines")
    return value


def dump_yaml(value: dict[str, Any]) -> str:
    """The value as YAML text."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)


def _load(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)
    except (ValueError, RecursionError, TypeError) as error:  # odd dates, keys that cannot be keys
        raise yaml.YAMLError(str(error)) from None


def _quote_value(line: str) -> str:
    match = _LOOSE_TEXT.match(line)
    return f"{match[1]}{_quote(match[2])}" if match else line


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _describe(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).replace("\n", " ")
    return f"line {mark.line + 1}: {problem}" if mark else problem

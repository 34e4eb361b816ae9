"""What installed packages, this one among them, register under the groups of entry points that pyproject.toml names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from vivavoce.errors import InputError


class Selectable(Protocol):
    """What `entry_points` gives, in every version of Python."""

    def select(self, *, group: str) -> Iterable[EntryPoint]: ...


def plugins(group: str) -> Mapping[str, Sequence[EntryPoint]]:
    """Entry points of a group by name, in order of names; a name that two packages register has two.

    None is loaded: registering costs nothing until it is used.
    """
    found: dict[str, list[EntryPoint]] = {}
    for point in sorted(set(all_plugins().select(group=group)), key=lambda point: (point.name, point.value)):
        found.setdefault(point.name, []).append(point)
    return found


@cache
def all_plugins() -> Selectable:
    """Those of every group. To find them reads a file of each installed package, which is done once."""
    return entry_points()


def load_plugin(points: Sequence[EntryPoint], what: str) -> object:
    """What is registered under one name, imported now if it was not yet; `what` it is, for messages.

    Raises `InputError` when two packages register the name, or the package that does is broken.
    """
    name, values = points[0].name, " and ".join(point.value for point in points)
    if len(points) > 1:
        raise InputError(f'{what} "{name}" is registered by {values}')
    try:
        return points[0].load()
    except Exception as error:  # a package's module may fail in any way
        raise InputError(f'{what} "{name}" cannot be loaded from {values}: {error}') from error

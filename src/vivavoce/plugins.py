"""What installed packages, this one among them, register under the groups of entry points that pyproject.toml names."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points


@cache
def plugins(group: str) -> dict[str, list[EntryPoint]]:
    """Entry points of a group by name, in order of names; a name that two packages register has two.

    None is loaded: registering costs nothing until it is used.
    """
    found: dict[str, list[EntryPoint]] = {}
    for point in sorted(set(entry_points(group=group)), key=lambda point: (point.name, point.value)):
        found.setdefault(point.name, []).append(point)
    return found

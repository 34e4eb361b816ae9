"""Which defects there are: those that installed packages register, ours among them.

Can be imported without PyAV: a defect's module is loaded when it is asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from vivavoce.errors import InputError
from vivavoce.inspection.errors import UnavailableError
from vivavoce.plugins import plugins

if TYPE_CHECKING:
    from vivavoce.inspection.defect import Defect

ENTRY_POINT_GROUP = "vivavoce.defects"


def defect_names(only: str | None = None) -> tuple[str, ...]:
    """All registered names in order, or those of a comma-separated list.

    Raises `InputError` for one that is not registered.
    """
    known = tuple(plugins(ENTRY_POINT_GROUP))
    if only is None:
        return known
    names = tuple(dict.fromkeys(name.strip() for name in only.split(",") if name.strip()))
    for name in names:
        if name not in known:
            raise InputError(f"{name}: no such defect, there are {', '.join(known)}")
    if not names:
        raise InputError("--only names no defect")
    return names


@cache
def find_defect(name: str) -> Defect:
    """The defect registered under `name`, loaded now if it was not yet.

    Raises `InputError` for an unknown name, `UnavailableError` when what is registered is broken or registered twice.
    """
    points = plugins(ENTRY_POINT_GROUP).get(name)
    if not points:
        raise InputError(f"{name}: no such defect, there are {', '.join(defect_names())}")
    if len(points) > 1:
        raise UnavailableError(f"{name}: registered by {' and '.join(point.value for point in points)}")
    try:
        found = points[0].load()
    except Exception as error:  # a package's module may fail in any way
        raise UnavailableError(f"{name}: cannot be loaded from {points[0].value} ({error})") from error
    from vivavoce.inspection.defect import Defect

    if not isinstance(found, Defect):
        raise UnavailableError(f"{name}: {points[0].value} is {type(found).__name__}, not a Defect")
    if found.name != name or name not in found.detector.names:
        raise UnavailableError(f"{name}: {points[0].value} is the defect {found.name}")
    return found


def summarize_defect(name: str) -> str:
    """One sentence on what a defect is: the first line that its module says of itself, empty where it says nothing."""
    points = plugins(ENTRY_POINT_GROUP).get(name)
    if not points:
        return ""
    try:
        said = import_module(points[0].module).__doc__
    except Exception:  # a package's module may fail in any way
        return ""
    return (said or "").strip().partition("\n")[0]


def all_defects() -> tuple[Defect, ...]:
    """Every defect that can be loaded, in order."""
    defects: list[Defect] = []
    for name in defect_names():
        try:
            defects.append(find_defect(name))
        except UnavailableError:
            continue
    return tuple(defects)


def is_audible(name: str) -> bool:
    """Whether a report shows the sound of a defect; not of one that is not registered (any more)."""
    return any(defect.name == name and defect.audible for defect in all_defects())

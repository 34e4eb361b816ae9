"""Prosody systems by name: ours and those that installed packages register under `vivavoce.prosody`."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from vivavoce.errors import InputError
from vivavoce.plugins import load_plugin, plugins
from vivavoce.prosody.model import ProsodyModel

ENTRY_POINT_GROUP = "vivavoce.prosody"
NONE, AUTO = "none", "auto"
BEST: str | None = None
"""The system that `auto` joins with the kind of sentence; None joins none: see `docs/decisions/prosody.md`."""

Loader = Callable[[float, int], ProsodyModel]
"""Loads a system with its addon, for a temperature and a seed. Raises `InputError` for a temperature that it does not
have."""


def prosody_systems() -> tuple[str, ...]:
    """All names that `load_prosody` takes, `auto` and `none` last."""
    return (*plugins(ENTRY_POINT_GROUP), AUTO, NONE)


def load_prosody(name: str, temperature: float = 0.0, seed: int = 0) -> ProsodyModel | None:
    """The system of that name, loaded; None for `none`, and for `auto` where kinds of sentence are all.

    Raises `InputError` for an unknown name, a broken package, an addon that is missing or damaged, or a temperature
    that the system does not have.
    """
    if name == NONE:
        if temperature:
            raise InputError(f'"{name}" has no temperature, only a system that samples has')
        return None
    if name == AUTO:
        if temperature and BEST is None:
            raise InputError(f'"{name}" has no temperature, name a system that samples, such as kathaka')
        return load_prosody(BEST, temperature, seed) if BEST else None
    points = plugins(ENTRY_POINT_GROUP).get(name)
    if not points:
        raise InputError(f'no prosody "{name}", there are {", ".join(prosody_systems())}')
    found = load_plugin(points, "prosody")
    if not callable(found):
        raise InputError(f'prosody "{name}": {found!r} is not a function that loads it')
    return cast(Loader, found)(temperature, seed)

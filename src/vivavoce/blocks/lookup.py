"""Where addons are found by name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from vivavoce.blocks.addon import MANIFEST_FILE, load_addon
from vivavoce.blocks.files import SHIPPED
from vivavoce.errors import InputError
from vivavoce.plugins import plugins

ENTRY_POINT_GROUP = "vivavoce.addons"
FOLDERS_VARIABLE = "VIVAVOCE_ADDONS"
DATA_VARIABLE = "XDG_DATA_HOME"


def find_addon(name_or_path: str | Path, kind: str = "") -> Path:
    """The addon at a path, or of a name: in the folders of `VIVAVOCE_ADDONS`, then in
    `~/.local/share/vivavoce/addons`, then in those of installed packages, then among those shipped. A folder here that
    holds an addon needs no `./` before its name where no other addon has it.

    Raises `InputError` naming what there is, of `kind` alone where that is given; one of another kind is found too.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or os.sep in text or text.endswith(".zip"):
        path = Path(name_or_path)
        if not path.exists():
            raise InputError(f"{path}: no addon there")
        return path
    for folder in _folders():
        for path in (folder / text, folder / f"{text}.zip"):
            if path.is_file() if path.suffix == ".zip" else (path / MANIFEST_FILE).is_file():
                return path
    if (Path(text) / MANIFEST_FILE).is_file():  # no name, and a folder here
        return Path(text)
    known = [name for name, path in addons().items() if not kind or _kind(path) == kind]
    raise InputError(f'no {kind or "addon"} "{text}", there are {", ".join(known) or "none"}; give a name or a path')


def addons() -> dict[str, Path]:
    """Every addon that has a name here, by name in order."""
    found: dict[str, Path] = {}
    for folder in _folders():
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix == ".zip":
                found.setdefault(path.stem, path)
            elif (path / MANIFEST_FILE).is_file():
                found.setdefault(path.name, path)
    return dict(sorted(found.items()))


def _kind(path: Path) -> str:
    """As the addon says; a damaged one is of none."""
    with suppress(InputError):
        return load_addon(path).manifest.kind
    return ""


def _folders() -> Iterator[Path]:
    """Where addons have names: the user's own come before those of packages, and those before ours."""
    yield from _user_folders()
    yield from _package_folders()
    yield SHIPPED


@cache
def _package_folders() -> tuple[Path, ...]:
    return tuple(_find_package_folders())


def _find_package_folders() -> Iterator[Path]:
    """The folder `addons` of every package that registers itself; none of its code is run to find it."""
    for point in chain(*plugins(ENTRY_POINT_GROUP).values()):
        try:
            spec = find_spec(point.value)
        except (ImportError, ValueError):  # registered, and gone
            continue
        for place in (spec and spec.submodule_search_locations) or ():
            yield Path(place) / "addons"


def user_folder() -> Path:
    """Where an addon that a user adds is put: the first folder of `VIVAVOCE_ADDONS`, or of the user's data."""
    return next(_user_folders())


def _user_folders() -> Iterator[Path]:
    for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep):
        if folder:
            yield Path(folder)
    with suppress(RuntimeError):  # who has no home has no data
        data = os.environ.get(DATA_VARIABLE) or Path.home() / ".local" / "share"
        yield Path(data) / "vivavoce" / "addons"

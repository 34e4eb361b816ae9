"""What an installed system takes on disk."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path


class NotInstalled(Exception):  # noqa: N818 - it is a state, not an error of the bench
    """The system, or one of its files, is not on this machine."""


def package_folder(name: str) -> Path:
    """Folder of an installed package, found without importing it; NotInstalled if there is none."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise NotInstalled(f"the package {name} is missing")
    return Path(found.submodule_search_locations[0])


def files_of(path: Path) -> list[Path]:
    """A file itself, or all files of a folder but compiled Python."""
    if path.is_file():
        return [path]
    return [file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts]


def size_mb(paths: Iterable[Path]) -> float:
    """Bytes of files and folders, each file once, in millions."""
    files = {file.resolve() for path in paths for file in files_of(path)}
    return sum(file.stat().st_size for file in files) / 1e6

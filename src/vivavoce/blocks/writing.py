"""Writing an addon, as training does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vivavoce.blocks.addon import MANIFEST_FILE, Addon, load_addon
from vivavoce.blocks.files import FolderFiles, MemoryFiles
from vivavoce.blocks.json_values import parse_json
from vivavoce.blocks.manifest import FORMAT_VERSION, read_manifest
from vivavoce.errors import InputError
from vivavoce.files import whole_file


def write_addon(folder: Path | str, description: Mapping[str, Any], files: Mapping[str, bytes | Path]) -> Addon:
    """Check an addon by building it, then write it. A file appears whole or not at all, `addon.json` last.

    `description` is `addon.json` without `format_version` and `files`, which are filled in here. Raises `InputError`
    for what could not be loaded again; nothing is written then.
    """
    folder = Path(folder)
    place = f"{folder}: {MANIFEST_FILE}"
    contents = {name: data if isinstance(data, bytes) else data.read_bytes() for name, data in files.items()}
    entries = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in contents.items()
    }
    full = {"format_version": FORMAT_VERSION, **description, "files": entries}
    text = json.dumps(full, indent=2, ensure_ascii=False).encode() + b"\n"
    if MANIFEST_FILE in contents:
        raise InputError(f"{folder}: {MANIFEST_FILE} is written from the description, leave it out of the files")
    Addon(folder, read_manifest(parse_json(text, place), place), MemoryFiles(contents)).check()
    for name, data in {**contents, MANIFEST_FILE: text}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as temporary:
            temporary.write_bytes(data)
    return load_addon(folder)


def rewrite_addon(folder: Path | str) -> Addon:
    """Take the files of an addon in a folder as they are now: their lengths and hashes are written anew. Raises
    `InputError` for what could not be loaded again; nothing is written then."""
    folder = Path(folder)
    path = folder / MANIFEST_FILE
    description: dict[str, Any] = parse_json(path.read_bytes(), str(path))
    named = [description.pop(key) for key in ("format_version", "files")][1]
    return write_addon(folder, description, {name: folder / name for name in named})


def revise_manifest(folder: Path, revise: Callable[[dict[str, Any]], None]) -> Addon:
    """Change what `addon.json` says of an addon in a folder; its files stay. Raises `InputError` for what could not be
    loaded again; nothing is written then."""
    path = folder / MANIFEST_FILE
    description: dict[str, Any] = parse_json(path.read_bytes(), str(path))
    revise(description)
    addon = Addon(folder, read_manifest(description, str(path)), FolderFiles(folder))
    addon.check()
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return addon

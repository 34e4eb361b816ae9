"""From a source to an addon on disk: which importer reads it, where it goes, and that nothing is overwritten."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.files import MAX_FILE_BYTES
from vivavoce.blocks.lookup import addons, user_folder
from vivavoce.blocks.model_card import CARD, CardText, model_card
from vivavoce.blocks.writing import write_addon
from vivavoce.errors import InputError
from vivavoce.files import write_text
from vivavoce.voice.levels import level_speakers

_NOT_NAME = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True)
class ImportedVoice:
    """An addon that is not written yet: `addon.json` less what `write_addon` fills in, and its files."""

    name: str
    manifest: dict[str, Any]
    files: dict[str, bytes]
    levelled: bool = False
    """Whether its speakers' gains were measured already."""


def read_model(path: Path) -> bytes:
    """Read an ONNX file. Raises `InputError` for what is no file, or larger than a network can be."""
    if not path.is_file():
        raise InputError(f"{path}: no file there")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InputError(f"{path}: over {MAX_FILE_BYTES >> 30} GiB, no voice is so large")
    return path.read_bytes()


def addon_name(text: str) -> str:
    """The text as the name of an addon: lower case, other characters as dashes."""
    return _NOT_NAME.sub("-", text.lower()).strip("-._")[:64] or "voice"


def free_target(name: str, folder: Path | None = None) -> Path:
    """Where an addon of that name goes. Raises `InputError` when something is there, or has the name already."""
    hidden = addons().get(name) if folder is None else None
    if hidden:
        raise InputError(f"{hidden}: has the name {name} already; give another with --name")
    target = folder or user_folder() / name
    if target.exists():
        raise InputError(f"{target}: is there already; remove it, or name another folder with -o")
    return target


def install(voice: ImportedVoice, folder: Path | None = None) -> Addon:
    """Write the addon to `folder`, or by its name to where `find_addon` looks for users' own.

    Everything is written beside it first, so that it appears whole or not at all, and its speakers are brought to the
    loudness of all. Raises `InputError` when something is there already, when another addon has that name, which the
    user's own would hide, or when the addon does not speak.
    """
    target = free_target(voice.name, folder)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise InputError(f"{target}: cannot be written, {error.strerror}") from None
    try:
        addon = write_addon(temporary / "addon", voice.manifest, voice.files)
        if not voice.levelled:
            level_speakers(addon)
        write_text(temporary / "addon" / CARD, model_card(addon.manifest, CardText()))
        (temporary / "addon").rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return load_addon(target)

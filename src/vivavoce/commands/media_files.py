"""Which files in a folder are films, sounds or captions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.inspection.captions import CAPTION_SUFFIXES

MEDIA_SUFFIXES = {
    ".3gp", ".aac", ".ac3", ".aiff", ".apng", ".au", ".avi", ".flac", ".flv", ".gif", ".h264", ".hevc",
    ".m2ts", ".m4a", ".m4v", ".mka", ".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".mpg", ".mxf", ".oga", ".ogg",
    ".ogv", ".opus", ".rm", ".ts", ".wav", ".webm", ".wv",
}  # fmt: skip


def media_files(paths: Sequence[Path]) -> list[Path]:
    """The files as given, and the media files in the folders, in order.

    Raises `InputError` for what is not there.
    """
    return list(_find_files(paths, captions=False))


def inspected_files(paths: Sequence[Path]) -> list[Path]:
    """The same, and captions in folders that have no media file beside them, each file once.

    Raises `InputError` where there is nothing.
    """
    if not paths:
        raise InputError("give a file or a folder, or --live with a pipe")
    found = dict.fromkeys(_find_files(paths, captions=True))
    if not found:
        raise InputError(f"{paths[0]}: no media files in it")
    return list(found)


def _find_files(paths: Sequence[Path], *, captions: bool) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            files = [Path(root) / name for root, _, names in os.walk(path) for name in names]
            yield from sorted(_media(files) + (_lone_captions(files) if captions else []))
        elif path.exists():
            yield path
        else:
            raise InputError(f"{path}: no such file or folder")


def count_others(paths: Sequence[Path]) -> int:
    """How many files in the folders among `paths` are neither media nor captions, by their suffixes."""
    known = MEDIA_SUFFIXES | CAPTION_SUFFIXES
    names = (name for path in paths if path.is_dir() for _, _, files in os.walk(path) for name in files)
    return sum(Path(name).suffix.lower() not in known for name in names)


def _media(files: Sequence[Path]) -> list[Path]:
    return [path for path in files if path.suffix.lower() in MEDIA_SUFFIXES]


def _lone_captions(files: Sequence[Path]) -> list[Path]:
    stems = {path.with_suffix("") for path in _media(files)}
    return [path for path in files if path.suffix.lower() in CAPTION_SUFFIXES and path.with_suffix("") not in stems]

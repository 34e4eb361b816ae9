"""What is to be said or heard: a test's items, from lists of texts and folders of recordings."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vivavoce.errors import InputError

SUFFIXES = (".wav", ".flac", ".opus", ".ogg", ".mp3")
MOST_ITEMS, MOST_BYTES = 500, 1 << 20


@dataclass(frozen=True, slots=True)
class Item:
    """One text or excerpt that all systems say or carry."""

    id: str
    text: str | None = None
    recording: Path | None = None
    """A person saying it: the reference, the source of a copy, or the speech that is sent."""
    speaker: str | None = None
    """Who is to say it, where that differs from item to item."""
    trace: Path | None = None
    """The loss that it goes through."""


def read_items(path: Path, column: str = "text") -> list[Item]:
    """Items of a file: a text on each line, or columns (`id`, `text`, `speaker`, `trace`, `recording`) by their names.

    Paths in it are relative to the file's folder. Raises `InputError` naming the line.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file of texts")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path}: over {MOST_BYTES >> 20} MiB, no list of texts")
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8") from None
    if lines and "\t" in lines[0] and column in lines[0].split("\t"):
        items = [_row(row, path, number) for number, row in enumerate(csv.DictReader(lines, delimiter="\t"), 2)]
    else:
        items = [Item(f"{path.stem}-{number:02}", line.strip()) for number, line in enumerate(lines, 1)]
    return check_items(items, str(path))


def recordings(folder: Path) -> dict[str, Path]:
    """Recordings of a folder by the stems of their names. Raises `InputError` for none, or two of a name."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of recordings")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES:
            if path.stem in found:
                raise InputError(f"{path}: {found[path.stem].name} has the same name, keep one of them")
            found[path.stem] = path
    if not found:
        raise InputError(f"{folder}: no recordings in it ({' '.join(SUFFIXES)})")
    return found


def check_items(items: Iterable[Item], place: str) -> list[Item]:
    """The same. Raises `InputError` for none, too many, or two of a name."""
    kept = list(items)
    if not kept:
        raise InputError(f"{place}: no texts")
    if len(kept) > MOST_ITEMS:
        raise InputError(f"{place}: {len(kept)} items, at most {MOST_ITEMS}")
    names: set[str] = set()
    for item in kept:
        if item.id in names:
            raise InputError(f'{place}: item "{item.id}" is there twice')
        names.add(item.id)
    return kept


def _row(row: dict[str, str], path: Path, number: int) -> Item:
    def place(key: str) -> Path | None:
        return path.parent / row[key] if row.get(key) else None

    if not row.get("text"):
        raise InputError(f"{path}:{number}: no text")
    name = row.get("id") or f"{path.stem}-{number - 1:02}"
    return Item(name, row["text"].strip(), place("recording"), row.get("speaker") or None, place("trace"))

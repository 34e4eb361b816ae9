"""EPUB 2 and 3: chapters by the table of contents, each file of the book read when it is wanted."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from posixpath import basename

from vivavoce.errors import InputError
from vivavoce.text.book.archive import Archive
from vivavoce.text.book.model import Book, Chapter, Cover, Paragraph
from vivavoce.text.book.package import Package, TocEntry, read_package
from vivavoce.text.book.xhtml import parse_xhtml

FEW_CHAPTERS = 3
"""A table of contents with fewer lines at its top names parts, or the book alone."""
_PART = re.compile(r"(?i)(?:part|book|volume)\b")
TITLE_PAGE_BYTES = 2000
"""A shorter file, markup and all, holds little but a title."""

Place = tuple[int, str]
"""Number of a file in the order of reading, and the anchor where something begins; empty for the whole file."""


def open_epub(path: Path) -> Book:
    """Open an EPUB.

    Raises `InputError` in one line for what is no EPUB, is locked, or lacks a file that it says it holds.
    """
    with Archive(path) as archive:
        package = read_package(archive)
        missing = [name for name in package.spine if name not in archive]
        if missing:
            raise InputError(f"{path}: has no {missing[0]}, which the book says it holds")
        sizes = [archive.size(name) for name in package.spine]
        cover = None
        if package.cover and package.cover[0] in archive:
            cover = Cover(archive.read(package.cover[0]), package.cover[1])
    metadata = package.metadata
    return Book(
        title=metadata.get("title", [path.stem])[0],
        chapters=tuple(_chapters(path, package, sizes)),
        authors=tuple(metadata.get("creator", ())),
        language=metadata.get("language", [""])[0],
        publisher=metadata.get("publisher", [""])[0],
        date=metadata.get("date", [""])[0],
        description=metadata.get("description", [""])[0],
        cover=cover,
    )


def _chapters(path: Path, package: Package, sizes: list[int]) -> list[Chapter]:
    """A chapter from each entry of the table of contents to the next; what stands before the first is one too."""
    starts = _starts(package, sizes)
    chapters: list[Chapter] = []
    for number, (title, place) in enumerate(starts):
        end = starts[number + 1][1] if number + 1 < len(starts) else (len(package.spine), "")
        size = sum(sizes[place[0] : max(end[0], place[0] + 1)])
        chapters.append(Chapter(title, partial(_read, path, package.spine, place, end), size))
    return chapters


def _starts(package: Package, sizes: list[int]) -> list[tuple[str, Place]]:
    files = {name: number for number, name in enumerate(package.spine)}
    found = [entry for line in package.toc if (entry := _in_spine(line, package.spine))]
    entries = _chapter_entries(found, dict(zip(package.spine, sizes, strict=True)))
    starts: list[tuple[str, Place]] = []
    for entry in sorted(entries, key=lambda entry: files[entry.file]):
        place = _place(files[entry.file], entry, starts)
        if place not in [former for _, former in starts]:
            starts.append((entry.title, place))
    if not starts:
        return [(f"Part {number + 1}", (number, "")) for number in range(len(package.spine))]
    return starts if starts[0][1][0] == 0 else [("Opening", (0, "")), *starts]


def _in_spine(entry: TocEntry, spine: list[str]) -> TocEntry | None:
    """The entry, whose file some books name without its folder; None where it leads out of the book."""
    if entry.file in spine:
        return entry
    alike = [name for name in spine if basename(name) == basename(entry.file)]
    return replace(entry, file=alike[0]) if len(alike) == 1 else None


def _chapter_entries(entries: list[TocEntry], sizes: dict[str, int]) -> list[TocEntry]:
    """The entries that are chapters: those of the upper levels, down to the first level that makes a few of them, and
    what stands under each part of the book."""
    depths = sorted({entry.depth for entry in entries})
    enough = (d for d in depths if sum(entry.depth <= d for entry in entries) >= FEW_CHAPTERS)
    depth = next(enough, depths[-1] if depths else 0)
    chapters: list[TocEntry] = []
    parts: list[int] = []
    """Depths of the parts that the entry stands in."""
    for number, entry in enumerate(entries):
        parts = [part for part in parts if part < entry.depth]
        if entry.depth > depth and entry.depth - 1 not in parts:
            continue
        chapters.append(entry)
        if entry.depth >= depth and _is_part(entry, _children(entries, number), sizes):
            parts.append(entry.depth)
    return chapters


def _children(entries: list[TocEntry], number: int) -> list[TocEntry]:
    """The entries just below entry number `number`."""
    below = takewhile(lambda entry: entry.depth > entries[number].depth, entries[number + 1 :])
    return [entry for entry in below if entry.depth == entries[number].depth + 1]


def _is_part(entry: TocEntry, children: list[TocEntry], sizes: dict[str, int]) -> bool:
    """Whether chapters stand under an entry, and not the sections of one: it says so, or is a title page alone."""
    files = {child.file for child in children} - {entry.file}
    if not files:
        return False
    mean = sum(sizes[file] for file in files) / len(files)
    return bool(_PART.match(entry.title)) or sizes[entry.file] < min(TITLE_PAGE_BYTES, mean / 4)


def _place(number: int, entry: TocEntry, starts: list[tuple[str, Place]]) -> Place:
    """The first entry of a file begins with the file, whatever anchor it names."""
    first = not any(former[0] == number for _, former in starts)
    return number, "" if first else entry.fragment


def _read(path: Path, spine: list[str], start: Place, end: Place) -> list[Paragraph]:
    paragraphs: list[Paragraph] = []
    with Archive(path) as archive:
        for number in range(start[0], min(end[0] + 1, len(spine))):
            if number == end[0] and not end[1]:
                break
            found = parse_xhtml(archive.read(spine[number]), f"{path}: {spine[number]}")
            low = _index(found, start[1]) if number == start[0] else 0
            high = _index(found, end[1]) if number == end[0] else len(found)
            paragraphs += found[low:high]
    return paragraphs


def _index(paragraphs: list[Paragraph], anchor: str) -> int:
    """Where an anchor stands; the end where it stands nowhere, the beginning for none."""
    if not anchor:
        return 0
    return next((n for n, paragraph in enumerate(paragraphs) if anchor in paragraph.anchors), len(paragraphs))

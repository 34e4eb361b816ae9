"""EPUB 2 and 3: chapters by the table of contents, each file of the book read when it is wanted."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.text.book.archive import Archive
from vivavoce.text.book.model import Book, Chapter, Cover, Paragraph
from vivavoce.text.book.package import Package, TocEntry, read_package
from vivavoce.text.book.xhtml import parse_xhtml

Place = tuple[int, str]
"""Number of a file in the order of reading, and the anchor where something begins; empty for the whole file."""


def open_epub(path: Path) -> Book:
    """Raises `InputError` in one line for what is no EPUB, is locked, or lacks a file that it says it holds."""
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
    starts = _starts(package)
    chapters: list[Chapter] = []
    for number, (title, place) in enumerate(starts):
        end = starts[number + 1][1] if number + 1 < len(starts) else (len(package.spine), "")
        size = sum(sizes[place[0] : max(end[0], place[0] + 1)])
        chapters.append(Chapter(title, partial(_read, path, package.spine, place, end), size))
    return chapters


def _starts(package: Package) -> list[tuple[str, Place]]:
    files = {name: number for number, name in enumerate(package.spine)}
    entries = [entry for entry in package.toc if entry.file in files]
    starts: list[tuple[str, Place]] = []
    for entry in sorted(entries, key=lambda entry: files[entry.file]):
        place = _place(files[entry.file], entry, starts)
        if place not in [former for _, former in starts]:
            starts.append((entry.title, place))
    if not starts:
        return [(f"Part {number + 1}", (number, "")) for number in range(len(package.spine))]
    return starts if starts[0][1][0] == 0 else [("Opening", (0, "")), *starts]


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

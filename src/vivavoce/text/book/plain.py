"""Books in plain text, Markdown or HTML: chapters by their headings."""

from __future__ import annotations

import re
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.text.book.model import Book, Chapter, Paragraph
from vivavoce.text.html_text import without_html
from vivavoce.text.layout import stretches
from vivavoce.text.source_map import SourceMappedText

MAX_BYTES = 64 << 20
_CHAPTER = re.compile(r"(?i)\s*(?:chapter|part|book|prologue|epilogue|preface|introduction|afterword|foreword)\b")
_TITLE = re.compile(r"(?is)<title[^>]{0,200}>(.{1,400}?)</title>")


def open_plain(path: Path) -> Book:
    """Open a text as a book. Raises `InputError` for a file that is too long or no UTF-8."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: more than {MAX_BYTES >> 20} MB of text")
    try:
        source = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    title = _TITLE.search(source[:100_000])
    text = without_html(SourceMappedText.of(source)).text
    paragraphs = [
        Paragraph(text[part.start : part.end].strip(), part.boundary == "heading", part.boundary == "scene")
        for part in stretches(text)
    ]
    paragraphs = [paragraph for paragraph in paragraphs if any(c.isalnum() for c in paragraph.text)]
    if not paragraphs:
        raise InputError(f"{path}: nothing to say")
    name = " ".join(title[1].split()) if title else path.stem.replace("_", " ")
    return Book(name, tuple(_chapters(paragraphs, name)))


def _chapters(paragraphs: list[Paragraph], title: str) -> list[Chapter]:
    """A chapter at every heading that names one; at every heading, where none does."""
    headings = [number for number, paragraph in enumerate(paragraphs) if paragraph.heading]
    named = [number for number in headings if _CHAPTER.match(paragraphs[number].text)]
    starts = named or headings
    if not starts or starts[0] > 0:
        starts = [0, *starts]
    chapters: list[Chapter] = []
    for start, end in zip(starts, [*starts[1:], len(paragraphs)], strict=True):
        part = paragraphs[start:end]
        name = part[0].text if part[0].heading else title
        size = sum(len(paragraph.text.encode()) for paragraph in part)
        chapters.append(Chapter(" ".join(name.split()), lambda part=part: part, size))
    return chapters

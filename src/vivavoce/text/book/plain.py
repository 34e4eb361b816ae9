"""Books in plain text, Markdown or HTML: chapters by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.text.book.model import Book, Chapter, Paragraph
from vivavoce.text.html_text import without_html
from vivavoce.text.layout import stretches
from vivavoce.text.source_map import SourceMappedText

MAX_BYTES = 64 << 20
MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
_CHAPTER = re.compile(r"(?i)\s*(?:chapter|part|book|prologue|epilogue|preface|introduction|afterword|foreword)\b")
_TITLE = re.compile(r"(?is)<title[^>]{0,200}>(.{1,400}?)</title>")
_TOP_HEADING = re.compile(r"# +(\S.{0,399}?)(?: +#+)? *")
_FENCES = ("```", "~~~")
_FRONT_LINE = re.compile(r"[A-Za-z][\w-]*:(?:\s.*)?|[ \t#-].*|\s*")
_FRONT_VALUE = re.compile(
    r"(title|author|lang|language|publisher|date|description):\s+"
    r"(?:\"([^\"]+)\"|'([^']+)'|([^\s>|~\[\]{}\"'].*?))(?:\s+#.*)?\s*"
)
_MOST_FRONT_LINES, _LONGEST_FRONT_LINE = 200, 1000


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
    about: dict[str, str] = {}
    markdown = path.suffix.lower() in MARKDOWN_SUFFIXES
    if markdown:
        about, source = _front_matter(source)
    text = without_html(SourceMappedText.of(source)).text
    paragraphs = [
        Paragraph(text[part.start : part.end].strip(), part.boundary == "heading", part.boundary == "scene")
        for part in stretches(text)
    ]
    paragraphs = [paragraph for paragraph in paragraphs if any(c.isalnum() for c in paragraph.text)]
    if not paragraphs:
        raise InputError(f"{path}: nothing to say")
    name = about.get("title") or _title(source, markdown) or path.stem.replace("_", " ")
    return Book(
        name,
        tuple(_chapters(paragraphs, name)),
        authors=(about["author"],) if about.get("author") else (),
        language=about.get("language") or about.get("lang", ""),
        publisher=about.get("publisher", ""),
        date=about.get("date", ""),
        description=about.get("description", ""),
    )


def _front_matter(source: str) -> tuple[dict[str, str], str]:
    """What Markdown's YAML front matter says of the book, and the text after it; all of the text where there is none.

    It is 200 lines at the most, and only plain `key: value` lines are understood. A rule at the top with prose after it
    is no front matter.
    """
    first, *rest = source.split("\n", _MOST_FRONT_LINES)
    ends = [number for number, line in enumerate(rest[: _MOST_FRONT_LINES - 1]) if line.rstrip() in ("---", "...")]
    lines = rest[: ends[0]] if ends and first.rstrip() == "---" else []
    if not lines or not lines[0][:1].isalpha() or not all(map(_is_front_line, lines)):
        return {}, source
    values = [match for line in lines if (match := _FRONT_VALUE.fullmatch(line))]
    return {value[1]: value[2] or value[3] or value[4] for value in values}, "\n".join(rest[ends[0] + 1 :])


def _is_front_line(line: str) -> bool:
    return len(line) <= _LONGEST_FRONT_LINE and bool(_FRONT_LINE.fullmatch(line))


def _title(source: str, markdown: bool) -> str:
    """What an HTML page is called, or the only heading of Markdown's first level; empty without either."""
    if page := _TITLE.search(source[:100_000]):
        return unescape(" ".join(page[1].split()))
    headings = list(_top_headings(source)) if markdown else []
    return headings[0] if len(headings) == 1 else ""


def _top_headings(source: str) -> Iterator[str]:
    """Markdown's headings of the first level, those in fenced code left out."""
    fence = ""
    for line in source.split("\n"):
        if not fence and line.startswith(_FENCES):
            fence = line[:3]
        elif fence and line.startswith(fence):
            fence = ""
        elif not fence and (heading := _TOP_HEADING.fullmatch(line)):
            yield heading[1]


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

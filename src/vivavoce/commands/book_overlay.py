"""An EPUB 3 with Media Overlays: the book's text with its own sound, word by word."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vivavoce.audio import write_blocks
from vivavoce.commands.book_marks import BookMarks, ChapterMark
from vivavoce.files import whole_file
from vivavoce.text.book import Book
from vivavoce.voice.spool import SynthesisSpool

_STYLE = ".-epub-media-overlay-active { background: #ffe08a; }\nbody { line-height: 1.6; margin: 5%; }\n"
_FIXED = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the ZIP, so that the same book makes the same bytes."""
_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XHTML = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'


@dataclass(slots=True)
class _Page:
    """A chapter as XHTML, and the times of its words as SMIL."""

    chapter: ChapterMark
    name: str
    rate_hz: int
    body: list[str] = field(default_factory=list[str])
    times: list[str] = field(default_factory=list[str])

    def add(self, paragraph: dict[str, Any], words: list[dict[str, Any]]) -> None:
        """A paragraph with an element for every word that has a time; words of one place are one."""
        text = paragraph["text"].encode()
        tag = "h2" if paragraph["heading"] else "p"
        done, parts = 0, [f"<{tag}>"]
        begins = self.chapter.start / self.rate_hz
        for start, end, from_s, to_s in _places(words):
            if start < done:
                continue
            number = f"w{len(self.times) + 1}"
            parts += [_escape_text(text[done:start]), f'<span id="{number}">{_escape_text(text[start:end])}</span>']
            clip = f'clipBegin="{from_s - begins:.3f}s" clipEnd="{to_s - begins:.3f}s"'
            place = f'<text src="{self.name}.xhtml#{number}"/>'
            self.times.append(f'<par id="p{number}">{place}<audio src="{self.name}.mp3" {clip}/></par>\n')
            done = end
        parts.append(_escape_text(text[done:]))
        self.body.append("".join([*parts, f"</{tag}>"]).replace("\n", "<br/>") + "\n")

    def xhtml(self, language: str) -> str:
        title = escape(self.chapter.title)
        return (
            f'{_HEAD}<html {_XHTML} xml:lang="{language}"><head><title>{title}</title>'
            f'<link rel="stylesheet" href="style.css"/></head><body>\n{"".join(self.body)}</body></html>\n'
        )

    def smil(self) -> str:
        return (
            f'{_HEAD}<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">'
            f'<body><seq id="s1" epub:textref="{self.name}.xhtml">\n{"".join(self.times)}</seq></body></smil>\n'
        )

    @property
    def seconds(self) -> float:
        return (self.chapter.end - self.chapter.start) / self.rate_hz


def write_epub(output: Path, book: Book, spool: SynthesisSpool, marks: BookMarks, rate_hz: int) -> None:
    """A chapter at a time, so that memory does not grow with the book."""
    language = book.language or "en"
    with (
        whole_file(output) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
        TemporaryDirectory(dir=output.parent, prefix=".vivavoce-") as folder,
    ):
        _put(archive, "mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        _put(archive, "META-INF/container.xml", _CONTAINER)
        _put(archive, "OEBPS/style.css", _STYLE)
        if book.cover:
            _put(archive, f"OEBPS/{_cover_name(book)}", book.cover.data)
        pages: list[tuple[str, str, float]] = []
        for page in _pages(marks, rate_hz):
            sound = Path(folder) / f"{page.name}.mp3"
            write_blocks(sound, spool.blocks(page.chapter.start, page.chapter.end), rate_hz, "mp3")
            _put(archive, f"OEBPS/{page.name}.mp3", sound.read_bytes(), zipfile.ZIP_STORED)
            sound.unlink()
            _put(archive, f"OEBPS/{page.name}.xhtml", page.xhtml(language))
            _put(archive, f"OEBPS/{page.name}.smil", page.smil())
            pages.append((page.name, page.chapter.title, page.seconds))
        _put(archive, "OEBPS/nav.xhtml", _nav(book, pages, language))
        _put(archive, "OEBPS/content.opf", _package(book, pages, language))


def _pages(marks: BookMarks, rate_hz: int) -> Iterator[_Page]:
    chapters = iter(marks.chapters)
    page: _Page | None = None
    paragraph: dict[str, Any] | None = None
    words: list[dict[str, Any]] = []
    for line in marks.lines():
        if line["type"] == "word":
            words.append(line)
        elif line["type"] in ("paragraph", "chapter"):
            if page and paragraph:
                page.add(paragraph, words)
            paragraph, words = (line if line["type"] == "paragraph" else None), []
            if line["type"] == "chapter":
                if page:
                    yield page
                chapter = next(chapters)
                page = _Page(chapter, f"chapter{chapter.number + 1:03}", rate_hz)
    if page:
        if paragraph:
            page.add(paragraph, words)
        yield page


def _places(words: list[dict[str, Any]]) -> Iterator[tuple[int, int, float, float]]:
    """(first byte, last, from, to) of each written word, however many are said for it."""
    held: tuple[int, int, float, float] | None = None
    for word in words:
        if held and word["start"] < held[1]:
            held = held[0], max(held[1], word["end"]), held[2], word["to"]
            continue
        if held:
            yield held
        held = word["start"], word["end"], word["from"], word["to"]
    if held:
        yield held


def _nav(book: Book, pages: list[tuple[str, str, float]], language: str) -> str:
    items = "".join(f'<li><a href="{name}.xhtml">{escape(title)}</a></li>\n' for name, title, _ in pages)
    return (
        f'{_HEAD}<html {_XHTML} xml:lang="{language}"><head><title>{escape(book.title)}</title></head>'
        f'<body><nav epub:type="toc"><ol>\n{items}</ol></nav></body></html>\n'
    )


def _package(book: Book, pages: list[tuple[str, str, float]], language: str) -> str:
    about = [f'<dc:identifier id="id">urn:vivavoce:{escape(book.title)}</dc:identifier>']
    about += [f"<dc:title>{escape(book.title)}</dc:title>", f"<dc:language>{escape(language)}</dc:language>"]
    about += [f"<dc:creator>{escape(author)}</dc:creator>" for author in book.authors]
    about += [f"<dc:publisher>{escape(book.publisher)}</dc:publisher>"] * bool(book.publisher)
    about += ['<meta property="dcterms:modified">2000-01-01T00:00:00Z</meta>']
    about += ['<meta property="media:active-class">-epub-media-overlay-active</meta>']
    about += [
        f'<meta property="media:duration" refines="#{name}-smil">{seconds:.3f}s</meta>' for name, _, seconds in pages
    ]
    about += [f'<meta property="media:duration">{sum(seconds for *_, seconds in pages):.3f}s</meta>']
    items = ['<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>']
    items += ['<item id="style" href="style.css" media-type="text/css"/>']
    if book.cover:
        kind = book.cover.media_type
        items.append(f'<item id="cover" href="{_cover_name(book)}" media-type="{kind}" properties="cover-image"/>')
    for name, _, _ in pages:
        xhtml = 'media-type="application/xhtml+xml"'
        items.append(f'<item id="{name}" href="{name}.xhtml" {xhtml} media-overlay="{name}-smil"/>')
        items.append(f'<item id="{name}-smil" href="{name}.smil" media-type="application/smil+xml"/>')
        items.append(f'<item id="{name}-mp3" href="{name}.mp3" media-type="audio/mpeg"/>')
    spine = "".join(f'<itemref idref="{name}"/>\n' for name, _, _ in pages)
    return (
        f'{_HEAD}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
        f'prefix="media: http://www.idpf.org/epub/vocab/overlays/#">\n'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n{chr(10).join(about)}\n</metadata>\n'
        f"<manifest>\n{chr(10).join(items)}\n</manifest>\n<spine>\n{spine}</spine>\n</package>\n"
    )


def _escape_text(text: bytes) -> str:
    return escape(text.decode("utf-8", "replace"), quote=False)


def _cover_name(book: Book) -> str:
    return "cover.png" if book.cover and book.cover.media_type == "image/png" else "cover.jpg"


def _put(archive: zipfile.ZipFile, name: str, data: str | bytes, compression: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, _FIXED)
    entry.compress_type = compression
    archive.writestr(entry, data)

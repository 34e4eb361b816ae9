"""Paragraphs of an XHTML document, without what a listener does not want: notes, page numbers, scripts."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from xml.parsers import expat

from vivavoce.errors import InputError
from vivavoce.text.book.model import Paragraph
from vivavoce.text.word_sets import words

MAX_DEPTH = 256
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | words(
    "p div section article header footer main aside blockquote li dt dd tr figcaption pre address body ul ol dl table",
)
_SILENT = words("script style head svg math nav template audio video iframe object form button select")
_NOT_SPOKEN = words(
    "footnote endnote rearnote footnotes endnotes rearnotes noteref pagebreak page-list doc-footnote doc-endnote",
    "doc-endnotes doc-noteref doc-pagebreak doc-pagelist annoref doc-backlink backlink navigation",
)
_NOT_SPOKEN_CLASSES = words(
    "pagenum pageno pagenumber page-number pagebreak footnote footnotes fnanchor noteref endnote endnotes",
    "footnote-reference footnote-ref fnref link-target sr-only toc toctree-wrapper tableofcontents lnum linenum",
    "linenumber line-number lineno ocn",
)
_VERSE_CLASSES = words("linegroup line-group stanza verse strophe lg")
"""Of what holds lines of verse, each of which may be a block of its own."""
_CONTENTS = re.compile(r"(?i)(?:table of )?contents")
_FEW_LINKS = 5
"""So many paragraphs in a row that are links within the book alone are a table of its contents."""
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡§]{1,3}|[a-z])[\])]?")
_SCENE = re.compile(r"\s*(?:(?:[*•·⁂※#~+=_—–-]\s*){3,}|[⁂※*#~❦§])\s*")
_SPACES = re.compile(r"\s+")


def parse_xhtml(data: bytes, name: str) -> list[Paragraph]:
    """The paragraphs of one file of a book.

    Raises `InputError` with file, line and column where it is not well formed, or declares entities of its own.
    """
    return _XhtmlParser(name).parse(data)


@dataclass(slots=True)
class _Open:
    name: str
    silent: bool
    superscript: bool = False
    verse: bool = False
    """Whether blocks inside it are lines of verse."""
    link: bool = False
    """Whether it is a link within the book, or inside one."""


@dataclass(slots=True)
class _Pending:
    text: list[str] = field(default_factory=list[str])
    heading: bool = False
    anchors: list[str] = field(default_factory=list[str])
    verse: bool = False
    linked: bool = False
    plain: bool = False
    """Whether it holds letters or digits inside and outside of links within the book."""


class _XhtmlParser:
    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[_Open] = []
        self._pending = _Pending()
        self._superscript: list[str] = []
        self._paragraphs: list[Paragraph] = []
        self._links: list[bool] = []
        """Which of the paragraphs are links within the book and nothing else."""
        self._expat = expat.ParserCreate("utf-8")
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters
        self._expat.EntityDeclHandler = self._refuse_entity

    def parse(self, data: bytes) -> list[Paragraph]:
        try:
            self._expat.Parse(_without_entities(data), True)
        except expat.ExpatError as error:
            place = f"line {error.lineno}, column {error.offset + 1}"
            raise InputError(f"{self._name}, {place}: {expat.ErrorString(error.code)}") from error
        self._end_paragraph()
        return _without_contents(self._paragraphs, self._links)

    def _refuse_entity(self, *_: object) -> None:
        self._refuse("entities are not allowed in a book")

    def _refuse(self, complaint: str) -> None:
        raise InputError(f"{self._name}, line {self._expat.CurrentLineNumber}: {complaint}")

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        name = qualified.rpartition(":")[2].lower()
        if len(self._open) >= MAX_DEPTH:
            self._refuse(f"elements nest more than {MAX_DEPTH} deep")
        around = self._open[-1] if self._open else _Open("", silent=False)
        outside = around.silent
        silent = outside or name in _SILENT or _is_left_out(attributes)
        verse = around.verse or not _VERSE_CLASSES.isdisjoint(attributes.get("class", "").lower().split())
        if name in _BLOCKS and not outside:
            self._end_block(around.verse)
            self._pending.heading = name in _HEADINGS
            self._pending.verse = verse
        if not silent or name not in _SILENT:
            anchor = attributes.get("id") or (attributes.get("name") if name == "a" else None)
            if anchor:
                self._pending.anchors.append(anchor)
        if not silent:
            if name == "br":
                self._pending.text.append("\n")
            elif name == "hr":
                self._end_paragraph()
                self._end_scene()
            elif name in ("td", "th") and any(text.strip() for text in self._pending.text):
                self._pending.text.append(", ")
        if name == "sup":
            self._superscript = []
        link = around.link or (name == "a" and _leads_within(attributes.get("href", "")))
        self._open.append(_Open(name, silent, name == "sup", verse, link))

    def _end(self, qualified: str) -> None:
        element = self._open.pop()
        if element.superscript and not element.silent:
            text = "".join(self._superscript)
            if not _NOTE_MARK.fullmatch(text.strip()):
                self._pending.text.append(text)
        around = self._open[-1] if self._open else _Open("", silent=False)
        if element.name in _BLOCKS and not around.silent:
            self._end_block(around.verse)

    def _characters(self, text: str) -> None:
        if not self._open or self._open[-1].silent:
            return
        if any(element.superscript for element in self._open):
            self._superscript.append(text)
            return
        if any(character.isalnum() for character in text):
            self._pending.linked |= self._open[-1].link
            self._pending.plain |= not self._open[-1].link
        self._pending.text.append(_SPACES.sub(" ", text))

    def _end_block(self, line: bool) -> None:
        """The end of a line of verse, or of a paragraph."""
        if not line:
            self._end_paragraph()
        elif next((text for text in reversed(self._pending.text) if text.strip(" ")), "\n") != "\n":
            self._pending.text.append("\n")

    def _end_paragraph(self) -> None:
        pending = self._pending
        text = "\n".join(line.strip() for line in "".join(pending.text).split("\n")).strip()
        text = re.sub(r"[ \t]+", " ", text)
        if _SCENE.fullmatch(text):
            self._end_scene()
            self._pending = _Pending(anchors=pending.anchors)
        elif any(character.isalnum() for character in text) and not (text.isdigit() and not pending.plain):
            anchors = tuple(pending.anchors)
            self._paragraphs.append(Paragraph(text, pending.heading, anchors=anchors, verse=pending.verse))
            self._links.append(pending.linked and not pending.plain)
            self._pending = _Pending()
        else:
            self._pending = _Pending(anchors=pending.anchors)

    def _end_scene(self) -> None:
        if self._paragraphs:
            self._paragraphs[-1] = replace(self._paragraphs[-1], scene_break=True)


def _leads_within(address: str) -> bool:
    return bool(address) and not re.match(r"[a-zA-Z][a-zA-Z+.-]*:|//", address)


def _without_contents(paragraphs: list[Paragraph], links: list[bool]) -> list[Paragraph]:
    """The paragraphs without tables of contents and their titles, whose anchors go to what follows."""
    kept: list[Paragraph] = []
    anchors: list[str] = []
    for linked, run in groupby(zip(paragraphs, links, strict=True), key=itemgetter(1)):
        found = [paragraph for paragraph, _ in run]
        if linked and len(found) >= _FEW_LINKS:
            if kept and _CONTENTS.fullmatch(kept[-1].text):
                anchors.extend(kept.pop().anchors)
            anchors.extend(anchor for paragraph in found for anchor in paragraph.anchors)
            continue
        for paragraph in found:
            kept.append(replace(paragraph, anchors=(*anchors, *paragraph.anchors)))
            anchors = []
    return kept


def _is_left_out(attributes: dict[str, str]) -> bool:
    kinds = f"{attributes.get('epub:type', '')} {attributes.get('role', '')}".split()
    classes = attributes.get("class", "").lower().split()
    hidden = "hidden" in attributes or attributes.get("aria-hidden") == "true"
    return hidden or not _NOT_SPOKEN.isdisjoint(kinds) or not _NOT_SPOKEN_CLASSES.isdisjoint(classes)


def _without_entities(data: bytes) -> bytes:
    """UTF-8 with the named entities of HTML as characters: no parser here reads the DTD that declares them."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    declared = re.match(rb"<\?xml[^>]{0,200}?encoding=[\"']([\w.-]{1,40})", data)
    if declared and encoding == "utf-8":
        encoding = declared[1].decode("ascii")
    try:
        text = data.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except (LookupError, UnicodeDecodeError):
        text = data.decode("utf-8", "replace")
    text = _ENTITY.sub(lambda match: match[0] if match[1] in _XML_ENTITIES else html.unescape(match[0]), text)
    return text.encode("utf-8", "replace")

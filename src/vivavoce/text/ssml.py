"""SSML 1.1: what we can do is done, everything else is refused with its place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from xml.parsers import expat

import numpy as np

from vivavoce.errors import InputError
from vivavoce.text.document import (
    Document,
    Pronunciation,
    SsmlEvent,
    Style,
    TextRegion,
    known_language,
    nearest_language,
)
from vivavoce.text.espeak import is_espeak_language, language_in_markup
from vivavoce.text.normalise.characters import PLACEHOLDER
from vivavoce.text.notices import Notices, place, prefix_place
from vivavoce.text.phonemes import LANGUAGES
from vivavoce.text.source_map import SourceMappedText
from vivavoce.text.ssml_reading import reading_of
from vivavoce.text.ssml_schema import (
    ATTRIBUTES,
    EMPTY,
    REQUIRED,
    TEXT_ONLY,
    UNSUPPORTED,
    WITHOUT_SOUND,
    apply_control,
    check_attribute,
    role_tag,
    voice_request,
)
from vivavoce.text.ssml_source import SsmlBytes
from vivavoce.text.ssml_values import break_seconds
from vivavoce.text.utterance import Boundary, Control

MAX_DEPTH = 32

_WHOLE_WORDS = frozenset({"emphasis", "prosody", "lang", "w", "token"})

Attributes = dict[str, str]


def parse_ssml(source: str, language: str, notices: Notices | None = None, *, lenient: bool = False) -> Document:
    """Read SSML. `language` holds until markup says otherwise; what is read otherwise than asked goes to `notices`.

    Raises `InputError` with line and column for what is not well formed, not SSML, or not supported; with `lenient`
    the tags of vendors' elements that have no meaning here are dropped with a notice, and what they hold is read.
    """
    return _Parser(source, language, Notices(source) if notices is None else notices, lenient).parse()


@dataclass(slots=True)
class _Element:
    name: str
    byte: int
    attributes: Attributes
    style: Style
    text: list[SourceMappedText] = field(default_factory=list[SourceMappedText])
    """What a text-only element holds."""


class _Parser:
    def __init__(self, source: str, language: str, notices: Notices, lenient: bool) -> None:
        self._source, self._notices, self._lenient = source, notices, lenient
        self._bytes = SsmlBytes.of(source)
        self._open: list[_Element] = []
        self._pieces: list[SourceMappedText] = []
        self._length = 0
        self._region_start = 0
        self._regions: list[TextRegion] = []
        self._styles: list[tuple[int, Style]] = [(0, Style(language, Control()))]
        self._events: list[SsmlEvent] = []
        self._pronunciations: dict[int, tuple[Pronunciation, ...]] = {}
        self._in_cdata = False
        self._expat = expat.ParserCreate("utf-8")
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters
        self._expat.StartCdataSectionHandler = lambda: self._cdata(True)
        self._expat.EndCdataSectionHandler = lambda: self._cdata(False)
        self._expat.StartDoctypeDeclHandler = self._refuse_doctype
        self._expat.ProcessingInstructionHandler = self._refuse_instruction

    def parse(self) -> Document:
        try:
            self._expat.Parse(self._bytes.data, True)
        except expat.ExpatError as error:
            where = f"line {error.lineno}, column {error.offset + 1}"
            cut_short = error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]
            complaint = "the SSML ends before </speak>" if cut_short else expat.ErrorString(error.code)
            raise InputError(f"{where}: {complaint}") from error
        text = SourceMappedText.concatenate(self._pieces)
        return Document(
            self._source, text, self._regions, self._styles, self._events, self._pronunciations, marked_up=True
        )

    def _refuse(self, complaint: str, byte: int | None = None) -> None:
        raise InputError(f"{self._place(byte)}: {complaint}")

    def _refuse_instruction(self, *_: object) -> None:
        self._refuse("processing instructions are not allowed")

    def _refuse_doctype(self, *_: object) -> None:
        """expat tells of it at its end."""
        self._refuse("a DOCTYPE is not allowed", self._bytes.data.rfind(b"<!DOCTYPE", 0, self._expat.CurrentByteIndex))

    def _place(self, byte: int | None = None) -> str:
        return place(self._bytes.data, self._expat.CurrentByteIndex if byte is None else byte)

    def _place_of(self, attribute: str) -> str:
        return self._place(self._bytes.find_attribute(attribute, self._open[-1].byte))

    def _start(self, name: str, attributes: Attributes) -> None:
        if self._open and self._drops_element(name, attributes):
            self._open.append(_Element("", self._expat.CurrentByteIndex, {}, self._open[-1].style))
            return
        if self._open and self._open[-1].name == "metadata":  # in any vocabulary
            self._open.append(_Element("metadata", self._expat.CurrentByteIndex, {}, self._open[-1].style))
            return
        self._check_element(name)
        parent = self._open[-1].style if self._open else self._styles[-1][1]
        element = _Element(name, self._expat.CurrentByteIndex, attributes, parent)
        self._open.append(element)
        self._check_attributes(element)
        element.style = self._inner_style(element)
        if element.style != parent:
            if name in _WHOLE_WORDS:
                self._check_between_words(element.byte, self._bytes.after_tag(element.byte), f"<{name}> begins")
            self._styles.append((element.byte, element.style))
        if name in ("p", "s") or (name == "voice" and element.style.voice != parent.voice):
            self._end_region(whole=False)
        elif name == "break":
            with prefix_place(self._place):
                seconds = break_seconds(attributes.get("strength"), attributes.get("time"))
            self._events.append(SsmlEvent(element.byte, seconds))
            self._append(SourceMappedText(" ", *np.full((2, 1), element.byte)))
        elif name in ("mark", "bookmark"):
            self._events.append(SsmlEvent(element.byte, name=attributes.get("name") or attributes["mark"]))

    def _drops_element(self, name: str, attributes: Attributes) -> bool:
        """Whether an element of a vendor is passed over; its notice names it and its place."""
        namespace = name.partition(":")[0] if ":" in name else ""
        if name not in UNSUPPORTED and namespace not in ("amazon", "mstts", "google"):
            return False
        why = UNSUPPORTED.get(name, "it has no meaning here")
        if not self._lenient:
            self._refuse(f"<{name}> is not supported: {why}; remove it, or drop such elements with --lenient")
        byte = self._expat.CurrentByteIndex
        self._notices.add(f"<{name}> dropped ({why})", (byte, byte), attributes.get("name", name))
        return True

    def _check_between_words(self, byte: int, following: int, what: str) -> None:
        """Raise `InputError` where letters stand on both sides of a tag: no voice changes within a word."""
        before = self._pieces[-1].text[-1:] if self._pieces else ""
        after = self._bytes.data[following : following + 8].decode("utf-8", "ignore")[:1]
        if before.isalnum() and after.isalnum() and self._open[-1].name not in TEXT_ONLY:
            self._refuse(f"{what} inside a word; put the tags around whole words", byte)

    def _check_element(self, name: str) -> None:
        names = [element.name for element in self._open]
        if name not in ATTRIBUTES and name.lower() in ATTRIBUTES:
            self._refuse(f"<{name}> is not supported: the names of SSML are in small letters; write <{name.lower()}>")
        if name not in ATTRIBUTES:
            self._refuse(f"<{name}> is not supported; use {', '.join(ATTRIBUTES)}")
        if (name == "speak") != (not names):
            self._refuse("the outermost element must be <speak>, and no other may be")
        if len(names) >= MAX_DEPTH:
            self._refuse(f"elements nest more than {MAX_DEPTH} deep")
        if names and names[-1] in TEXT_ONLY | EMPTY:
            self._refuse(f"<{names[-1]}> may not hold <{name}>")
        if (name == "s" and "s" in names) or (name == "p" and {"p", "s"} & set(names)):
            self._refuse(f"<{name}> may not stand inside a sentence or a paragraph of its own kind")

    def _check_attributes(self, element: _Element) -> None:
        for attribute, value in element.attributes.items():
            with prefix_place(lambda attribute=attribute: self._place_of(attribute)):
                check_attribute(element.name, attribute, value)
        required = REQUIRED.get(element.name)
        if required and not element.attributes.get(required, "").strip():
            self._refuse(f'<{element.name}> needs {required}="…"')

    def _inner_style(self, element: _Element) -> Style:
        """The style inside an element: rates and ranges multiply, pitches and volumes add."""
        style, control = element.style, element.style.control
        for attribute, value in element.attributes.items():
            with prefix_place(lambda attribute=attribute: self._place_of(attribute)):
                if attribute == "xml:lang":
                    style = replace(style, language=self._language(value, element.byte))
                elif attribute == "role":
                    style = replace(style, tag=role_tag(value))
                elif element.name in ("prosody", "emphasis"):
                    control = apply_control(control, attribute, value.strip())
        if element.name == "emphasis" and "level" not in element.attributes:
            control = replace(control, emphasis="moderate")
        if element.name == "voice":
            with prefix_place(lambda: self._place(element.byte)):
                style = replace(style, voice=voice_request(element.attributes, self._place(element.byte)))
        return replace(style, control=control)

    def _language(self, tag: str, byte: int) -> str:
        """The language to read in: a variety of English that no voice speaks is read as its nearest, with a notice."""
        if is_espeak_language(whole := self._styles[0][1].language):
            return language_in_markup(tag, whole)
        try:
            return known_language(tag)
        except InputError:
            nearest = nearest_language(tag) or (LANGUAGES[0] if self._lenient else None)
            if nearest is None:
                raise
            self._notices.add(f"read as {nearest}", (byte, byte), tag)
            return nearest

    def _end(self, name: str) -> None:
        element = self._open.pop()
        if not element.name:
            return
        if name in ("p", "s", "speak"):
            self._end_region(whole=name == "s", boundary="sentence" if name == "s" else "paragraph")
        if name in TEXT_ONLY - WITHOUT_SOUND:
            self._append(self._read(element))
        outside = self._open[-1].style if self._open else element.style
        if name == "voice" and outside.voice != element.style.voice:
            self._end_region(whole=False)
        if outside != element.style:
            if name in _WHOLE_WORDS:
                end = self._expat.CurrentByteIndex
                self._check_between_words(end, end + len(name.encode()) + 3, f"</{name}> stands")
            self._styles.append((self._expat.CurrentByteIndex, outside))

    def _end_region(self, *, whole: bool, boundary: Boundary = "sentence") -> None:
        if self._length > self._region_start:
            self._regions.append(TextRegion(self._region_start, self._length, whole, boundary))
        elif boundary == "paragraph" and self._regions:
            self._regions[-1] = replace(self._regions[-1], boundary=boundary)
        self._region_start = self._length

    def _cdata(self, inside: bool) -> None:
        self._in_cdata = inside

    def _characters(self, data: str) -> None:
        byte = self._expat.CurrentByteIndex
        piece = self._bytes.piece(data, byte, self._in_cdata)
        if self._open[-1].name in WITHOUT_SOUND:
            return
        if self._open[-1].name in EMPTY and data.strip():
            self._refuse(f"<{self._open[-1].name}> must be empty")
        if self._open[-1].name in TEXT_ONLY:
            self._open[-1].text.append(piece)
        else:
            self._append(piece)

    def _append(self, piece: SourceMappedText) -> None:
        self._pieces.append(piece)
        self._length += len(piece.text)

    def _read(self, element: _Element) -> SourceMappedText:
        """What a text-only element says in place of its text, over the bytes of that text."""
        held = SourceMappedText.concatenate(element.text)
        span = held.span(0, len(held.text)) if held.text else (element.byte, self._expat.CurrentByteIndex)
        with prefix_place(lambda: self._place(element.byte)):
            read = reading_of(element.name, element.attributes, held.text, element.style.language)
        if isinstance(read, tuple):
            self._pronunciations[span[0]] = read
            read = PLACEHOLDER
        return SourceMappedText(read, *(np.full(len(read), edge) for edge in span))

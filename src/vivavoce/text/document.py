"""What is to be read, marked up or not: characters tied to the input, and what the markup asks of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vivavoce.errors import InputError
from vivavoce.text.html_text import without_html
from vivavoce.text.layout import stretches
from vivavoce.text.phonemes import LANGUAGES
from vivavoce.text.source_map import SourceMappedText
from vivavoce.text.utterance import Boundary, Control
from vivavoce.text.voice_request import VoiceRequest

MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Style:
    """What holds for a stretch of text."""

    language: str
    control: Control
    tag: str = ""
    """A Penn tag that the markup gives, or nothing."""
    voice: VoiceRequest | None = None


@dataclass(frozen=True, slots=True)
class TextRegion:
    """Characters that no sentence crosses the edge of; `whole` if they are one sentence, `boundary` what ends there."""

    start: int
    end: int
    whole: bool = False
    boundary: Boundary = "sentence"


@dataclass(frozen=True, slots=True)
class SsmlEvent:
    """A break of `seconds`, or a mark of this `name`, between the characters before and after a byte of the input."""

    byte: int
    seconds: float = 0.0
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """A word whose sounds the markup gives."""

    text: str
    phonemes: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """`styles` holds (first byte, style) in order, from byte 0 on. Where `text` holds a placeholder that
    stands for byte `n`, `pronunciations[n]` has its words; `marked_up` tells whether it can hold any."""

    source: str
    text: SourceMappedText
    regions: Iterable[TextRegion]
    styles: Sequence[tuple[int, Style]]
    events: Sequence[SsmlEvent] = ()
    pronunciations: Mapping[int, tuple[Pronunciation, ...]] = field(
        default_factory=dict[int, tuple[Pronunciation, ...]]
    )
    marked_up: bool = False

    def style_at(self, byte: int) -> Style:
        return self.styles[bisect_right(self.styles, byte, key=lambda style: style[0]) - 1][1]


def plain_document(source: str, language: str) -> Document:
    """A text without markup of speech: its HTML and the signs of its layout are taken out, one style."""
    text = without_html(SourceMappedText.of(source))
    regions = (TextRegion(part.start, part.end, boundary=part.boundary) for part in stretches(text.text))
    return Document(source, text, regions, [(0, Style(language, Control()))])


_AS_AMERICAN = ("en-ca", "en-ph", "en-us-posix")
"""Varieties of English that are read as in the United States; all others are read as in Britain."""


def nearest_language(tag: str) -> str | None:
    """What a variety of English is read as that is none of `LANGUAGES` itself; None for another language."""
    wanted = tag.strip().replace("_", "-").lower()
    if not wanted.startswith("en-"):
        return None
    return "en-US" if wanted in _AS_AMERICAN else "en-GB"


def known_language(tag: str) -> str:
    """One of `LANGUAGES` for a BCP 47 tag such as "en-gb" or "en". Raises `InputError` for another."""
    wanted = tag.strip().replace("_", "-").lower()
    for language in LANGUAGES:
        if wanted == language.lower() or (wanted == "en" and language == LANGUAGES[0]):
            return language
    raise InputError(f"language {tag!r} cannot be pronounced; use one of {', '.join(LANGUAGES)}")

"""What a book is made of, whatever file it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text of one paragraph; `scene_break` says that a gap follows it in the book."""

    text: str
    heading: bool = False
    scene_break: bool = False
    anchors: tuple[str, ...] = ()
    """Identifiers of the places in the book that begin here."""
    verse: bool = False
    """Whether its lines are verse, in which sentences run on from line to line."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the book with an entry in its table of contents."""

    title: str
    read: Callable[[], list[Paragraph]]
    """Its paragraphs, title included where the book prints one. Raises `InputError` for a file that is broken."""
    size: int
    """Bytes of text, about: what progress is counted by."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture in JPEG or PNG."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Book:
    """Chapters in the order of reading, and what is known of the whole."""

    title: str
    chapters: tuple[Chapter, ...]
    authors: tuple[str, ...] = ()
    language: str = ""
    """BCP 47, as the book says; empty where it does not."""
    publisher: str = ""
    date: str = ""
    description: str = ""
    cover: Cover | None = None

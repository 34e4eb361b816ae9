"""A book by the suffix of its file."""

from __future__ import annotations

from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.text.book.epub import open_epub
from vivavoce.text.book.model import Book
from vivavoce.text.book.plain import open_plain

_PLAIN = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".text")


def open_book(path: Path) -> Book:
    """Read a book's table of contents; its chapters are read when they are wanted.

    Raises `InputError` for a file that is no book, and `OSError` if there is no such file.
    """
    suffix = path.suffix.lower()
    if suffix == ".epub":
        return open_epub(path)
    if suffix in _PLAIN:
        return open_plain(path)
    raise InputError(f"{path}: unknown kind of book, use .epub, .txt, .md or .html")

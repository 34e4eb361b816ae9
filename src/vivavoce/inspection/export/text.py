"""Names of strangers' files in formats that cannot hold every character."""

from __future__ import annotations


def printable(text: str, without: str = "") -> str:
    """Text on one line, with a question mark for what cannot be printed and for the characters of `without`."""
    return "".join(c if c.isprintable() and c not in without else "?" for c in text)

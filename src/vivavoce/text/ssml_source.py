"""The bytes of an SSML document, and the text that stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import numpy as np

from vivavoce.errors import InputError
from vivavoce.text.normalise.characters import PLACEHOLDER
from vivavoce.text.source_map import SourceMappedText

_REFERENCE = re.compile(rb"&[#\w]{1,12};")
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class SsmlBytes:
    """A document in UTF-8."""

    data: bytes

    @classmethod
    def of(cls, source: str) -> Self:
        """The source as UTF-8. Raises `InputError` for half of a surrogate pair, which no UTF-8 has."""
        try:
            return cls(source.encode())
        except UnicodeEncodeError as error:
            raise InputError(f"character {error.start + 1} of the SSML is half of a surrogate pair") from error

    def find_attribute(self, name: str, byte: int) -> int:
        """The byte where an attribute of the tag at `byte` begins; that of the tag where it cannot be found."""
        found = re.compile(rb"\s" + re.escape(name.encode()) + rb"\s*=").search(self.data, byte)
        return found.start() + 1 if found else byte

    def after_tag(self, byte: int) -> int:
        """The byte after the tag that begins at `byte`."""
        quote = b""
        while byte < len(self.data):
            sign = self.data[byte : byte + 1]
            if quote:
                quote = b"" if sign == quote else quote
            elif sign in (b'"', b"'"):
                quote = sign
            elif sign == b">":
                break
            byte += 1
        return byte + 1

    def piece(self, text: str, byte: int, in_cdata: bool) -> SourceMappedText:
        """Character data that begins at `byte`, each character with the bytes it came from."""
        text = text.replace(PLACEHOLDER, _UNREADABLE)
        reference = None if in_cdata else _REFERENCE.match(self.data, byte)
        if reference:
            return SourceMappedText(text, *(np.full(len(text), edge) for edge in reference.span()))
        if text == "\n":
            width = 2 if self.data.startswith(b"\r\n", byte) else 1
            return SourceMappedText(text, np.array([byte]), np.array([byte + width]))
        piece = SourceMappedText.of(text)
        return SourceMappedText(piece.text, piece.starts + byte, piece.ends + byte)

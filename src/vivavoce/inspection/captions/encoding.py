"""Bytes of caption files to text: Unicode by its mark, UTF-8, or a code page that is guessed."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHERWISE = "cp1252"
WESTERN = frozenset("àâäáãåæçéèêëíîïñóôöõøœúùûüßÿÀÂÄÁÅÆÇÉÈÊÑÓÖØÚÜ¿¡«»‘’“”–—…€ªº°")
MOST_ACCENTED = 0.3
"""Part of the letters that carry accents in Western languages; other alphabets have none but such bytes."""
GUESSED_BYTES = 1 << 16


def decode_captions(data: bytes) -> tuple[str, str]:
    """The text, and the name of the code page where it had to be guessed (empty otherwise)."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), ""
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    spoken = b"\n".join(line for line in data[:GUESSED_BYTES].splitlines() if max(line, default=0) > 127)
    western = spoken.decode(OTHERWISE, "replace")
    best = None if _is_western(western) else from_bytes(spoken).best()
    encoding = best.encoding if best else OTHERWISE
    return data.decode(encoding, "replace"), encoding


def _is_western(text: str) -> bool:
    """Whether accented letters are those of French, German, Spanish, Portuguese or the Nordic languages, and few."""
    letters = [sign for sign in text if sign.isalpha() or ord(sign) > 127]
    accented = [sign for sign in letters if ord(sign) > 127]
    return all(sign in WESTERN for sign in accented) and len(accented) <= MOST_ACCENTED * len(letters)

"""Text that went through a wrong code page or a bad line."""

from __future__ import annotations

import re
import unicodedata

MOJIBAKE = re.compile(r"[ÃÂâ][\u0080-\u00bf€™œ‚ƒ„…†‡ˆ‰Š‹Œ\"]|ï»¿|Ð[\u0080-\u00bf]")
STRAY = frozenset("#¤%@~^|\\¦§`{}<>_=")
WORD = re.compile(r"\S+")


def garbled_share(text: str) -> float:
    """Part of the characters that have no business in a caption, 0 to 1."""
    if not text:
        return 0.0
    wrong = sum(sign == "\ufffd" or unicodedata.category(sign) in ("Cc", "Co", "Cn") for sign in text)
    wrong += 2 * len(MOJIBAKE.findall(text))
    for match in WORD.finditer(text):
        word = match.group()
        inside = word.strip("#%&@_<>{}[]()~=")
        wrong += sum(sign in STRAY or sign == "&" for sign in inside) if any(s.isalpha() for s in word) else 0
    return min(1.0, wrong / len(text))

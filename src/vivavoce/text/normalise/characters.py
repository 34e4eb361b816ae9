"""Characters that no voice can read: folded into ones that it can, named, or left out with a notice."""

from __future__ import annotations

import unicodedata

from vivavoce.text.notices import Notices
from vivavoce.text.patterns import Pattern
from vivavoce.text.source_map import SourceMappedText

PLACEHOLDER = "\ue000"
"""Stands in the text of a marked-up document for a word whose reading the markup gave."""

_UNUSUAL = Pattern(r"[^\x20-\x7e]+")
_KEPT = frozenset("“”‘’«»„–—…£€¥₹₩¢°²³½¼¾⅓⅔⅛⅜⅝⅞⅕⅙§¶±×÷©™®→⇒←•µ≠≤≥≈⁺₊⁰¹⁴⁵⁶⁷⁸⁹⁻ⁿ")
_NAMES = {
    "−": "-", "‐": "-", "‑": "-", "‒": "–", "―": "—", "⁄": "/", "∕": "/", "″": "″", "′": "′", "ʼ": "'", "‹": "'",
    "›": "'",
    "·": " ", "。": ". ", "、": ", ", "،": ",", "؟": "?", "؛": ";", "।": ".", "¿": " ", "¡": " ", "№": "number ",
    "☎": "telephone ", "∞": "infinity",
    "√": " the square root of ", "∑": "sum", "∆": "delta", "μ": "µ", "Ω": "ohm", "‰": " per mille", "ẞ": "SS",
    "∈": " in ", "∉": " not in ", "⊂": " is a subset of ", "⊆": " is a subset of ", "∪": " union ", "∩": " intersection ",
    "∀": " for all ", "∃": " there exists ", "∂": " partial ", "∇": " del ", "∫": " the integral of ", "∠": " angle ",
    "∝": " is proportional to ", "≡": " is equivalent to ", "⊥": " is perpendicular to ", "∥": " is parallel to ",
    "∅": " the empty set ", "∧": " and ", "∨": " or ", "¬": " not ", "∴": " therefore ", "∵": " because ", "∏": "product",
    "⌘": "Command", "⌥": "Option", "⇧": "Shift",
    "♭": " flat ", "♯": " sharp ", "♮": " natural ",
    "₽": "RUB", "₪": "ILS", "₺": "TRY", "₴": "UAH", "₦": "NGN", "₫": "VND", "₱": "PHP", "฿": "THB", "₿": "BTC",
    "ð": "th", "Ð": "Th", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ĸ": "k",
}  # fmt: skip
_READABLE_LETTERS = frozenset("ªµºÀÁÂÃÄÅÆÇÉÊÌÍÎÏÑÒÓÔÕÖØÚÜàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿß") | frozenset(
    "ĀāĂăąĆćČčĎďĐđĒēĕĖėęěğģīĭİķļĽľŁłńņňōŏőŒœŘřŚśŞşŠšţťūŭŮůŰųŵŹźŻżŽž"
)
_GREEK_WORD = Pattern(r"[\u0370-\u03ff\u1f00-\u1fff]{2,}")
_EMOJI_PARTS = frozenset("\u200d\ufe0f\ufe0e\u20e3") | {chr(c) for c in range(0x1F3FB, 0x1F400)}


def readable(text: SourceMappedText, notices: Notices, *, placeholders: bool = False) -> SourceMappedText:
    """The text in letters, digits and marks that can be pronounced, on one line.

    `placeholders` lets `PLACEHOLDER` through; it is for documents whose own text holds none.
    """
    edits: list[tuple[int, int, str]] = []
    for match in _UNUSUAL.finditer(text.text):
        edits += _edits(text, match.start(), match.end(), notices, placeholders)
    return text.edit(edits)


def _edits(
    text: SourceMappedText, start: int, end: int, notices: Notices, placeholders: bool
) -> list[tuple[int, int, str]]:
    """Edits to the unusual characters from `start` to `end`, a run of one kind at a time."""
    edits: list[tuple[int, int, str]] = []
    while start < end:
        character = text.text[start]
        stop = start + 1
        while stop < end and (unicodedata.combining(text.text[stop]) or text.text[stop] in _EMOJI_PARTS):
            stop += 1
        folded = character if placeholders and character == PLACEHOLDER else _fold_marks(text.text[start:stop])
        greek = _GREEK_WORD.match(text.text, start, end)
        if greek:
            stop, folded = greek.end(), None
        if folded is None:
            kind = _kind(character)
            while stop < end and _fold_marks(text.text[stop]) is None and _kind(text.text[stop]) == kind:
                stop += 1
            notices.add(f"{kind} left out", text.span(start, stop), text.text[start:stop])
            folded = " "
        if folded != text.text[start:stop]:
            edits.append((start, stop, folded))
        start = stop
    return edits


def _fold_marks(cluster: str) -> str | None:
    """What to read for a character and the marks on it, or None if it cannot be read."""
    character = cluster[0]
    if character in _NAMES:
        return _NAMES[character]
    if character.isspace() or character in "\x1c\x1d\x1e\x1f\x85":
        return " "
    if character in "\xad\ufeff\u200b\u2060" or unicodedata.combining(character):
        return ""
    if _is_emoji(cluster):
        return None
    composed = unicodedata.normalize("NFC", cluster)
    if composed in _READABLE_LETTERS or composed in _KEPT:
        return composed
    if " " <= composed[:1] <= "~":
        return composed[0]
    simple = "".join(c for c in unicodedata.normalize("NFKD", cluster) if not unicodedata.combining(c))
    simple = simple.replace("⁄", "/")
    if simple.isascii() and simple.isprintable():
        return f" {simple}" if "/" in simple else simple
    if simple.isdecimal():
        return "".join(str(unicodedata.decimal(c)) for c in simple)
    if unicodedata.category(character).startswith("P"):
        return " "
    return _greek_name(character)


def _greek_name(character: str) -> str | None:
    """ "alpha" for α."""
    name = unicodedata.name(character, "")
    words = name.split()
    return f" {words[3].lower()} " if name.startswith(("GREEK SMALL LETTER", "GREEK CAPITAL LETTER")) else None


def _is_emoji(cluster: str) -> bool:
    character = cluster[0]
    return character not in _KEPT and (
        unicodedata.category(character) in ("So", "Sk") or character in _EMOJI_PARTS or "\ufe0f" in cluster
    )


def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "C":
        return "control and unassigned characters"
    if category[0] == "S" or character in _EMOJI_PARTS:
        return "emoji and symbols"
    script = unicodedata.name(character, "unknown").split()[0].split("-")[0]
    return f"{_SCRIPTS.get(script, script.capitalize())} text"


_SCRIPTS = {"CJK": "Chinese", "HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "GREEK": "Greek"}

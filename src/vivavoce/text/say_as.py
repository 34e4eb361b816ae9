"""SSML's `say-as`: a stretch of text read as one kind of thing."""

from __future__ import annotations

import re
from collections.abc import Callable

from hibari.g2p import numbers as hibari_numbers

from vivavoce.errors import InputError
from vivavoce.text.document import Pronunciation
from vivavoce.text.normalise.calendar import date, full_year
from vivavoce.text.normalise.money import WHOLE as MONEY
from vivavoce.text.normalise.numerals import fraction
from vivavoce.text.normalise.rules import cardinal, digit_by_digit
from vivavoce.text.normalise.units import MEASURE
from vivavoce.text.pronounce import grapheme_to_phoneme

_MAX_DIGITS = 33
"""hibari's number words end at decillions."""

_SIGNS = {
    ".": "dot", ",": "comma", "-": "dash", "_": "underscore", "/": "slash", "\\": "backslash", "@": "at", "#": "hash",
    "&": "and", "+": "plus", "*": "star", "?": "question mark", "!": "exclamation mark", ":": "colon", ";": "semicolon",
    "'": "apostrophe", '"': "quote", "(": "open bracket", ")": "close bracket", "%": "percent", "=": "equals",
    "$": "dollar", "~": "tilde", "<": "less than", ">": "greater than", "^": "caret", "|": "bar",
}  # fmt: skip
_CARDINAL = re.compile(r"([-−]?)(\d[\d,]*)(\.\d+)?")
_ORDINAL = re.compile(r"(\d[\d,]*)(?:st|nd|rd|th)?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([aApP])?\.?[mM]?\.?")
_DURATION = re.compile(r"(\d{1,3})'(?:(\d{1,2})(?:''|\"))?")
_TELEPHONE = re.compile(r"\+?[\d\s().-]*\d[\d\s().-]*(?:\s*(?:x|ext\.?)\s*\d+)?")
_FRACTION = re.compile(r"(?:(\d+)[\s+])?\s*(\d{1,6})\s*/\s*(\d{1,6})")
_DATE_ORDERS = frozenset(["mdy", "dmy", "ymd", "ydm", "md", "dm", "ym", "my", "y", "m", "d"])


def spoken(kind: str, layout: str | None, text: str, language: str) -> str | tuple[Pronunciation, ...]:
    """What to read for `text`: other text, or words with their sounds.

    Raises `InputError` for a kind that is not supported or a text that is not of its kind.
    """
    text = " ".join(text.split())
    if kind not in _READERS:
        raise InputError(f"say-as {kind!r} is not supported; use one of {', '.join(_READERS)}")
    if layout is not None and kind not in ("date", "time"):
        raise InputError(f"format={layout!r} says nothing to say-as {kind!r}; leave it out")
    read = _characters(text, language) if kind in _SPELLED else _READERS[kind](text, layout)
    if not read:
        raise InputError(f"{text!r} cannot be read as {kind}" + (f" in the format {layout!r}" if layout else ""))
    return read


def _characters(text: str, language: str) -> tuple[Pronunciation, ...]:
    g2p = grapheme_to_phoneme(language)
    pronunciations: list[Pronunciation] = []
    for character in text:
        if character.isascii() and character.isalpha():
            pronunciations.append(Pronunciation(character.upper(), g2p.lexicon.get_NNP(character)[0] or "", "NNP"))
        else:
            name = hibari_numbers.cardinal(int(character)) if character in "0123456789" else _SIGNS.get(character, "")
            pronunciations += [Pronunciation(word, g2p(word, normalize_text=False), "NN") for word in name.split()]
    return tuple(pronunciations)


def _cardinal(text: str, layout: str | None) -> str:
    match = _CARDINAL.fullmatch(text)
    if not match or len(match[2]) > _MAX_DIGITS:
        return ""
    decimals = f" point {digit_by_digit(match[3][1:])}" if match[3] else ""
    return ("minus " if match[1] else "") + cardinal(match[2]) + decimals


def _ordinal(text: str, layout: str | None) -> str:
    match = _ORDINAL.fullmatch(text)
    return hibari_numbers.ordinal(int(match[1].replace(",", ""))) if match and len(match[1]) <= _MAX_DIGITS else ""


def _digits(text: str, layout: str | None) -> str:
    return digit_by_digit("".join(c for c in text if c in "0123456789")) if re.fullmatch(r"[\d\s.,-]+", text) else ""


def _date(text: str, layout: str | None) -> str:
    order = layout or ("ymd" if re.match(r"\d{4}", text) else "mdy")
    parts = re.findall(r"\d+", text)
    if order == "ymd" and len(parts) == 1 and len(parts[0]) == 8:
        parts = [text[:4], text[4:6], text[6:]]
    if order not in _DATE_ORDERS or len(parts) != len(order) or not re.fullmatch(r"[\d\s/.-]+", text):
        return ""
    fields = dict(zip(order, parts, strict=True))
    year = full_year(fields.get("y", ""))
    if len(year) > 4 or any(len(fields.get(field, "")) > 2 for field in "md"):
        return ""
    if "m" not in fields:
        return year or (hibari_numbers.ordinal(int(fields["d"])) if 1 <= int(fields["d"]) <= 31 else "")
    whole = date(int(fields.get("d", "1")), int(fields["m"]), year if "d" in fields else "") or ""
    return whole if "d" in fields or not whole else f"{whole.split()[0]} {year}".strip()


def _time(text: str, layout: str | None) -> str:
    if layout not in (None, "hms12", "hms24"):
        return ""
    if match := _DURATION.fullmatch(text):
        minutes, seconds = (int(part or 0) for part in match.groups())
        parts = [(minutes, "minute"), (seconds, "second")]
        return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)
    match = _TIME.fullmatch(text)
    if not match or int(match[1]) > 24 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        return ""
    return (
        f"{match[1]}:{match[2]}"
        + (f":{match[3]}" if match[3] else "")
        + (f" {match[4].upper()}.M." if match[4] else "")
    )


def _telephone(text: str, layout: str | None) -> str:
    if not _TELEPHONE.fullmatch(text):
        return ""
    number, _, extension = text.replace("ext", "x").partition("x")
    groups = ", ".join(digit_by_digit(group) for group in re.findall(r"\d+", number))
    tail = f", extension {digit_by_digit(extension.strip(' .'))}" if extension else ""
    return ("plus " if text.startswith("+") else "") + groups + tail


def _fraction(text: str, layout: str | None) -> str:
    match = _FRACTION.fullmatch(text)
    if not match or int(match[3]) < 2:
        return ""
    return (f"{match[1]} and " if match[1] else "") + fraction(int(match[2]), int(match[3]))


def _currency(text: str, layout: str | None) -> str:
    return text if any(pattern.fullmatch(text) for pattern in MONEY) else ""


def _unit(text: str, layout: str | None) -> str:
    return text if MEASURE.fullmatch(text) else ""


_SPELLED = ("characters", "spell-out", "verbatim")
_READERS: dict[str, Callable[[str, str | None], str]] = {
    "cardinal": _cardinal,
    "number": _cardinal,
    "ordinal": _ordinal,
    "digits": _digits,
    **dict.fromkeys(_SPELLED, lambda text, layout: ""),
    "date": _date,
    "time": _time,
    "telephone": _telephone,
    "currency": _currency,
    "fraction": _fraction,
    "unit": _unit,
}

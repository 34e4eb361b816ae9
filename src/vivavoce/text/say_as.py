"""SSML's `say-as`: a stretch of text read as one kind of thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from hibari.g2p import numbers as hibari_numbers

from vivavoce.errors import InputError
from vivavoce.text.document import Pronunciation
from vivavoce.text.normalise.abbreviations import STREETS
from vivavoce.text.normalise.calendar import MONTHS, date, full_year
from vivavoce.text.normalise.identifiers import DIRECTIONS, STATES, in_pairs
from vivavoce.text.normalise.money import WHOLE as MONEY
from vivavoce.text.normalise.numerals import fraction
from vivavoce.text.normalise.rules import cardinal, digit_by_digit
from vivavoce.text.normalise.units import MEASURE
from vivavoce.text.patterns import Pattern
from vivavoce.text.pronounce import grapheme_to_phoneme

_MAX_DIGITS = 33
"""hibari's number words end at decillions."""

_SIGNS = {
    ".": "dot", ",": "comma", "-": "dash", "_": "underscore", "/": "slash", "\\": "backslash", "@": "at", "#": "hash",
    "&": "and", "+": "plus", "*": "star", "?": "question mark", "!": "exclamation mark", ":": "colon", ";": "semicolon",
    "'": "apostrophe", '"': "quote", "(": "open bracket", ")": "close bracket", "%": "percent", "=": "equals",
    "$": "dollar", "~": "tilde", "<": "less than", ">": "greater than", "^": "caret", "|": "bar",
}  # fmt: skip
_CARDINAL = Pattern(r"([-−]?)(\d[\d,]*)(\.\d+)?")
_ORDINAL = Pattern(r"(\d[\d,]*)(?:st|nd|rd|th)?")
_TIME = Pattern(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([aApP])?\.?[mM]?\.?")
_DURATION = Pattern(r"(\d{1,3})'(?:(\d{1,2})(?:''|\"))?")
_TELEPHONE = Pattern(r"\+?[\d\s().-]*\d[\d\s().-]*(?:\s*(?i:x|ext\.?)\s*\d+)?")
_LETTER_TELEPHONE = Pattern(r"([\d\s()+-]*\d)[\s-]*([A-Za-z]{3,10})")
_UNIT = Pattern(r"([-−]?\d[\d,]*(?:\.\d+)?)\s?([A-Za-z][A-Za-z ]{1,30})")
_FRACTION = Pattern(r"(?:(\d+)[\s+])?\s*(\d{1,6})\s*/\s*(\d{1,6})")
_DATE_ORDERS = frozenset(["mdy", "dmy", "ymd", "ydm", "md", "dm", "ym", "my", "y", "m", "d"])


def read_as(
    kind: str, layout: str | None, text: str, language: str, *, detail: str | None = None, region: str | None = None
) -> str | tuple[Pronunciation, ...]:
    """What to read for `text`: other text, or words with their sounds. `region` (a language) decides the order of an
    otherwise unclear date; `detail` asks for nothing that is not done anyway.

    Raises `InputError` for a kind that is not supported or a text that is not of its kind.
    """
    text = " ".join(text.split())
    if kind not in _READERS:
        raise InputError(f"say-as {kind!r} is not supported; use one of {', '.join(_READERS)}")
    if detail is not None and not detail.isdigit():
        raise InputError(f"detail={detail!r} is no number")
    if layout is not None and kind not in _WITH_FORMAT:
        raise InputError(f"format={layout!r} says nothing to say-as {kind!r}; leave it out")
    if kind == "date" and layout is None and (region or language) == "en-GB":
        layout = "dmy" if re.match(r"\d{1,2}\D\d{1,2}\D\d", text) else None
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
    if any(word.lower() in MONTHS for word in re.findall(r"[^\W\d_]{3,}", text)):
        return text
    order, sizes = _date_order(layout or ("ymd" if re.match(r"[\d?]{4}", text) else "mdy"))
    parts = re.findall(r"[\d?]+", text)
    if len(parts) == 1 and len(order) > 1 and len(parts[0]) == sum(sizes):
        edges = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
        parts = [parts[0][start:end] for start, end in pairwise(edges)]
    if order not in _DATE_ORDERS or len(parts) != len(order) or not re.fullmatch(r"[\d?\s/.-]+", text):
        return ""
    fields = {name: "" if "?" in part else part for name, part in zip(order, parts, strict=True)}
    fields = {name: part for name, part in fields.items() if part}
    year = full_year(fields.get("y", ""))
    if len(year) > 4 or any(len(fields.get(field, "")) > 2 for field in "md"):
        return ""
    if "m" not in fields:
        return year or (hibari_numbers.ordinal(int(fields["d"])) if 1 <= int(fields.get("d", "0")) <= 31 else "")
    whole = date(int(fields.get("d", "1")), int(fields["m"]), year if "d" in fields else "") or ""
    return whole if "d" in fields or not whole else f"{whole.split()[0]} {year}".strip()


def _date_order(layout: str) -> tuple[str, list[int]]:
    """ "ymd" and the digits of each part, of "yyyymmdd" or "ymd"."""
    runs = re.findall(r"(y+|m+|d+)", layout.lower())
    order = "".join(run[0] for run in runs)
    spelled = any(len(run) > 1 for run in runs)
    return order, [len(run) if spelled else (4 if run[0] == "y" else 2) for run in runs]


def _time(text: str, layout: str | None) -> str:
    if layout is not None and not re.fullmatch(r"h?m?s?(?:12|24)?Z?", layout):
        return ""
    if match := _DURATION.fullmatch(text):
        return _count_units(match[1], "minute", match[2], "second")
    match = _TIME.fullmatch(text)
    if not match or int(match[1]) > 24 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        return ""
    return (
        f"{match[1]}:{match[2]}"
        + (f":{match[3]}" if match[3] else "")
        + (f" {match[4].upper()}.M." if match[4] else "")
    )


def _duration(text: str, layout: str | None) -> str:
    parts = text.split(":")
    names = {"hms": ("hour", "minute", "second"), "hm": ("hour", "minute"), "ms": ("minute", "second")}
    units = names.get(layout or ("hms" if len(parts) == 3 else "ms"), ())
    if len(parts) != len(units) or not all(part.isdigit() and len(part) < 4 for part in parts):
        return ""
    return _count_units(*(item for pair in zip(parts, units, strict=True) for item in pair))


def _count_units(*pairs: str | None) -> str:
    """ "1 minute 21 seconds" of ("1", "minute", "21", "second"); what is nothing is left out."""
    counts = [(int(pairs[n] or 0), pairs[n + 1]) for n in range(0, len(pairs), 2)]
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in counts if count)


def _telephone(text: str, layout: str | None) -> str:
    if match := _LETTER_TELEPHONE.fullmatch(text):
        return f"{_telephone(match[1], None)}, {match[2].capitalize()}"
    if not _TELEPHONE.fullmatch(text):
        return ""
    number, _, extension = re.sub("ext", "x", text, flags=re.IGNORECASE).partition("x")
    groups = re.findall(r"\d+", number)
    if len(groups) == 1 and len(groups[0]) in (10, 11) and not groups[0].startswith("0"):
        country, rest = groups[0][:-10], groups[0][-10:]
        groups = [*([country] if country else []), rest[:3], rest[3:6], rest[6:]]
    said = ", ".join(map(digit_by_digit, groups))
    tail = f", extension {digit_by_digit(extension.strip(' .'))}" if extension else ""
    return ("plus " if text.startswith("+") else "") + said + tail


def _address(text: str, layout: str | None) -> str:
    """Numbers in pairs, directions and streets and states in full."""
    text = re.sub(r"\b\d{3,4}\b(?!$)", lambda match: in_pairs(match[0]), text)
    text = re.sub(r"(?<![\d-])\d{5}(?:-\d{4})?$", lambda match: digit_by_digit(match[0].replace("-", ", ")), text)
    state = rf"(?<=[\w.], )({'|'.join(STATES)})(?= |,|$)"
    text = re.sub(state, lambda match: STATES[match[1]], text)
    text = re.sub(r"\b([NS][EW]|[NSEW])\b\.?", lambda match: DIRECTIONS[match[1]], text)
    return re.sub(r"\b([A-Z][A-Za-z]{1,3})\b\.?(?=,|$| [A-Z\d])", _street, text)


def _street(match: re.Match[str]) -> str:
    return STREETS.get(match[1].capitalize(), match[0])


def _fraction(text: str, layout: str | None) -> str:
    match = _FRACTION.fullmatch(text)
    if not match or int(match[3]) < 2:
        return ""
    return (f"{match[1]} and " if match[1] else "") + fraction(int(match[2]), int(match[3]))


_ONE_DECIMAL = Pattern(r"(?<=\d)\.\d(?=\s*(?:[A-Z]{3}|[€£$])?$)")
"""Of a sum: "99.9 USD" is 99 dollars and 90 cents."""


def _currency(text: str, layout: str | None) -> str:
    text = _ONE_DECIMAL.sub(r"\g<0>0", text)
    return text if any(pattern.fullmatch(text) for pattern in MONEY) else ""


def _unit(text: str, layout: str | None) -> str:
    if MEASURE.fullmatch(text):
        return text
    match = _UNIT.fullmatch(text)
    return f"{match[1]} {match[2]}" if match else ""


_SPELLED = ("characters", "spell-out", "verbatim")
_WITH_FORMAT = frozenset({"date", "time", "duration", "telephone", *_SPELLED})
_READERS: dict[str, Callable[[str, str | None], str]] = {
    "cardinal": _cardinal,
    "number": _cardinal,
    "ordinal": _ordinal,
    "digits": _digits,
    "number_digit": _digits,
    **dict.fromkeys(_SPELLED, lambda text, layout: ""),
    "date": _date,
    "time": _time,
    "duration": _duration,
    "telephone": _telephone,
    "currency": _currency,
    "fraction": _fraction,
    "unit": _unit,
    "address": _address,
    "expletive": lambda text, layout: "bleep",
    "bleep": lambda text, layout: "bleep",
    "name": lambda text, layout: text,
    "interjection": lambda text, layout: text,
}

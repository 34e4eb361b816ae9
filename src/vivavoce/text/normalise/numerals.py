"""Numbers in the notations that hibari reads wrongly or not at all."""

from __future__ import annotations

import re

from hibari.g2p import numbers as hibari_numbers

from vivavoce.text.normalise.rules import Rule, digit_by_digit

MAX_DIGITS = 15
"""A longer run of digits is read digit by digit."""

_COUNTS = {"k": "thousand", "K": "thousand", "M": "million", "B": "billion"}
_EMERGENCY = "911|999|112|311|411|988"
_HALVES = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_MIXED_GLYPHS = {"½": "a half", "¼": "a quarter", "¾": "three quarters"}
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_BOOK = re.compile(r"\b[A-Z][a-z]+\.? $")
_ROMAN_SMALL = r"(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})"
_MONARCHS = (
    "Pope|King|Queen|Emperor|Tsar|Prince|Henry|Louis|Edward|George|William|Charles|James|Richard|Elizabeth|Napoleon|Pius"
    "|Benedict|Leo|Paul|John|Ramses|Frederick|Philip|Alexander|Nicholas|Peter|Catherine|Ivan|Gustav|Christian|Ferdinand"
    "|Gregory|Innocent|Clement|Urban|Boniface|Ptolemy|Francis|Joseph|Leopold|Otto|Robert|Mehmed|Murad|Haakon"
)


def ordinal_of(number: int) -> str:
    """The word for a place in order: "third"."""
    return hibari_numbers.ordinal(number)


def roman(numeral: str) -> int:
    """The value of a Roman numeral in capitals, which is taken to be well formed."""
    values = [_ROMAN_VALUES[c] for c in numeral]
    return sum(-v if any(v < w for w in values[i + 1 : i + 2]) else v for i, v in enumerate(values))


def fraction(numerator: int, denominator: int) -> str:
    """ "3 quarters", "one half", "7 sixteenths"."""
    one, many = _HALVES.get(denominator) or (part := ordinal_of(denominator), f"{part}s")
    return f"{'one' if numerator == 1 else numerator} {one if numerator == 1 else many}"


def _fraction(match: re.Match[str]) -> str:
    numerator, denominator = int(match[1]), int(match[2])
    return fraction(numerator, denominator) if denominator else match[0]


def _mixed(match: re.Match[str]) -> str:
    whole, numerator, denominator = match[1], int(match[2]), int(match[3])
    if not 0 < numerator < denominator:
        return match[0]
    part = fraction(numerator, denominator)
    return f"{whole} and {'a' + part.removeprefix('one') if numerator == 1 and denominator in (2, 3, 4) else part}"


def _version(match: re.Match[str]) -> str:
    parts = [
        part if len(part) <= 2 and not re.match(r"0\d", part) else digit_by_digit(part)
        for part in match[0].removeprefix("v").split(".")
    ]
    return ("v " if match[0].startswith("v") else "") + (" dot " if len(parts) == 4 else " point ").join(parts)


def _scientific(match: re.Match[str]) -> str:
    exponent = match[2].lstrip("+").replace("-", "minus ")
    return f"{match[1]} times 10 to the power of {exponent}"


def _ratio(match: re.Match[str]) -> str:
    """ "3 to 2", but chapter and verse stay as they are: "John 3:5"."""
    return match[0] if _BOOK.search(match.string, 0, match.start()) else f"{match[1]} to {match[2]}"


def _grouped(match: re.Match[str]) -> str:
    return ", ".join(digit_by_digit(group) for group in re.findall(r"\d+", match[0]))


def _roman_year(match: re.Match[str]) -> str:
    value = roman(match[0])
    return str(value) if 1000 < value < 2100 else match[0]


LAKHS: list[Rule] = [
    (re.compile(r"(?<![\w.,])\d{1,2}(?:,\d{2})+,\d{3}(?![\w,])"), lambda m: f"{int(m[0].replace(',', '')):,}"),
]
"""Indian grouping, "1,00,000", as everyone else writes it."""
TELEPHONE: list[Rule] = [
    (
        re.compile(
            r"(?<![\w.-])(?:\+\d{1,3}[\s.-]?(?:\(\d{1,4}\)|\d{1,4})(?:[\s.-]?\d{2,4}){1,4}"
            r"|(?:1[\s.-])?(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-.]\d{4}|1-\d{3}-\d{3}-\d{4}"
            r"|0\d{2,4}[\s-]\d{3,4}[\s-]?\d{3,4}|\d{3}-\d{4})(?![\w-]|\.\d)"
        ),
        lambda m: ("plus " if m[0].startswith("+") else "") + _grouped(m),
    ),
]
RULES: list[Rule] = [
    (re.compile(r"(?<![\w.,+])(?<!\d )[1-9]\d{0,2}(?: \d{3})* 000(?![\w-]|[.,]\d)"), lambda m: m[0].replace(" ", ",")),
    (re.compile(r"(?<![\w.,])\d+(?:,\d{1,2})+(?![\w,]|\.\d)"), lambda m: m[0].replace(",", ", ")),
    (
        re.compile(r"(?<![\w.,$£€])(\d+(?:\.\d+)?)([kKMB])(?= (?:[a-z]{3,}s|people)\b(?<! this)(?<! does)(?<! plus))"),
        lambda m: f"{m[1]} {_COUNTS[m[2]]}",
    ),
    (
        re.compile(rf"(?i)\b((?:call|dial|phone|ring)(?:s|ed|ing)? )({_EMERGENCY})\b"),
        lambda m: m[1] + digit_by_digit(m[2]),
    ),
    (re.compile(rf"(?<![\w.,])({_EMERGENCY})(?= (?:call|operator|dispatcher)s?\b)"), lambda m: digit_by_digit(m[1])),
    (re.compile(rf"\d{{{MAX_DIGITS + 1},}}"), lambda m: f" {digit_by_digit(m[0])} "),
    (re.compile(r"(?<![\d-])\d+(?:-\d+){2,}(?![\d-])"), lambda m: m[0] if _is_iso_date(m[0]) else _grouped(m)),
    (re.compile(r"(?<![\w.])(\d+) ?([½¼¾])"), lambda m: f"{m[1]} and {_MIXED_GLYPHS[m[2]]}"),
    (re.compile(r"(?<![\w./-])(\d+)[ -](\d{1,2})/(\d{1,2})(?![\w/.]\d|\w)"), _mixed),
    (re.compile(r"\b24/7\b"), lambda m: "twenty-four seven"),
    (re.compile(r"\b9/11\b"), lambda m: "nine eleven"),
    (re.compile(r"\b50/50\b"), lambda m: "fifty-fifty"),
    (re.compile(r"(?<![\w./-])(\d{1,2})/(16|32|64|100|1000)(?![\w/-]|\.\d)"), _fraction),
    (re.compile(r"(?<![\w.:/-])v?\d+(?:\.\d+){2,}(?![\w/-])"), _version),
    (re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([+-]?\d{1,3})(?!\w|\.\d)"), _scientific),
    (re.compile(r"(?<![\w.,])(\d+)\.(\d*0)(?![\d.,]\d|[\d%])"), lambda m: f"{m[1]} point {digit_by_digit(m[2])}"),
    (re.compile(r"(?<![\w.])\.(\d+)(?![\w.]\d)"), lambda m: f"point {digit_by_digit(m[1])}"),
    (re.compile(r"(?<![\w.,:/+-])0\d+(?![\w:/-]|[.,]\d)"), lambda m: digit_by_digit(m[0])),
    (re.compile(r"(?<![\w:])(\d{1,2}):(\d)(?![\w:])"), _ratio),
    (
        re.compile(r"\b(\d{1,2}):(\d{1,2})(?= (?:ratio|odds|aspect|scale|draw|win|defeat|loss)\b)"),
        lambda m: f"{m[1]} to {m[2]}",
    ),
    (re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)[xX](?= [a-z])"), lambda m: f"{m[1]} times"),
    (re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) ?[xX×] ?(?=\d{3})"), lambda m: f"{m[1]} by "),
    (re.compile(r"(?<=\d)\s?[-–−]\s?(?=\d+(?:\.\d+)?\s?=)"), lambda m: " minus "),
    (re.compile(r"(?<![\w.,/-])(\d{1,4})\s?[-–]\s?(\d{1,4})(?=\.(?:\s|$))"), lambda m: f"{m[1]} to {m[2]}"),
    (re.compile(r"(?<![\w.,/-])(\d+\.\d+)\s?[-–]\s?(\d+\.?\d*)(?![\w-])"), lambda m: f"{m[1]} to {m[2]}"),
]
ROMAN_RULES: list[Rule] = [
    (
        re.compile(r"\bM(?=[MDCLXVI]{3})M{0,2}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b"),
        _roman_year,
    ),
    (
        re.compile(rf"\b({_MONARCHS}) ({_ROMAN_SMALL}|V)(?=['’]s\b|\b)"),
        lambda m: f"{m[1]} the {ordinal_of(roman(m[2]))}",
    ),
    (
        re.compile(rf"\b([A-Z][a-z]+) ({_ROMAN_SMALL})(?=['’]s\b|\b)(?![.'’-]?[A-Za-z]{{2}})"),
        lambda m: f"{m[1]} {roman(m[2])}",
    ),
]


def _is_iso_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None

"""Measures: "5 km", "3.5kg", "9.8 m/s²", "6 ft 2 in", "20-25 °C"."""

from __future__ import annotations

import re

from hibari.g2p.normalize import UNITS as HIBARI_UNITS

from vivavoce.text.normalise.rules import NUMBER, Rule, attributive, quantity

_OWN = {
    "m": "meter", "g": "gram", "l": "liter", "L": "liter", "mL": "milliliter", "dl": "deciliter", "cl": "centiliter",
    "W": "watt", "V": "volt", "kV": "kilovolt", "mV": "millivolt", "mA": "milliamp", "kJ": "kilojoule",
    "cal": "calorie", "kcal": "kilocalorie", "Pa": "pascal", "hPa": "hectopascal", "kPa": "kilopascal", "dB": "decibel",
    "px": "pixel", "dm": "decimeter", "ha": "hectare", "PB": "petabyte", "kb": "kilobit", "Mb": "megabit",
}  # fmt: skip
_FIXED = {
    "rpm": "revolutions per minute",
    "bpm": "beats per minute",
    "ppm": "parts per million",
    "dpi": "dots per inch",
}
UNITS: dict[str, tuple[str, str]] = {
    **{unit: (one, many) for unit, (one, many) in HIBARI_UNITS.items()},
    **{unit: (one, f"{one}s") for unit, one in _OWN.items()},
    **{unit: (words, words) for unit, words in _FIXED.items()},
}
_PER = {"s": "second", "h": "hour", "hr": "hour", "d": "day", "yr": "year"}
_LENGTHS = frozenset(["m", "km", "cm", "mm", "dm", "ft", "mi", "yd"])
_SIZES = {"sq": "square", "cu": "cubic"}
_POWERS = {"²": "square", "³": "cubic", "2": "square", "3": "cubic"}

_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_PER_UNIT = "|".join(
    sorted([*_PER, "min", "sec", "kg", "km", "mi", "lb", "l", "L", "m", "g", "ha"], key=len, reverse=True)
)
MEASURE = re.compile(
    rf"(?<![\w.,])([-−])?({NUMBER})[\s-]?({_UNIT})([²³])?(?:/({_PER_UNIT})([²³])?)?(?![\w²³]|/\d|['’][a-z])"
)
_FEET_INCHES = re.compile(r"(?<![\w.])(\d{1,2})\s?(?:['′]|ft\.?)\s?(\d{1,2})\s?(?:[\"″]|''|in\b\.?)")
_FEET_BARE = re.compile(r"(?<![\w.])([1-9])['′](\d{1,2})(?![\w'′\"″])")
_AREA = re.compile(rf"(?<![\w.,])({NUMBER})\s?(sq|cu)\.?\s(ft|in|mi|yd|m|km|cm|mm)\b")
_PER_WORD = re.compile(
    r"(?<=[a-z0-9])/(?=(?:second|minute|hour|day|night|week|month|quarter|year|person|head|liter|kilogram|gallon|mile)\b)"
)
_RANGE = re.compile(rf"(?<![\w.,/-])({NUMBER})\s?[-–]\s?({NUMBER})(?=\s?(?:%|°|(?:{_UNIT})(?![\w])))")
_PERCENT = re.compile(r"(?<=\d)\s+%")
_DEGREES = re.compile(rf"(?<![\w.])({NUMBER})\s?°(?=\s[a-z])")


def _measure(match: re.Match[str]) -> str:
    sign, number, unit, power, per, per_power = match.groups()
    singular = number == "1" or attributive(match)
    words = UNITS[unit][0 if singular else 1]
    if power:
        words = f"{_POWERS[power]} {words}" if unit in _LENGTHS else f"{words} {'squared' if power == '²' else 'cubed'}"
    if per:
        words += f" per {_PER.get(per) or UNITS[per][0]}" + (
            {"²": " squared", "³": " cubed"}[per_power] if per_power else ""
        )
    return f"{'minus ' if sign else ''}{quantity(number)} {words}"


def _feet_inches(match: re.Match[str]) -> str:
    feet, inches = match.groups()
    return f"{feet} {'foot' if feet == '1' else 'feet'} {inches} {'inch' if inches == '1' else 'inches'}"


RULES: list[Rule] = [
    (_FEET_INCHES, _feet_inches),
    (_FEET_BARE, lambda m: f"{m[1]} foot {m[2]}"),
    (_AREA, lambda m: f"{quantity(m[1])} {_SIZES[m[2]]} {UNITS[m[3]][m[1] != '1']}"),
    (_RANGE, lambda m: f"{m[1]} to {m[2]}"),
    (MEASURE, _measure),
    (_PER_WORD, lambda m: " per "),
    (_PERCENT, lambda m: "%"),
    (_DEGREES, lambda m: f"{m[1]} {'degree' if m[1] == '1' or attributive(m) else 'degrees'}"),
]

"""Measures: "5 km", "3.5kg", "9.8 m/s²", "6 ft 2 in", "20-25 °C"."""

from __future__ import annotations

import re

from hibari.g2p.normalize import UNITS as HIBARI_UNITS

from vivavoce.text.normalise.identifiers import DIRECTIONS
from vivavoce.text.normalise.rules import DIGITS, NUMBER, Rule, RuleGroup, attributive, quantity
from vivavoce.text.patterns import Pattern

_OWN = {
    "m": "meter", "g": "gram", "l": "liter", "L": "liter", "mL": "milliliter", "dl": "deciliter", "cl": "centiliter",
    "W": "watt", "V": "volt", "kV": "kilovolt", "mV": "millivolt", "mA": "milliamp", "kJ": "kilojoule",
    "cal": "calorie", "kcal": "kilocalorie", "Pa": "pascal", "hPa": "hectopascal", "kPa": "kilopascal", "dB": "decibel",
    "ms": "millisecond", "µs": "microsecond", "ns": "nanosecond", "µm": "micrometer", "nm": "nanometer",
    "µg": "microgram", "mcg": "microgram", "kohm": "kiloohm", "ohm": "ohm", "Wh": "watt hour", "Ah": "amp hour", "mAh": "milliamp hour",
    "GW": "gigawatt", "MW": "megawatt", "TW": "terawatt", "MWh": "megawatt hour", "GWh": "gigawatt hour", "mW": "milliwatt",
    "MHz": "megahertz", "Nm": "newton meter", "kN": "kilonewton", "MJ": "megajoule", "fps": "frame", "lm": "lumen", "MPa": "megapascal",
    "mmHg": "millimeter", "hl": "hectoliter", "mol": "mole", "keV": "kiloelectronvolt", "MeV": "megaelectronvolt",
    "GeV": "gigaelectronvolt", "eV": "electronvolt", "ly": "light year", "MP": "megapixel",
    "px": "pixel", "dm": "decimeter", "lx": "lux", "KiB": "kibibyte", "MiB": "mebibyte", "GiB": "gibibyte", "TiB": "tebibyte", "ha": "hectare", "PB": "petabyte", "kb": "kilobit", "Mb": "megabit",
}  # fmt: skip
_FIXED = {
    "fps": "frames per second",
    "mmHg": "millimeters of mercury",
    "MHz": "megahertz",
    "Gbps": "gigabits per second",
    "kbps": "kilobits per second",
    "rpm": "revolutions per minute",
    "bpm": "beats per minute",
    "ppm": "parts per million",
    "dpi": "dots per inch",
    "bps": "basis points",
}
UNITS: dict[str, tuple[str, str]] = {
    "kts": ("knot", "knots"),
    **{unit: (one, many) for unit, (one, many) in HIBARI_UNITS.items()},
    **{unit: (one, one if one == "lux" else f"{one}s") for unit, one in _OWN.items()},
    **{unit: (words, words) for unit, words in _FIXED.items()},
}
_PER = {
    "s": "second", "h": "hour", "hr": "hour", "d": "day", "yr": "year", "mo": "month", "wk": "week", "min": "minute",
    "gal": "gallon", "pp": "person", "ea": "each", "sec": "second", "lb": "pound", "kg": "kilogram", "km": "kilometer",
    "mi": "mile", "oz": "ounce", "GB": "gigabyte", "MB": "megabyte", "TB": "terabyte", "kWh": "kilowatt hour",
    "sqft": "square foot", "sq ft": "square foot", "sq. ft.": "square foot", "ft": "foot", "m": "meter", "l": "liter",
    "L": "liter", "g": "gram", "m²": "square meter", "dL": "deciliter", "mL": "milliliter", "ml": "milliliter", "q": "quarter", "bbl": "barrel", "sh": "share", "dose": "dose", "wt": "weight",
}  # fmt: skip
_LENGTHS = frozenset(["m", "km", "cm", "mm", "dm", "ft", "mi", "yd"])
_SIZES = {"sq": "square", "cu": "cubic"}
_POWERS = {"²": "square", "³": "cubic", "2": "square", "3": "cubic"}

_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_PER_UNIT = "|".join(sorted((re.escape(unit) for unit in [*_PER, "ha"]), key=len, reverse=True))
MEASURE = Pattern(
    rf"(?<![\w.,])([-−])?({NUMBER})[\s-]?({_UNIT})([²³])?(?:/({_PER_UNIT})([²³])?)?(?![\w²³]|/\d|['’][a-z])(?:\.(?=\s+(?:[a-z]|[NSEW]{{1,2}}\. of\b)))?"
)
_FEET_INCHES = Pattern(r"(?<![\w.])(\d{1,2})\s?(?:['′]|ft\.?)\s?(\d{1,2})\s?(?:[\"″]|''|in\b\.?)")
_FEET = Pattern(
    r"(?<![\w.,'’‘])(\d{1,5}(?:,\d{3})?(?:\.\d+|[½¼¾])?|\d+ \d/\d)['′’](?=[ -](?:[a-z\d])|[,.;:)]|\s?[x×]|\s*$)"
)
_INCHES = Pattern(r"(?<![\w.,\"“])(\d{1,4}(?:\.\d+|[½¼¾⅛⅜⅝⅞])?|\d+ \d/\d{1,2}|\d/\d{1,2})[\"″](?=[\s,.;:)x×-]|$)")
_DIMENSION = Pattern(r"(?<=feet|inch|ches|foot)\s?[x×]\s?(?=\d)")
_FAHRENHEIT = Pattern(rf"(?<![\w.,$])([-−])?({NUMBER})\s?(?:°\s?|º\s?|deg(?:rees)? ?)?([FC])(?=[\s,.;:!?)/]|$)")
_LETTER_UNITS = Pattern(
    r"(?<=\d)\s?(PSI|psi|BTU|BTUs|RPM|DPI|PPM|VA|MPG|mpg|MPH|CFM|HP|hp|UTC|GMT|EST|PST|BC|BCE|AD|CE|DVDs?|CDs?)(?![\w])"
)
_FEET_BARE = Pattern(r"(?<![\w.])([1-9])['′](\d{1,2})(?![\w'′\"″])")
_AREA = Pattern(rf"(?<![\w.,])({NUMBER})\s?(sq|cu)\.?\s(ft|in|mi|yd|m|km|cm|mm)\b")
_PER_WORD = Pattern(
    r"(?<=[a-z0-9])/(?=(?:second|minute|hour|day|night|week|month|quarter|year|person|head|liter|litre|kilogram|gallon"
    r"|mile|unit|user|seat|child|adult|pound|ounce|kilo|page|word|click|item|dozen|visit|session|ticket|barrel|ton|acre)\b)"
)
_RATE = Pattern(
    r"(?:(?<=\d)|(?<=dollars)|(?<=dollar)|(?<=pounds)|(?<=euros)|(?<=cents)|(?<=pence)|(?<=thousand)|(?<=million)|(?<=yen)"
    r"|(?<=rupees)|(?<=[a-z] [a-z]{2}))/("
    + "|".join(re.escape(unit) for unit in sorted(_PER, key=len, reverse=True))
    + r")(?![\w])\.?(?=[\s,;:.)!?]|$)"
)
_RANGE = Pattern(rf"(?<![\w.,/-])({NUMBER})\s?[-–]\s?({NUMBER})(?=\s?(?:%|°|(?:{_UNIT})(?![\w])))")
_PERCENT = Pattern(r"(?<=\d)\s+%")
_DEGREES = Pattern(rf"(?<![\w.])({NUMBER})\s?°(?=\s[a-z])")


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


def _feet(match: re.Match[str]) -> str:
    """ "30' long", but not the end of a quotation ("in '30'"), nor a minute of a match."""
    if _MATCH.search(match.string):
        return match[1]
    if match.string.rfind(" '", 0, match.start()) >= 0 or match.string.rfind("‘", 0, match.start()) >= 0:
        return match[0]
    return f"{match[1]} {'foot' if match[1] == '1' or attributive(match) else 'feet'}"


def _inches(match: re.Match[str]) -> str:
    """ "12\" pipe", but not the end of a quotation."""
    before = match.string[: match.start()]
    if before.count('"') % 2 or before.count("“") > before.count("”"):
        return match[0]
    one = match[1] == "1" or ("/" in match[1] and " " not in match[1]) or attributive(match)
    return f"{match[1]} {'inch' if one else 'inches'}"


def _temperature(match: re.Match[str]) -> str:
    """ "-12F" and "20 C"; "4C" of a room or a battery stays."""
    sign, number, scale = match.groups()
    marked = "°" in match[0] or "º" in match[0] or "deg" in match[0]
    weather = _WEATHER.search(match.string)
    before = match.string[: match.start()]
    if (
        not marked
        and len(number) == 2
        and " " not in match[0]
        and (not before.strip() or _DEGREES_BEFORE.search(before))
    ):
        marked = True
    if (
        not marked
        and not sign
        and not (weather and (scale == "F" or " " in match[0] or int(float(number.replace(",", ""))) > 9))
    ):
        return match[0]
    words = "degree" if number == "1" and not sign else "degrees"
    return f"{'minus ' if sign else ''}{number} {words} {'Fahrenheit' if scale == 'F' else 'Celsius'}"


_DEGREES_BEFORE = Pattern(
    r"(?i)\b(?:at|to|of|under|about|around|nearly|almost|between|is|was|hit|hits|than|past|from|and) $"
)
"""Before "40C", where no room, seat or size is named."""
_WEATHER = Pattern(
    r"(?i)\b(?:outside|temperature|degrees|heat|hot|cold|warm|freez\w+|boil\w*|oven|weather|high of|low of|it is|bake|preheat|fever|below|above|reach\w*|cool\w*|thermostat|chill\w*|simmer|roast|melts?)\b"
)
_MATCH = Pattern(
    r"(?i)\b(?:scored|equali[sz]\w+|goals?|penalt(?:y|ies)|substitut\w+|booked|minutes?|kick-?off|header|headed)\b"
)
_AMPERES = Pattern(
    r"(?<![\w.,$%-])(\d+\.\d+|\d+)\s?A(?=[\s,;)]|\.(?:\s|$)|$)(?:(?<=\.\dA)|(?<=\.\d\dA)|(?<=\d A)(?! [A-Z])|(?= (?:fuse|charger|circuit|breaker|current|supply|plug|socket|load))|(?<=\dA)(?<=[VWH] and \dA)|(?<=[VW] at \dA)|(?<=[VW], \dA)|(?<=[VW]/\dA)|(?<=[VW] and \d\dA)|(?<=[VW] at \d\dA))"
)
_LETTERS = {"psi": "P S I", "PSI": "P S I", "hp": "horsepower", "HP": "horsepower", "mpg": "miles per gallon", "MPG": "miles per gallon", "MPH": "miles per hour", "RPM": "R P M"}  # fmt: skip


def _feet_inches(match: re.Match[str]) -> str:
    feet, inches = match.groups()
    if int(inches) > 11:  # a time: 3'45"
        return f"{feet} {'minute' if feet == '1' else 'minutes'} {inches} seconds"
    return f"{feet} {'foot' if feet == '1' else 'feet'} {inches} {'inch' if inches == '1' else 'inches'}"


def _coordinate(match: re.Match[str]) -> str:
    """ "40.7128° N" and "40° 26′ 46″ N"."""
    degrees, minutes, seconds, side = match.groups()
    said = f"{degrees} {'degree' if degrees == '1' else 'degrees'}"
    said += f" {minutes} {'minute' if minutes == '1' else 'minutes'}" if minutes else ""
    said += f" {seconds} {'second' if seconds == '1' else 'seconds'}" if seconds else ""
    return f"{said} {DIRECTIONS[side].lower()}"


RULES: list[Rule] = [
    (
        Pattern(r"(?<=\d['′’\"″”])[x×](?=\d)|(?<=[\d½¼¾])\s?[x×]\s?(?=\d+(?:\.\d+| \d/\d)?\s?(?:[\"″”]|in\b|inch))"),
        lambda m: " by ",
    ),
    (Pattern(r"(?<![\w/])[fF]/(\d{1,2}(?:\.\d)?)(?![\w/])"), lambda m: f"F {m[1].replace('.', ' point ')}"),
    (
        Pattern(
            rf"(?<![\w.])({NUMBER})\s?[°º]\s?(?:({NUMBER})\s?['′’]\s?)?(?:({NUMBER})\s?(?:[\"″”]|''|′′)\s?)?([NSEW])\b"
        ),
        _coordinate,
    ),
    (
        Pattern(rf"(?<=\d)\s?[x×]\s?(?={NUMBER}\s?[x×]\s?{NUMBER}\s?(?:m|cm|mm|km|ft|in|px|yd|metres|meters)\b)"),
        lambda m: " by ",
    ),
    (Pattern(rf"(?<=\d)\s?[x×]\s?(?={NUMBER}\s?(?:m|cm|mm|km|ft|in|px|yd|metres|meters)\b)"), lambda m: " by "),
    (Pattern(r"(?<=kWh|.Wh|..l|..L)/(?=100 ?km\b)"), lambda m: " per "),
    (_AMPERES, lambda m: f"{m[1]} {'amp' if m[1] == '1' or attributive(m) else 'amps'}"),
    (
        Pattern(r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([+-]?\d{1,3})(?= ?[a-zA-Z°%])(?!\w|\.\d)"),
        lambda m: f"{m[1]} times 10 to the power of {m[2].lstrip('+').replace('-', 'minus ')}",
    ),
    (_FAHRENHEIT, _temperature),
    (_FEET_INCHES, _feet_inches),
    (_FEET, _feet),
    (_INCHES, _inches),
    (_DIMENSION, lambda m: " by "),
    (
        Pattern(
            r"(?<=\d (?:cm|mm|km|ft|in))\s?[x×]\s?(?=\d)|(?<=\d(?:cm|mm|ft|in))\s?[x×]\s?(?=\d)|(?<=\d m)\s?[x×]\s?(?=\d)|(?<=\dm)\s?[x×]\s?(?=\d)"
        ),
        lambda m: " by ",
    ),
    (_FEET_BARE, lambda m: f"{m[1]} foot {m[2]}"),
    (_AREA, lambda m: f"{quantity(m[1])} {_SIZES[m[2]]} {UNITS[m[3]][m[1] != '1']}"),
    (_RANGE, lambda m: f"{m[1]} to {m[2]}"),
    (MEASURE, _measure),
    (
        _LETTER_UNITS,
        lambda m: f" {_LETTERS.get(m[1]) or ' '.join(m[1].rstrip('s')) + ('s' if m[1].endswith('s') else '')}",
    ),
    (_PER_WORD, lambda m: " per "),
    (
        _RATE,
        lambda m: (
            f" {'' if m[1] == 'ea' else 'per '}{_PER[m[1]]}"
            + ("." if m[0].endswith(".") and not m.string[m.end() :].strip() else "")
        ),
    ),
    (_PERCENT, lambda m: "%"),
    (_DEGREES, lambda m: f"{m[1]} {'degree' if m[1] == '1' or attributive(m) else 'degrees'}"),
]
GROUP = RuleGroup("measure", RULES, DIGITS + "/½¼¾")

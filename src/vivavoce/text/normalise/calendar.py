"""Dates and times of day in the orders and spellings that hibari does not know."""

from __future__ import annotations

import re

from hibari.g2p import numbers as hibari_numbers
from hibari.g2p.normalize import MONTH_NAMES

from vivavoce.text.normalise.rules import Rule

_DOTTED = re.compile(r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\w.]\d|\w)")
_SLASHED = re.compile(r"(?<![\w./])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/])")
_DASHED = re.compile(r"(?<![\w./-])(\d{1,2})-(\d{1,2})-(\d{4})(?![\w/-])")
_YEAR_FIRST = re.compile(r"(?<![\w./])(\d{4})/(\d{2})/(\d{2})(?![\w/])")
_TIMESTAMP = re.compile(r"\b(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z)?(?![\w])")
_TWELVE_HOUR = re.compile(r"(?<![\w.:])(\d{1,2})(?:[:.](\d{2}))?\s?([aApP])(?:\.\s?[mM]\.?|[mM])(?![\w])")
_HOURS = re.compile(r"(?<![\w.:])([ap]\.m\.|\d{1,2})\s?[-–]\s?(?=\d{1,2}(?:[:.]\d{2})?\s?[ap]\.?m\b)", re.IGNORECASE)
_HALF_DAY_RANGE = re.compile(r"(?<=[ap]m|\.m)\s?[-–]\s?(?=\d)|(?<=[ap]\.m\.)\s?[-–]\s?(?=\d)", re.IGNORECASE)

_CLOCK_RANGE = re.compile(r"(?<![\w.:/])(\d{1,2}:\d{2})\s?[-–]\s?(?=\d{1,2}:\d{2}(?![\d:]))")
_HOURS_AFTER_CLOCK = re.compile(r"(?<![\w.:])(\d{1,2}:\d{2})\s?h(?:rs)?\b")
_DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_DAY_RANGE = re.compile(rf"\b({'|'.join(_DAYS)})\.?\s?[-–]\s?({'|'.join(_DAYS)})\b(?:\.(?=\s\S))?")


def date(day: int, month: int, year: str) -> str | None:
    """ "December twenty-fifth, 2020", or None if there is no such day."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{MONTH_NAMES[month - 1]} {hibari_numbers.ordinal(day)}" + (f", {full_year(year)}" if year else "")


def full_year(year: str) -> str:
    """Two digits belong to the century that is nearer: 31 to 99 to the last one."""
    return year if len(year) != 2 else ("19" if int(year) > 30 else "20") + year


def _day_first(match: re.Match[str]) -> str:
    day, month = int(match[1]), int(match[2])
    return date(day, month, match[3]) or date(month, day, match[3]) or match[0]


def twelve_hour(match: re.Match[str]) -> str:
    """Hour and half of the day so that hibari spells the letters and says no "am" from "to be"."""
    hour, minute, half = match.groups()
    if int(hour) > 12 or (minute and int(minute) > 59):
        return match[0]
    return f"{hour}{f':{minute}' if minute and int(minute) else ''} {half.upper()}.M."


_BOTH: list[Rule] = [
    (_TIMESTAMP, lambda m: f"{m[1]}, {m[2]}{' UTC' if m[3] else ''}"),
    (_DOTTED, _day_first),
    (_YEAR_FIRST, lambda m: f"{m[1]}-{m[2]}-{m[3]}"),
    (_CLOCK_RANGE, lambda m: f"{m[1]} to "),
    (_HOURS_AFTER_CLOCK, lambda m: m[1]),
    (_HOURS, lambda m: f"{m[1]} to "),
    (_HALF_DAY_RANGE, lambda m: " to "),
    (_TWELVE_HOUR, twelve_hour),
]
RULES: dict[str, list[Rule]] = {
    "en-US": [*_BOTH, (_DASHED, lambda m: f"{m[1]}/{m[2]}/{m[3]}")],
    "en-GB": [*_BOTH, (_SLASHED, _day_first), (_DASHED, _day_first)],
}
DAY_RULES: list[Rule] = [(_DAY_RANGE, lambda m: f"{_DAYS[m[1]]} to {_DAYS[m[2]]}")]

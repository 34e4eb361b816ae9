"""Dates and times of day in the orders and spellings that hibari does not know."""

from __future__ import annotations

import re

from hibari.g2p import numbers as hibari_numbers
from hibari.g2p.normalize import MONTH_NAMES

from vivavoce.text.normalise.calendar_words import (
    DAY_NAMES,
    MONTHS,
    TENS,
)
from vivavoce.text.normalise.identifiers import cardinal_words
from vivavoce.text.normalise.rules import DIGITS, Rule, RuleGroup
from vivavoce.text.patterns import Pattern

_DOTTED = Pattern(r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\w.]\d|\w)")
_SLASHED = Pattern(r"(?<![\w./])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\w/])")
_DASHED = Pattern(r"(?<![\w./-])(\d{1,2})-(\d{1,2})-(\d{4})(?![\w/-])")
_YEAR_FIRST = Pattern(r"(?<![\w./])(\d{4})/(\d{2})/(\d{2})(?![\w/])")
_TIMESTAMP = Pattern(r"\b(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z)?(?![\w])")
_TWELVE_HOUR = Pattern(r"(?<![\w.:])(\d{1,2})(?:[:.](\d{2}))?\s?([aApP])(?:\.\s?[mM]\.?|[mM])(?![\w])")
_HOURS = Pattern(r"(?<![\w.:])([ap]\.m\.|\d{1,2})\s?[-–]\s?(?=\d{1,2}(?:[:.]\d{2})?\s?[ap]\.?m\b)", re.IGNORECASE)
_HALF_DAY_RANGE = Pattern(r"(?<=[ap]m|\.m)\s?[-–]\s?(?=\d)|(?<=[ap]\.m\.)\s?[-–]\s?(?=\d)", re.IGNORECASE)

_CLOCK_RANGE = Pattern(r"(?<![\w.:/])(\d{1,2}:\d{2})\s?[-–]\s?(?=\d{1,2}:\d{2}(?![\d:]))")
_HOURS_AFTER_CLOCK = Pattern(r"(?<![\w.:])(\d{1,2}:\d{2})\s?h(?:rs)?\b")
_DAY_RANGE = Pattern(rf"\b({'|'.join(DAY_NAMES)})\.?\s?[-–]\s?({'|'.join(DAY_NAMES)})\b(?:\.(?=\s\S))?")


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


_MONTH = "(?:" + "|".join(sorted((name.capitalize() for name in MONTHS), key=len, reverse=True)) + ")"
_ANY_MONTH = (
    "(?:"
    + "|".join(
        sorted(
            {*MONTHS, *(n.capitalize() for n in MONTHS)}
            - {"mar", "may", "mars", "mai", "dec", "jun", "jan", "dic", "mei", "march", "sep"},
            key=len,
            reverse=True,
        )
    )
    + ")"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_TH = r"(?:st|nd|rd|th)?"


def _month(name: str) -> str:
    return MONTHS[name.lower()]


def _the(day: str) -> str:
    return f"the {hibari_numbers.ordinal(int(day))}"


def _days(match: re.Match[str]) -> str:
    """ "6/7 June", "6-8 June": the days, then the month."""
    word = {"/": "or", "&": "and"}.get(match[2].strip(), "to")
    return f"{_the(match[1])} {word} {_ordinal_day(match[3])} of {_month(match[4])}"


def _ordinal_day(day: str) -> str:
    return hibari_numbers.ordinal(int(day))


def _month_days(match: re.Match[str]) -> str:
    word = {"/": "or", "&": "and"}.get(match[3].strip(), "to")
    return f"{_month(match[1])} {_ordinal_day(match[2])} {word} {_ordinal_day(match[4])}"


def _decade(match: re.Match[str]) -> str:
    """ "1980s", "1980's" and "the 1980s' best"."""
    century, ten, mark = match[1], match[2], match[3]
    if ten == "0":
        said = (
            f"{hibari_numbers.cardinal(int(century) // 10)} thousands"
            if century.endswith("0")
            else f"{hibari_numbers.cardinal(int(century))} hundreds"
        )
    else:
        said = f"{hibari_numbers.cardinal(int(century))} {TENS[ten]}"
    return said + ("'" if mark in ("s'", "s’") else "")


def _duration(match: re.Match[str]) -> str:
    """ "2:04:09" as a time that something took; after "at" it is a time of day."""
    hours, minutes, seconds, part = match.groups()
    if (
        _CLOCK_BEFORE.search(match.string, max(match.start() - 14, 0), match.start())
        or int(minutes) > 59
        or int(seconds) > 59
    ):
        return match[0]
    said = [
        f"{int(count)} {unit}{'' if int(count) == 1 else 's'}"
        for count, unit in ((hours, "hour"), (minutes, "minute"))
        if int(count)
    ]
    tail = f"{int(seconds)}{' point ' + ' '.join(part) if part else ''} second{'' if int(seconds) == 1 and not part else 's'}"
    return " ".join(said) + (f" and {tail}" if int(seconds) or part else "")


def _lap(match: re.Match[str]) -> str:
    minutes, seconds, part = match.groups()
    if int(seconds) > 59:
        return match[0]
    unit = "minute" if int(minutes) == 1 else "minutes"
    return f"{int(minutes)} {unit} {int(seconds)} point {' '.join(part)} seconds"


def _count(number: str, unit: str) -> str:
    return f"{int(number)} {unit}{'' if int(number) == 1 else 's'}"


def _spans_of_time(match: re.Match[str]) -> str:
    """ "2h 15m" and "1h30m20s"."""
    said = f"{_count(match[1], 'hour')} {_count(match[2], 'minute')}"
    return said + (f" {_count(match[3], 'second')}" if match[3] else "")


def _military(match: re.Match[str]) -> str:
    """ "0800 hours" and "1430 hours"."""
    hour, minute = match.groups()
    said = f"oh {cardinal_words(hour[1])}" if hour[0] == "0" else cardinal_words(hour)
    if minute == "00":
        return f"{said} hundred"
    return f"{said} oh {cardinal_words(minute[1])}" if minute[0] == "0" else f"{said} {cardinal_words(minute)}"


def _minutes(digits: str) -> str:
    """The minutes of a time of day in four digits."""
    return "hundred" if digits == "00" else f"oh {int(digits)}" if digits[0] == "0" else digits


def _month_number(digits: str) -> str:
    """The month on a bank card: "oh eight"."""
    return f"oh {int(digits)}" if digits[0] == "0" else digits


def _month_first(match: re.Match[str]) -> str:
    month, day = int(match[1]), int(match[2])
    return date(day, month, match[3]) or date(month, day, match[3]) or match[0]


_CLOCK_BEFORE = Pattern(
    r"(?i)\b(?:at|by|from|until|till|since|before|after|around|to|timestamp|[12]\d{3}-\d\d-\d\d|UTC|it['’]?s)[ ,T]{1,2}$"
)
_YEARS = Pattern(
    r"(?<![\w.,/$£€-])((?:1[0-9]|20)\d\d)\s?[-–—]\s?(\d{2}|(?:1[0-9]|20)\d\d)(?![\w/%-]|[.,]\d)(?! (?:people|dollars|pounds|miles|km|words))"
)


def _years(match: re.Match[str]) -> str:
    first, last = match[1], match[2]
    if len(last) == 2 and int(last) <= int(first[2:]):
        return match[0]
    return f"{first} to {last if len(last) == 4 or last.startswith('0') is False else first[:2] + last}"


def _season(match: re.Match[str]) -> str:
    first, last = match[1], match[2]
    return f"{first} {last}" if int(last) == (int(first[2:]) + 1) % 100 else match[0]


_DAY_OF_DATE = Pattern(
    rf"(?<!The )(?<!the )\b({'|'.join(DAY_NAMES)})(\.?,?) (?=(?:{_MONTH})\b|at \d|the \d|\d{{1,2}}[/.]\d{{1,2}}\b|\d{{4}}-\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?:,|$|:\d\d| ?[ap]\.?m\b| (?:{_MONTH})\b|\s?[-–]\s?\d))"
)
_LAST_DAYS = {"W": "Wednesday", "Th": "Thursday", "Sa": "Saturday", "Su": "Sunday"}
_BOTH: list[Rule] = [
    (Pattern(r"\b(\d{1,3})(?:st|nd|rd|th)-(?=[a-z]{3})"), lambda m: f"{hibari_numbers.ordinal(int(m[1]))} "),
    (_DAY_RANGE, lambda m: f"{DAY_NAMES[m[1]]} to {DAY_NAMES[m[2]]}"),
    (Pattern(r"(?<![\w.,:])([01]\d|2[0-3])([0-5]\d)(?= (?:hours|hrs|h)\b)"), _military),
    (Pattern(r"(?<=\bat )0(\d)([0-5]\d)(?=[\s,.;)]|$)"), lambda m: f"oh {int(m[1])} {_minutes(m[2])}"),
    (
        Pattern(r"\b(UTC|GMT)\s?([+−-])\s?0?(\d{1,2})(?::?([0-5]\d))?(?!\d)"),
        lambda m: f"{m[1]} {'plus' if m[2] == '+' else 'minus'} {m[3]}" + (f" {m[4]}" if m[4] and m[4] != "00" else ""),
    ),
    (Pattern(r"\bM\s?[-–]\s?(W|Th|Sat?|Sun?)\b(?=[,:;]? \d)"), lambda m: f"Monday to {_LAST_DAYS[m[1][:2]]}"),
    (Pattern(r"(?<=0s)\s?[-–]\s?(?=(?:['’‘]\d|\d\d\d)0s\b)"), lambda m: " to "),
    (Pattern(r"\bM\s?[-–]\s?F\b(?=[,:;.]?(?: \d|\s*$)|[,;])"), lambda m: "Monday to Friday"),
    (Pattern(r"\b([Nn]oon|[Mm]idnight|[Dd]awn|[Dd]usk|[Ss]unrise|[Ss]unset)\s?[-–]\s?(?=\d)"), lambda m: f"{m[1]} to "),
    (Pattern(r"(?<![\w.:])(1?\d(?::[0-5]\d)?)([ap])\s?[-–]\s?(1?\d(?::[0-5]\d)?)([ap])(?![\w'’])"),
     lambda m: f"{m[1]} {m[2].upper()}.M. to {m[3]} {m[4].upper()}.M."),
    (Pattern(r"(?<![\w.:])(1?\d:[0-5]\d)([ap])(?![\w'’.]\w|\w)"), lambda m: f"{m[1]} {m[2].upper()}.M."),
    (Pattern(r"\b([Ee])xp(?:\.|ir(?:es|y):?)?:? (0[1-9]|1[0-2])/(\d\d)(?![\d/])"), lambda m: f"{m[1]}xpires {_month_number(m[2])} {m[3]}"),
    (_TIMESTAMP, lambda m: f"{m[1]}, {m[2]}{' UTC' if m[3] else ''}"),
    (_DOTTED, _day_first),
    (_YEAR_FIRST, lambda m: f"{m[1]}-{m[2]}-{m[3]}"),
    (_DAY_OF_DATE, lambda m: f"{DAY_NAMES[m[1]]}{',' if ',' in m[2] else ''} "),
    (Pattern(rf"\b(?:[Tt]he )?({_DAY}){_TH}(\s?[/&–-]\s?)({_DAY}){_TH}\.? (?:of )?({_MONTH})\b\.?(?! \d{{2}}:)"), _days),
    (Pattern(rf"\b({_MONTH})\.? ({_DAY}){_TH}(\s?[/&–-]\s?)({_DAY}){_TH}\b(?![:%\d])"), _month_days),
    (Pattern(rf"\b({_MONTH})\.?\s?[-–/]\s?({_MONTH})\b\.?(?= \d|[,;)]|\s[a-z]|\s*$|\.)"), lambda m: f"{_month(m[1])} to {_month(m[2])}"),
    (Pattern(rf"(?<![\w.,/$£€-])(?:[Tt]he )?({_DAY})(?:\.|{_TH})? (?:of )?({_ANY_MONTH})\b\.?(?=,? (?:1[0-9]|20)\d\d\b|[\s,;:)?!]|$)"),
     lambda m: f"{_the(m[1])} of {_month(m[2])}" + ("." if m[0].endswith(".") and not m.string[m.end() :].strip() else "")),
    (Pattern(rf"\b({_MONTH})\.? ({_DAY}){_TH}(?=,? (?:1[0-9]|20)\d\d\b)"), lambda m: f"{_month(m[1])} {_ordinal_day(m[2])}"),
    (Pattern(rf"(?<![\w./-])({_DAY})[- ]({_MONTH})[- ]((?:19|20)\d\d|\d\d)(?![\w-])"), lambda m: f"{_the(m[1])} of {_month(m[2])} {full_year(m[3])}"),
    (Pattern(rf"\b({_MONTH})\.? (?=(?:1[0-9]|20)\d\d\b)"), lambda m: f"{_month(m[1])} "),
    (Pattern(r"(?<![\w./-])(0?[1-9]|1[0-2])/((?:19|20)\d\d)(?![\w/-])"), lambda m: f"{MONTH_NAMES[int(m[1]) - 1]} {m[2]}"),
    (Pattern(r"(?<![\w.,$£€])(1\d|20)(\d)0(s['’]|['’]?s)(?!\w)"), _decade),
    (Pattern(r"(?<![\w.,])['’‘](\d)0s(?!\w)|(?<=\bthe )(\d)0['’]?s(?!\w)|(?<=\b(?:his|her) )(\d)0s(?!\w)|(?<=\b(?:mid|low)[- ])(\d)0s(?!\w)|(?<=\b(?:early|their) )(\d)0s(?!\w)|(?<=\blate )(\d)0s(?!\w)"),
     lambda m: TENS[next(filter(None, m.groups()))] if next(filter(None, m.groups())) in TENS else m[0]),
    (Pattern(rf"\b({_MONTH})\.?,? ['’‘](\d\d)(?![\w'’])"), lambda m: f"{_month(m[1])} {full_year(m[2])}"),
    (Pattern(r"(?<!\w)['’‘](\d\d)(?![\w'’])"), lambda m: " ".join(m[1]) if m[1] == "00" else f"oh {m[1][1]}" if m[1][0] == "0" else m[1]),
    (Pattern(r"(?<![\w./])((?:1[0-9]|20)\d\d)/(\d\d)(?![\w/])"), _season),
    (_YEARS, _years),
    (Pattern(r"\b(\d{1,2}(?:st|nd|rd|th)) c\.(?=\s|$)"), lambda m: f"{m[1]} century"),
    (Pattern(r"(?<![\w.:])(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?(?!\s?[aApP]\.?[mM]\b)(?![\w:])"), _duration),
    (Pattern(r"(?<![\w.:])(\d{1,2}):(\d{2})\.(\d{1,3})(?![\w:])"), _lap),
    (Pattern(r"(?<![\w.:])(\d{1,3}) ?h(?:rs?)? ?(\d{1,2})(?: ?m(?:in)?)?(?: ?(\d{1,2}) ?s)?\b(?![/\w])"), _spans_of_time),
    (Pattern(r"(?<![\w.:])(\d{1,3})() ?m(?:in)? ?(\d{1,2}) ?s\b(?![/\w])"), lambda m: f"{_count(m[1], 'minute')} {_count(m[3], 'second')}"),
    (Pattern(r"(?<![\w.:$£€])(\d+\.\d+) ?s\b(?![/\w'])"), lambda m: f"{m[1]} seconds"),
    (Pattern(r"(?<![\w.:$£€])(\d+) s(?=[\s,.;)]|$)(?![/\w'])"), lambda m: _count(m[1], "second")),
    (Pattern(r"(?i)\b((?:within|exactly|in|to|by|for|of|after|every|took|under) )(\d{1,3})s\b(?![/\w'])"), lambda m: m[0] if m[2].endswith("0") and len(m[2]) == 2 else f"{m[1]}{_count(m[2], 'second')}"),
    (Pattern(r"(?<![\w.:$£€])(\d+\.\d+) ?h\b(?![/\w'])"), lambda m: f"{m[1]} hours"),
    (Pattern(r"(?<![\w.:$£€])(\d+) ?h\b(?![/\w'])(?=[\s.,;)]|$)"), lambda m: _count(m[1], "hour")),
    (_CLOCK_RANGE, lambda m: f"{m[1].removesuffix(':00')} to "),
    (Pattern(r"(?<![\w.:/,$-])(1?\d)\s?[-–]\s?(?=1?\d:[0-5]\d(?![\d:]))|(?<![\w.:/-])(1?\d:[0-5]\d)\s?[-–]\s?(?=1?\d(?![\w:/-]|[.,]\d))"), lambda m: f"{m[1] or m[2]} to "),
    (Pattern(r"(?<![\w.:])00:00(?![\w:.])"), lambda m: "midnight"),
    (_HOURS_AFTER_CLOCK, lambda m: f"{m[1][:-3]} hundred hours" if m[1].endswith(":00") else m[1]),
    (_HOURS, lambda m: f"{m[1]} to "),
    (_HALF_DAY_RANGE, lambda m: " to "),
    (_TWELVE_HOUR, twelve_hour),
]  # fmt: skip
RULES: dict[str, list[Rule]] = {
    "en-US": [*_BOTH, (_SLASHED, _month_first), (_DASHED, lambda m: f"{m[1]}/{m[2]}/{m[3]}")],
    "en-GB": [*_BOTH, (_SLASHED, _day_first), (_DASHED, _day_first)],
}
GROUPS = {language: RuleGroup("date or time", rules, DIGITS) for language, rules in RULES.items()}
_WHEN = "on|this|next|last|every|by|until|till|from|since|to|through|thru|and|or|each|of|before|after|closed|open|late|early"
_LONG_DAYS = {**DAY_NAMES, **{name: name for name in DAY_NAMES.values()}}
_DAY_AT_END = Pattern(
    rf"(?i:\b({_WHEN}|{'|'.join(_LONG_DAYS)})(?:\.?,|\.?)\s)(Mon|Wed|Sat|Sun|Tue|Tues|Thu|Thurs|Thur|Fri)\.(?=\s*[\"”’)]*\s*$)"
)
_MONTH_AT_END = Pattern(
    r"\b((?i:in|by|of|until|till|since|from|to|last|next|this|and|late|early|mid)[ -])Mar\.(?=\s*[\"”’)]*\s*$)"
)
DAYS = RuleGroup(
    "day of the week",
    [
        (_DAY_AT_END, lambda m: f"{m[0][: -len(m[2]) - 1]}{DAY_NAMES[m[2]]}."),
        (_MONTH_AT_END, lambda m: f"{m[1]}March."),
        (_DAY_RANGE, lambda m: f"{DAY_NAMES[m[1]]} to {DAY_NAMES[m[2]]}"),
        (Pattern(rf"\b({_MONTH})\s?[-–]\s?({_MONTH})\b"), lambda m: f"{_month(m[1])} to {_month(m[2])}"),
    ],
    "-–.",
)

"""Numbers in the notations that hibari reads wrongly or not at all."""

from __future__ import annotations

import re

from vivavoce.text.normalise.roman import ordinal_of
from vivavoce.text.normalise.rules import DIGITS, Rule, RuleGroup, digit_by_digit
from vivavoce.text.patterns import Pattern

MAX_DIGITS = 15
"""A longer run of digits is read digit by digit."""

_COUNTS = {
    "k": "thousand",
    "K": "thousand",
    "M": "million",
    "B": "billion",
    "bn": "billion",
    "m": "million",
    "tn": "trillion",
    "mn": "million",
}
_HALVES = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_GLYPHS = {
    "½": "a half", "¼": "a quarter", "¾": "three quarters", "⅓": "a third", "⅔": "two thirds", "⅛": "an eighth",
    "⅜": "three eighths", "⅝": "five eighths", "⅞": "seven eighths", "⅕": "a fifth", "⅙": "a sixth",
}  # fmt: skip
_BOOK = Pattern(r"\b[A-Z][a-z]+(?:['’][a-z]+)?\.? $")
_NAMED_BEFORE = Pattern(
    r"(?i)\b(?:apt|apartment|gate|room|seat|flat|unit|row|platform|figure|fig|route|exit|building|section|class|size|bus"
    r"|question|part|chapter|form|block|door|stand|studio|locker|table|appendix|level|hall|terminal|bay|page|line)\.? $"
)
_RATIO_BEFORE = Pattern(
    r"(?i)\b(?:ratio|odds|scale|aspect|proportions?|mix|mixed|score|scored|won|lost|beat|draw|drew|diluted?|split|favou?r)\b[^.!?]{0,30}$"
)
_SCORE_BEFORE = Pattern(r"(?i)\b(?:scor\w+|rat\w+|gave|gets?|got|give|graded?|earned|a|solid|perfect)\b[^.!?]{0,20}$")
_DATE_BEFORE = Pattern(r"(?i)\b(?:on|by|until|till|from|since|before|after|to|dated|due|of)[ ,]+$")
_PEOPLE = Pattern(
    r" (?:people|users|customers|dentists|students|times|cases|patients|questions|stars|points|doctors|children)\b"
)
_COUNTED = Pattern(
    r" (?:followers|users|people|views|subscribers|downloads|streams|likes|copies|customers|members|dollars|euros)\b"
)
_RESOLUTION = Pattern(
    r"(?i)[ -](?:run|race|runner|walk|walker|swim|ride|resolution|tv|tvs|video|videos|display|monitor|screen|movie|film|footage|camera|ultra|remaster)"
)


def fraction(numerator: int, denominator: int) -> str:
    """ "3 quarters", "one half", "7 sixteenths"."""
    one, many = _HALVES.get(denominator) or (part := ordinal_of(denominator), f"{part}s")
    return f"{'one' if numerator == 1 else numerator} {one if numerator == 1 else many}"


def _read_mixed_fraction(match: re.Match[str]) -> str:
    whole, numerator, denominator = match[1], int(match[2]), int(match[3])
    if not 0 < numerator < denominator:
        return match[0]
    part = fraction(numerator, denominator)
    return f"{whole} and {'a' + part.removeprefix('one') if numerator == 1 and denominator in (2, 3, 4) else part}"


def _ratio(match: re.Match[str]) -> str:
    """ "3 to 2", but chapter and verse and times of day stay as they are: "John 3:5", "4:30"."""
    one, other = match[1], match[2]
    text = match.string
    if _BOOK.search(text, max(match.start() - 20, 0), match.start()):
        return match[0]
    clock = len(other) == 2 and int(one) <= 24 and int(other) <= 59
    said_so = _RATIO_BEFORE.search(text, max(match.start() - 50, 0), match.start())
    follows = re.match(
        r" (?:ratio|odds|aspect|scale|draw|win|defeat|loss|split|mix|video|screen)\b",
        text[match.end() : match.end() + 9],
    )
    return f"{one} to {other}" if not clock or said_so or follows else match[0]


def _thousands(match: re.Match[str]) -> str:
    """ "2.4k stamps", "30k", but "a 10k run", "a 4K screen", "Apartment 4B" and the maker 3M."""
    number, count, text = match[1], match[2], match.string
    if _NAMED_BEFORE.search(text, max(match.start() - 14, 0), match.start()) or _RESOLUTION.match(text, match.end()):
        return f"{number} {count}"
    if count == "M" and _COUNTED.match(text, match.end()):
        return f"{number} million"
    if count in "KMB" and "." not in number and match[0] in ("3M", "2K", "4K", "8K"):
        return f"{number} {count}"
    if (
        count == "B"
        and "." not in number
        and not re.match(r" (?:[a-z]{3,}s|people)\b", text[match.end() : match.end() + 20])
    ):
        return f"{number} {count}"
    if (count == "K" and number == "401") or match[0] == "401k":
        return "four oh one k"
    return f"{number} {_COUNTS[count]}"


def _continental(match: re.Match[str]) -> str:
    """ "1.234.567,89" with the signs the other way round."""
    whole, _, decimals = match[0].partition(",")
    digits = whole.replace(".", "").replace("'", "").replace("’", "")
    return f"{int(digits):,}" + (f".{decimals}" if decimals else "")


def _slash(match: re.Match[str]) -> str:
    """ "9/10 people" and "scored 8/10" are out of ten; "3/16" is a fraction."""
    one, other = int(match[1]), int(match[2])
    text = match.string
    if one <= other and (
        (one == other and one > 1 and not _DATE_BEFORE.search(text, max(match.start() - 9, 0), match.start()))
        or (other in (5, 10) and text[match.end() : match.end() + 6] == " would")
        or _PEOPLE.match(text, match.end())
        or (
            other in (5, 10, 20, 100)
            and _SCORE_BEFORE.search(text, max(match.start() - 30, 0), match.start())
            and not re.match(r" (?:of|cup|inch|mile|pound|tea|table|hour|th)", text[match.end() :])
        )
    ):
        return f"{one} out of {other}"
    if other in (16, 32, 64, 100, 1000):
        return fraction(one, other)
    return f"{one} over {other}" if one > 12 or other > 31 else match[0]


def _suffixed_fraction(match: re.Match[str]) -> str:
    """ "3/8ths", and "1/16ths" as it is written: more than one."""
    if not int(match[2]):
        return match[0]
    said = fraction(int(match[1]), int(match[2]))
    return f"{said}s" if match[1] == "1" and match[0].endswith("ths") and int(match[2]) > 2 else said


LAKHS = RuleGroup(
    "grouped number",
    [
        (Pattern(r"(?<![\w/.~])[~∼]\s?(?=[$£€]?\d)"), lambda m: "about "),
        (
            Pattern(r"(?<![\w)=<>-])([<>])(=?)(?=[$£€]?\d)"),
            lambda m: f"{'greater' if m[1] == '>' else 'less'} than {'or equal to ' if m[2] else ''}",
        ),
        (Pattern(r"(?<![\w.,$£€-])(\d{1,4}(?:\.\d+)?) ?(bn|tn|mn)\b"), lambda m: f"{m[1]} {_COUNTS[m[2]]}"),
        (
            Pattern(
                r"(?<![\w.,$£€-])(\d{1,4}(?:\.\d+)?)m(?= (?:people|pounds|dollars|euros|users|views|downloads|copies|tonnes|tons|barrels|children|adults|jobs|homes|shares|customers|subscribers|visitors|doses|cases|workers|voters|refugees|tourists)\b)"
            ),
            lambda m: f"{m[1]} million",
        ),
        (Pattern(r"(?<=€)(\d{1,3})\.(\d{3})(?!\d|[.,]\d)"), lambda m: f"{m[1]},{m[2]}"),
        (
            Pattern(
                r"(?<![\w.,])([1-9]\d{0,2})\.(\d{3})(?= ?(?:€|(?:Euros?|EUR|Franken|Kronen|Mark|kr|Einwohner|Menschen)\b))"
            ),
            lambda m: f"{m[1]},{m[2]}",
        ),
        (Pattern(r"(?<![\w.,$£€])(\d{1,3}),(\d{4,})(?![\d,]|\.\d)"), lambda m: f"{m[1]}.{m[2]}"),
        (Pattern(r"(?<=[a-z])-(?=[$£€]\d)"), lambda m: " "),
        (Pattern(r"(?<=[€£$])(\d+),(\d{2})(?![\d,])"), lambda m: f"{m[1]}.{m[2]}"),
        (Pattern(r"(?<![\w.,])\d{1,2}(?:,\d{2})+,\d{3}(?![\w,])"), lambda m: f"{int(m[0].replace(',', '')):,}"),
        (Pattern(r"(?<![\w.,])\d{1,3}(?:\.\d{3}){2,}(?:,\d{1,2})?(?![\w,]|\.\d)"), _continental),
        (Pattern(r"(?<![\w.,])\d{1,3}\.\d{3},\d{1,2}(?![\w,]|\.\d)"), _continental),
        (
            Pattern(r"(?<![\w.,])\d{1,3}(?:['’]\d{3})+(?:[.,]\d{1,2})?(?![\w,'’]|\.\d)"),
            lambda m: _continental(m) if "," in m[0] else re.sub("['’]", ",", m[0]),
        ),
        (
            Pattern(r"(?<![\w.,+-])(?<!\d )[1-9]\d{0,2}(?: \d{3})+(?:,\d{1,2})(?![\w-]|[.,]\d)"),
            lambda m: m[0].replace(",", ".").replace(" ", ","),
        ),
        (
            Pattern(r"(?<![\w.,+-])(?<!\d )[1-9]\d{0,2}(?: \d{3})* 0\d\d(?![\w-]|[.,]\d| \d)"),
            lambda m: m[0].replace(" ", ","),
        ),
        (
            Pattern(r"(?<![\w.,+-])(?<!\d )[1-9]\d{0,2}(?: \d{3}){2,}(?![\w-]|[.,]\d| \d)"),
            lambda m: m[0].replace(" ", ","),
        ),
        (
            Pattern(
                r"(?<![\w.,])(\d+),(\d{1,2})(?=\s?(?:€|%|°|kg|km|cm|mm|m|g|l|euros?|Euro|EUR|percent|kilo\w+|[Mm]et(?:er|re)s?|[Ll]it(?:er|re)s?|Kilo|Gramm|Grad|Prozent|Stunden)(?!\w))"
            ),
            lambda m: f"{m[1]}.{m[2]}",
        ),
    ],
    DIGITS,
)
"""Groups of other locales, written as everyone else writes them."""
_RULES: list[Rule] = [
    (Pattern(r"(?<![\w./-])(\d{1,2}\.\d)/(5|10|20|100)(?![\w/-]|\.\d)"), lambda m: f"{m[1]} out of {m[2]}"),
    (Pattern(r"\b50[-–]50\b"), lambda m: "fifty-fifty"),
    (Pattern(r"(?<![\w.,+])(?<!\d )[1-9]\d{0,2}(?: \d{3})* 000(?![\w-]|[.,]\d)"), lambda m: m[0].replace(" ", ",")),
    (Pattern(r"(?<![\w.,])\d+(?:,\d{1,2})+(?![\w,]|\.\d)"), lambda m: m[0].replace(",", ", ")),
    (Pattern(r"(?<![\w.,$£€-])(\d{1,4}(?:\.\d+)?)(k|K|M|B)(?![\w'’-]|\.\w)"), _thousands),
    (Pattern(r"(?<![\w.,$£€-])(\d{1,4}\.\d+)(bn|m)(?= (?:people|users|views|downloads|followers|copies|years))"), lambda m: f"{m[1]} {_COUNTS[m[2]]}"),
    (Pattern(rf"\d{{{MAX_DIGITS + 1},}}"), lambda m: f" {digit_by_digit(m[0])} "),
    (Pattern(r"(?<![\w.])(\d+) ?([½¼¾⅓⅔⅛⅜⅝⅞⅕⅙])"), lambda m: f"{m[1]} and {_GLYPHS[m[2]]}"),
    (Pattern(r"(?<![\w.])([⅓⅔⅛⅜⅝⅞⅕⅙])"), lambda m: _GLYPHS[m[1]].replace("a ", "one ", 1)),
    (Pattern(r"(?<![\w./-])(\d+)[ -](\d{1,2})[/⁄](\d{1,2})(?:ths?|rds?|nds?)?(?![\w/.]\d|\w)"), _read_mixed_fraction),
    (Pattern(r"(?<![\w./-])(\d{1,3})/(\d{1,3})(?:ths?|rds?|nds?|sts?)(?![\w/])"), _suffixed_fraction),
    (Pattern(r"\b((?:\d|two|three|four|five|six|seven|eight|nine|several|many) )1/(\d{1,2})s\b"), lambda m: f"{m[1]}{fraction(2, int(m[2])).removeprefix('2 ')}"),
    (Pattern(r"\b(\d{1,2})/([2-9]|1\d)s\b"), lambda m: fraction(2, int(m[2])).replace("2 ", "" if m[1] == "1" else f"{m[1]} ", 1)),
    (Pattern(r"(?<![\w./])([2-9]|12)/(2|4|8|16)(?=[ -](?:time|meter|metre|signature|beat|bars?|waltz|rhythm)\b)"), lambda m: f"{m[1]} {m[2]}"),
    (Pattern(r"\b24/7\b"), lambda m: "twenty-four seven"),
    (Pattern(r"\b9/11\b"), lambda m: "nine eleven"),
    (Pattern(r"\b7/7\b"), lambda m: "seven seven"),
    (Pattern(r"\b20/20\b"), lambda m: "twenty-twenty"),
    (Pattern(r"\b50/50\b"), lambda m: "fifty-fifty"),
    (Pattern(r"(?<![\w./-])(\d{1,3})/(\d{1,4})(?![\w/-]|\.\d)"), _slash),
    (Pattern(r"(?<![\w.,/-])(\d+\.\d+)\s?[-–]\s?(?=\d+\.\d+(?![\w-]|\.\d))"), lambda m: f"{m[1]} to "),
    (Pattern(r"(?<![\w.,])(\d+)\.(\d*0)(?![\d.,]\d|[\d%])"), lambda m: f"{m[1]} point {digit_by_digit(m[2])}"),
    (Pattern(r"(?<![\w.])\.(\d+)(?![\w.]\d)"), lambda m: f"point {digit_by_digit(m[1])}"),
    (Pattern(r"(?i)\b((?:chapter|section|lesson|episode|article|part|book|page|step|unit|day|week|track) )0+(?=[1-9])"), lambda m: m[1]),
    (Pattern(r"(?<![\w.,:/+-])0\d+(?![\w:/-]|[.,]\d)"), lambda m: digit_by_digit(m[0])),
    (Pattern(r"(?<![\w:.])\d{1,3}(?::\d{1,3}){2,4}(?![\w:]|\.\d)(?= (?:ratio|mix|mixture|blend|fertili[sz]er|scale|split)s?\b)"), lambda m: m[0].replace(":", " to ")),
    (Pattern(r"(?i)(?<=\bratio of )\d{1,3}(?::\d{1,3}){2,4}(?![\w:]|\.\d)"), lambda m: m[0].replace(":", " to ")),
    (Pattern(r"(?<![\w:.])(\d+\.\d+):(\d+(?:\.\d+)?)(?![\w:])|(?<![\w:.])(\d+):(\d+\.\d+)(?![\w:])"), lambda m: f"{m[1] or m[3]} to {m[2] or m[4]}"),
    (Pattern(r"(?<![\w:.])(\d{1,5}):(\d{1,3}(?:,\d{3})+)(?![\w:])"), lambda m: f"{m[1]} to {m[2]}"),
    (Pattern(r"(?<![\w:.])(\d{1,5}):(\d{1,5})(?![\w:])(?!\.\d)"), _ratio),
    (Pattern(r"(?<![\w.])(\d+(?:\.\d+)?)[xX](?= [a-z])"), lambda m: f"{m[1]} times"),
    (Pattern(r"(?<![\w.])(\d+(?:\.\d+)?) ?[xX×] ?(?=\d+(?:\.\d+)?(?: ?[xX×] ?\d+)* ?(?:=|equals))"), lambda m: f"{m[1]} times "),
    (Pattern(r"(?<= times )(\d+(?:\.\d+)?) ?[xX×] ?(?=\d+ ?(?:=|equals))"), lambda m: f"{m[1]} times "),
    (Pattern(r"(?<![\w.])(\d+(?:\.\d+)?) ?[xX×] ?(?=\d)"), lambda m: f"{m[1]} by "),
    (Pattern(r"(?<![\w.])(\d+(?:\.\d+)?)[xX](?=[\s,.;:!?)]|$)"), lambda m: f"{m[1]} times"),
    (Pattern(r"(?<=\d)-(for|in|to|by|on|out-of)-(?=\d)"), lambda m: f" {m[1].replace('-', ' ')} "),
    (Pattern(r"(?<![\w.,/-])(\d+(?:\.\d+)?)%\s?[-–]\s?(?=\d+(?:\.\d+)?%)"), lambda m: f"{m[1]}% to "),
    (Pattern(r"^=\s?(?=\d)"), lambda m: "equals "),
    (Pattern(r"(?<![\w.,/-])(\d{1,4})\s?[-–]\s?(\d{1,4})(?=\.(?:\s|$))"), lambda m: f"{m[1]} to {m[2]}"),
    (Pattern(r"(?<![\w.,/-])(\d{1,3}(?:,\d{3})+)\s?[-–]\s?(\d{1,3}(?:,\d{3})+)(?![\w-])"), lambda m: f"{m[1]} to {m[2]}"),
    (Pattern(r"(?<![\w.,/-])(\d+\.\d+)\s?[-–]\s?(\d+\.?\d*)(?![\w-])"), lambda m: f"{m[1]} to {m[2]}"),
    (Pattern(r"(?<![\w.,])[-−](?=\d)"), lambda m: "minus " if not m.string[: m.start()].rstrip().endswith("equals") else m[0]),
]  # fmt: skip
GROUP = RuleGroup("number", _RULES, DIGITS + "½¼¾⅓⅔⅛⅜⅝⅞⅕⅙")

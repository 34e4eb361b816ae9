"""What is written in digits but is no number: post codes, telephone numbers, orders, flights, roads, serial numbers."""

from __future__ import annotations

import re

from hibari.g2p import numbers as hibari_numbers

from vivavoce.text.normalise.rules import DIGITS, Rule, RuleGroup, digit_by_digit, digit_words, letters
from vivavoce.text.number_words import pluralise
from vivavoce.text.patterns import Pattern
from vivavoce.text.word_sets import words

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi",
    "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming", "PR": "Puerto Rico", "DC": "D.C.",
}  # fmt: skip
_PROVINCES = {
    "ON": "Ontario", "QC": "Quebec", "BC": "British Columbia", "AB": "Alberta", "MB": "Manitoba", "SK": "Saskatchewan",
    "NS": "Nova Scotia", "NB": "New Brunswick", "NL": "Newfoundland and Labrador", "PE": "Prince Edward Island",
    "YT": "Yukon", "NT": "Northwest Territories", "NU": "Nunavut",
}  # fmt: skip
_PROVINCE = "|".join(_PROVINCES)
_CITIES = (
    "Berlin|Hamburg|München|Munich|Köln|Cologne|Frankfurt|Stuttgart|Dresden|Leipzig|Bonn|Paris|Lyon|Marseille|Nice|Lille"
    "|Madrid|Barcelona|Sevilla|Valencia|Roma|Rome|Milano|Milan|Torino|Turin|Napoli|Firenze|Helsinki|Stockholm|Warszawa|Kraków"
)
_STATE = "|".join(STATES)
_STATE_NAMES = "|".join(re.escape(name) for name in STATES.values())
_ZIP = r"\d{5}(?:-\d{4})?"
_ID_NOUN = (
    r"(?:account|acct|OTP|order|invoice|parcel|package|case|ticket|code|ID|id|serial|tracking|reference|ref|member|membership|policy"
    r"|booking|confirmation|licen[cs]e|passport|customer|client|employee|badge|card|routing|shipment|receipt|claim"
    r"|patent|permit|barcode|part|item|model|ISBN|PIN|SKU|VIN|IMEI|SSN|password|passcode|extension|box|transaction)"
)
_CALL = r"(?:[Cc]all|[Rr]ing|[Pp]hone|[Dd]ial|[Tt]ext|[Ff]ax|[Tt]el(?:ephone)?|[Mm]obile|[Cc]ell|[Hh]otline|[Nn]umber|WhatsApp)"
_TELEPHONE = Pattern(
    r"(?<![\w.-])(?:\+\d{1,3}[\s.-]?(?:\(\d{1,4}\)|\d{1,4})(?:[\s.-]?\d{2,4}){1,4}"
    r"|(?:\+?1[\s.-])?(?:\(\d{3}\)\s?|\d{3}[-.\s])\d{3}[-.]\d{4}|\(\d{3}\)\s?\d{3}\s\d{4}|1-\d{3}-\d{3}-\d{4}"
    r"|\(0\d{1,4}\)\s?\d{3,4}[\s-]?\d{3,4}|0\d{2,4}[\s-]\d{3,4}[\s-]?\d{3,4}|0\d(?:[ .]\d{2}){4}|0\d{2,4}/\d{5,8}|\d{3}-\d{4})(?![\w-]|\.\d)"
)
_WORD_NUMBER = Pattern(r"(?<![\w-])(1-)?(8\d\d|900)-(?:(\d{3})-)?([A-Z]{3,9})(?![\w-])")


def _read_groups(match: re.Match[str]) -> str:
    return ", ".join(digit_by_digit(group) for group in re.findall(r"\d+", match[0]))


def _telephone(match: re.Match[str]) -> str:
    toll_free = re.match(r"\+?1[\s.-]\(?[89]00\b", match[0])
    read = _toll_free if toll_free else digit_by_digit
    groups = ", ".join(map(read, re.findall(r"\d+", match[0])))
    return ("plus " if match[0].startswith("+") else "") + groups


def _toll_free(group: str) -> str:
    return {"800": "eight hundred", "900": "nine hundred"}.get(group) or digit_by_digit(group)


def _word_number(match: re.Match[str]) -> str:
    groups = [_toll_free(group) for group in [(match[1] or "").rstrip("-"), match[2], match[3]] if group]
    return ", ".join([*groups, match[4].capitalize()])


def _grouped_digits(match: re.Match[str]) -> str:
    text = match[0]
    return text if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else _read_groups(match)


def _read_numbered(match: re.Match[str]) -> str:
    """ "order no. 4521" and "Order #4521"."""
    if "#" in match[1]:
        return f"{match[1].rstrip('# ')} number {digit_words(match[2])}"
    return match[1] + digit_by_digit(match[2])


def in_pairs(digits: str) -> str:
    """A number of a flight, a port, a room, as people say it: "twenty four ninety", "four oh three"."""
    if len(digits) == 4 and digits[1:] != "000" and digits[0] != "0":
        high, low = digits[:2], digits[2:]
        tail = "hundred" if low == "00" else f"oh {cardinal_words(low[1])}" if low[0] == "0" else cardinal_words(low)
        return f"{cardinal_words(high)} {tail}"
    if len(digits) == 3 and not digits.endswith("00") and digits[0] != "0":
        return f"{cardinal_words(digits[0])} " + (
            f"oh {cardinal_words(digits[2])}" if digits[1] == "0" else cardinal_words(digits[1:])
        )
    if len(digits) > 4 or (digits[0] == "0" and len(digits) > 1):
        return digit_by_digit(digits)
    return digits


def cardinal_words(digits: str) -> str:
    """Digits as the words of a quantity."""
    return hibari_numbers.cardinal(int(digits))


def _read_serial(match: re.Match[str]) -> str:
    """Letters and digits of a serial number, each run apart: "AB12-CD34" is A B one two, C D three four."""
    groups = re.split(r"[-–/]", match[0])
    return ", ".join(map(letters, filter(None, groups)))


def _postcode(match: re.Match[str]) -> str:
    return f"{letters(match[1])}, {letters(match[2])}"


def _zip(match: re.Match[str]) -> str:
    return ", ".join(digit_by_digit(group) for group in match[0].split("-"))


def _state(match: re.Match[str]) -> str:
    """The state, but "Dr. Lee, MD" and "Ann Lee, MD, and Bo Ray, RN" are doctors of medicine."""
    text = match.string
    is_degree = match[1] in ("MD", "PA", "MA") and (
        _DOCTOR_BEFORE.search(text, 0, match.start())
        or _CREDENTIAL.search(text, max(0, match.start() - 40), match.end() + 40)
    )
    return match[1] if is_degree else STATES[match[1]]


_DOCTOR_BEFORE = Pattern(r"\bDr\.? (?:[A-Z][\w.'’-]* ){0,3}[A-Z][\w'’-]*, $")
_CREDENTIAL = Pattern(r"\b[A-Z][a-z]+, (?:RN|Ph\.?D\.?|DDS|DVM|JD|Esq|CPA|NP|FACS|LPN|MPH|MSW|RPh|BSN)\b")
_NUMBERED_STREET = (
    r"(?:\d+(?:st|nd|rd|th)|[A-Z][a-z]+) (?:St|Ave|Rd|Blvd|Dr|Ln|Ct|Pl|Way|Street|Avenue|Road|Drive|Lane|Boulevard)\b"
)
DIRECTIONS = {"N": "North", "S": "South", "E": "East", "W": "West", "NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest"}  # fmt: skip
POST_CODES: list[Rule] = [
    (
        Pattern(rf"(?<![\w.,])(\d{{1,5}}) ([NSEW]{{1,2}})\.? (?={_NUMBERED_STREET})"),
        lambda m: f"{m[1]} {DIRECTIONS.get(m[2], m[2])} ",
    ),
    (Pattern(rf"(?<=[a-z.],\s)({_STATE})(?=\s{_ZIP}\b|[,;.)!?]|\s*$|\s[a-z(])"), _state),
    (Pattern(rf"(?<=[a-z]\s)({_STATE})(?=\s{_ZIP}\b)"), _state),
    (
        Pattern(rf"(?<=[a-z],\s)({_PROVINCE})(?=\s[A-Z]\d[A-Z])|(?<=[a-z]\s)({_PROVINCE})(?=\s[A-Z]\d[A-Z] ?\d)"),
        lambda m: _PROVINCES[m[0]],
    ),
    (Pattern(r"(?<=[a-z],\s)(BC|AB|MB|SK)(?=[,;.)!?]|\s*$|\s[a-z(])"), lambda m: _PROVINCES[m[0]]),
    (Pattern(rf"(?<![\w.,-])\d{{5}}(?= (?:{_CITIES})\b)"), lambda m: digit_by_digit(m[0])),
    (Pattern(rf"\b((?:{_CITIES}) )(\d{{5}})(?![\w,-])"), lambda m: m[1] + digit_by_digit(m[2])),
    (
        Pattern(rf"((?:,|\b(?:{_STATE_NAMES})),?) ({_ZIP})(?![\w-])"),
        lambda m: f"{m[1]} {', '.join(map(digit_by_digit, m[2].split('-')))}",
    ),
    (Pattern(r"(?<![\d.,-])\d{5}-\d{4}(?![\w-])"), _zip),
    (
        Pattern(
            r"(?:(?<=[zZ]ip )|(?<=ZIP )|(?<=code )|(?<=zip is )|(?<=ZIP is )|(?<=code is )|(?<=code: )|(?<=ZIP: )|(?<=Zip: ))\d{5}\b"
        ),
        _zip,
    ),
    (Pattern(r"\b([A-Z]{1,2}\d[A-Z\d]?) (\d[A-Z]{2})\b"), _postcode),
    (Pattern(r"\b([A-Z]\d[A-Z]) ?(\d[A-Z]\d)\b"), _postcode),
]
_LONG: list[Rule] = [
    (Pattern(r"\b(\d):(\d\d)-(cv|cr|mc|mj|md|ap|bk)-(\d{3,6})\b"), lambda m: f"{m[1]}, {m[2]}, {letters(m[3])}, {digit_by_digit(m[4])}"),
    (Pattern(r"\b(ISSN:? |SKU:? |[Dd]ocket (?:[Nn]o\. |[Nn]umber |#)|[Cc]ase (?:[Nn]o\. |[Nn]umber |#)|[Nn]o\. )(\d{2,4})-(\d{3,6})(?![\w-])"),
     lambda m: f"{m[1]}{digit_by_digit(m[2])}, {digit_by_digit(m[3])}"),
    (Pattern(r"(?<!\w)#(?=:|[A-Z]-?\d|\d+[A-Z][A-Z\d]{4,})"), lambda m: "number "),
    (Pattern(r"(?<![\w.,$£€-])\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?![\w-])"), _read_groups),
    (Pattern(rf"(?i)\b({_ID_NOUN}(?: (?:number|no\.?|code|is|was|ID|ending in))*[:#]? ?#?)(?-i:(\d{{4,}}))(?![\w,.:/-]\w)"),
     lambda m: _read_numbered(m)),
    (Pattern(r"(?<![\w.,])#(\d{4,})\b"), lambda m: f"number {digit_words(m[1])}"),
    (Pattern(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])(?!\d+e\d{1,3}\b)[0-9a-f]{7,40}(?:-[0-9a-f]{4,12}){0,5}\b"), _read_serial),
    (Pattern(r"(?<![\w.,$£€¥₹/-])\d{10,}(?![\w/]|[.,]\d)"), lambda m: f"{digit_by_digit(m[0])}"),
    (Pattern(r"(?<![\d-])\d+(?:-\d+){2,}(?![\d-])"), _grouped_digits),
    (Pattern(r"(?<![\w.,$£€-])(\d{3})[ -](\d{2})[ -](\d{4})(?![\w-])"), _read_groups),
    (Pattern(r"\b(?=[A-Z\d-]*\d[A-Z\d-]*)(?=[A-Z\d-]*[A-Z])[A-Z\d]{2,}(?:-[A-Z\d]{1,12}){1,8}\b(?<=[A-Z\d])"),
     lambda m: _read_serial(m) if _is_serial(m[0]) else m[0]),
    (Pattern(r"\b(?=[A-Z]*\d+[A-Z]+\d|[A-Z]+\d+[A-Z]+)[A-Z\d]{5,30}\b"), _read_serial),
]  # fmt: skip
_NAMED: list[Rule] = [
    (Pattern(r"\b([A-Z])(\d)([A-Z])\b"), lambda m: letters(m[0])),
    (Pattern(r"\bS(\d{1,2}) ?E(\d{1,3})\b"), lambda m: f"season {int(m[1])} episode {int(m[2])}"),
    (Pattern(r"(?<![\w.])(\d) ?BR\b"), lambda m: f"{m[1]} bedroom"),
    (Pattern(r"(?<![\w.])(\d(?:\.5)?) ?BA\b"), lambda m: f"{m[1]} bath"),
    (Pattern(r"\b([Ff]lights? (?:number )?)?([A-Z]{2}) ?(\d{3,4})\b(?<![A-Z]{3})"),
     lambda m: f"{m[1] or ''}{letters(m[2])} {in_pairs(m[3])}" if m[1] or m[2] in _AIRLINES else m[0]),
    (Pattern(r"(?<![\w.,$£€])([1-5]\d\d)(?= (?:errors?|status|response|redirects?|pages?|not found|forbidden|internal server)\b)"),
     lambda m: in_pairs(m[1]) if m[1][1:] != "00" else m[0]),
    (Pattern(r"\b((?:HTTP|[Ee]rror|[Ss]tatus)(?: code)? )([1-5]\d\d)\b(?!,\d)"), lambda m: m[1] + in_pairs(m[2])),
    (Pattern(r"(?<![\w.,$£€])([1-9][1-9]\d)(['’]?s)(?![\w])"), lambda m: f"{cardinal_words(m[1][0])} {pluralise(cardinal_words(m[1][1:]))}"),
    (Pattern(r"\b([Ff]light) (\d{3,4})\b"), lambda m: f"{m[1]} {in_pairs(m[2])}"),
    (Pattern(r"\b(I|US|SR|CR|FM|M|A|B|E)-(\d{2,3})\b"), lambda m: f"{letters(m[1])} {in_pairs(m[2])}"),
    (Pattern(r"\b([Rr]oom|[Ss]uite|[Rr]oute|[Hh]ighway|[Aa]partment|[Ff]lat|[Bb]us|[Cc]hannel|[Bb]oeing|[Ss]tudio) (\d{3,4})\b(?![,.]\d)"),
     lambda m: f"{m[1]} {in_pairs(m[2])}"),
    (Pattern(r"\b(\d{3,4})(?= (?:[NSEW]\.? )?[A-Z][a-z]+ (?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl)\b)"),
     lambda m: in_pairs(m[1])),
]  # fmt: skip
_AIRLINES = words("BA AA UA DL LH AF KL EK QF SQ AC FR EZY WN B6 AS IB LX OS SK AY EI NZ JL NH CX TK QR EY")


def _is_serial(text: str) -> bool:
    """ "XK-4471-B" and "AB12-CD34", but not "COVID-19", "F-16", "MP3-44"."""
    groups = text.split("-")
    mixed = sum(bool(re.search(r"\d", group)) and bool(re.search(r"[A-Z]", group)) for group in groups)
    if len(groups) == 2 and not mixed:
        return len(groups[0]) <= 3 and groups[1].isdigit() and len(groups[1]) >= 4
    return len(groups) > 2 or (mixed >= 1 and len(text) > 6)


TELEPHONE: list[Rule] = [
    (Pattern(r"\b([A-Z]{2}\d{2})((?: [\dA-Z]{4}){3,8}(?: [\dA-Z]{1,4})?)\b"), lambda m: ", ".join(map(letters, m[0].split()))),
    (Pattern(r"(?<=\d-\d{4}),? ?(?:x|ext\.?) ?(\d{1,6})\b"), lambda m: f", extension {m[1] if len(m[1]) < 3 else digit_by_digit(m[1])}"),
    (_WORD_NUMBER, _word_number),
    (_TELEPHONE, _telephone),
    (Pattern(rf"\b({_CALL}(?: (?:me|us|him|her|them|on|at|is|number|to|the|now))*:? )(\d{{3}}[ .]\d{{4}}|\d{{5,12}}|\d{{3,5}}(?: \d{{3,4}}){{1,3}})(?!\w|[,.:/-]\d)"),
     lambda m: m[1] + ", ".join(digit_by_digit(group) for group in re.split(r"[ .]", m[2]))),
    (Pattern(r"(?i)\b((?:call|dial|phone|ring)(?:s|ed|ing)? )(911|999|112|311|411|988|101|111)\b"),
     lambda m: m[1] + digit_by_digit(m[2])),
    (Pattern(r"(?i)\b((?:dial|dialing|press|call|enter|text|code|type)(?: in)?:? )([*#](?:\d{1,4}|(?=\s|$|[.,]))[*#]?)"),
     lambda m: m[1] + " ".join({"*": "star", "#": "pound"}.get(sign, digit_words(sign)) for sign in m[2])),
    (Pattern(r"(?:(?<=\d \d \d or )|(?<=\d \d \d, or )|(?<=\d \d \d, not )|(?<=\d \d \d and )|(?<=\d \d \d, ))(911|999|112|311|411|988|101|111)\b"), lambda m: digit_by_digit(m[1])),
    (Pattern(r"(?i)\b((?:text|sms|send|message)\b.{1,40}? to )(\d{5,6})\b(?!,\d)"), lambda m: m[1] + digit_by_digit(m[2])),
    (Pattern(r"(?<![\w.,])(911|999|112|311|411|988)(?= (?:call|operator|dispatcher)s?\b)"), lambda m: digit_by_digit(m[1])),
    (Pattern(r"(?i)(?<=\d)(,? )(?:(?<=\d{4})x ?|(?<=\d{4} )x|(?<=\d{4}, )x|extn?\.? ?)(\d{1,6})\b(?! ?[=×])"), lambda m: f"{m[1]}extension {m[2] if len(m[2]) < 3 else digit_by_digit(m[2])}"),
]  # fmt: skip
GROUPS = [
    RuleGroup("telephone number", TELEPHONE, DIGITS),
    RuleGroup("post code", POST_CODES, "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + DIGITS),
    RuleGroup("identifier", _LONG, DIGITS),
    RuleGroup("numbered name", _NAMED, DIGITS),
]

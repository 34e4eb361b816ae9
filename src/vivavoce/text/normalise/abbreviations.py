"""Abbreviations by their surroundings, and words that hibari would take for one ("He said no.")."""

from __future__ import annotations

import re

from vivavoce.text.normalise.abbreviation_words import (
    AFTER_NUMBER,
    ANYWHERE,
    BEFORE_LETTER,
    BEFORE_NUMBER,
    BIBLE,
    BOOKS_OF_SEVERAL,
    COMPASS_PLACES,
    COUNTED,
    OLD_STATES,
    PLACE_IN_ORDER,
    SIZES,
    SPANS,
    STREETS,
    WITHOUT_STOP,
)
from vivavoce.text.normalise.calendar import DAY_NAMES
from vivavoce.text.normalise.identifiers import DIRECTIONS, STATES, in_pairs
from vivavoce.text.normalise.roman import SHIELD
from vivavoce.text.normalise.rules import Rule, RuleGroup, any_of
from vivavoce.text.patterns import Pattern
from vivavoce.text.split import STARTERS
from vivavoce.text.word_sets import words

_PLACES = "In|At|To|From|Near|On|Of|Visit|By|Around|Outside|Saint|Mount|Fort"
_NO_STREET = "|".join(sorted(STARTERS)) + f"|{_PLACES}"

_STOP_NEEDED = words("in c mo mos vols pp deg kn pt T t")
_WORDS_WITHOUT_STOP = words(
    "s ss reg regs no art arts cat tab app lot unit ch pt fl ex n sc sch cl exh long lat ser nn"
)
"""Before a number they are abbreviations only with a full stop."""
_STREET_NAME = rf"(?!(?:{_NO_STREET})\b)(?:[A-Z][a-z]+|\d+(?:st|nd|rd|th)|(?:[NSEW]\.?\s)?[A-Z][a-z]+)"


def _stop(match: re.Match[str], said: str) -> str:
    """The words, and the full stop again where it also ended the sentence."""
    at_end = not match.string[match.end() :].strip("\"'”’) ")
    return said + ("." if match[0].endswith(".") and at_end else "")


def _after_number(match: re.Match[str]) -> str:
    one = match[1] in ("1", "½", "¼", "¾") or bool(re.fullmatch(r"[1-9]/\d{1,2}", match[1]))
    one = one or "-" in match[0][len(match[1]) : len(match[1]) + 1]  # "a 10-yr. bond"
    words = AFTER_NUMBER[match[2]]
    return _stop(match, f"{match[1]} {words[0] if one else words[1]}")


_AMOUNT = r"(?<![\w.,/])((?:\d+[ -])?\d{1,2}/\d{1,2}|\d(?:[\d,]*\d)?(?:\.\d+)?(?: ?[½¼¾⅓⅔⅛])?|[½¼¾⅓⅔⅛])"
_LONG_UNITS = {unit: words for unit, words in AFTER_NUMBER.items() if unit not in _STOP_NEEDED}
_RULES: list[Rule] = [
    (Pattern(r"\b(MR|MRS|MS|DR|PROF|REV|GEN|CAPT|SGT|LT|COL)\.? (?=[A-Z]{2})"), lambda m: f"{m[1].capitalize()}. "),
    (Pattern(rf"\b([123]|I{{1,3}}) ((?:{any_of(BIBLE)})\.(?= \d)|(?:(?:{any_of(BIBLE)})|{BOOKS_OF_SEVERAL})(?= \d+:\d)) "),
     lambda m: f"{PLACE_IN_ORDER[m[1]]} {BIBLE.get(m[2].rstrip('.'), m[2])} "),
    (Pattern(rf"\b({any_of(BIBLE)})\.? (?=\d+:\d)"), lambda m: f"{BIBLE[m[1]]} "),
    (Pattern(r"\b(Ps|Prov|Isa|Deut|Ezek|Eccl)\.? (?=\d)"), lambda m: f"{BIBLE[m[1]]} "),
    (Pattern(rf"\b({'|'.join(sorted({*BIBLE.values(), 'Acts', 'Ruth', 'Esther', 'Job', 'Joel', 'Amos', 'Jude'}))}) (\d{{1,3}}:\d{{1,3}})\s?[-–]\s?(?=\d{{1,3}}\b)"),
     lambda m: f"{m[1]} {m[2]} to "),
    (Pattern(r"(?i)\b(tel(?:ephone)?|ph|phone|fax|ref|order|account|acct|serial|part|model|invoice|id|policy|case|lot|flight|room|reg|item|mobile|cell|ticket|tracking|passport|licen[cs]e|page|bus|catalog(?:ue)?)\.? no\.(?=\s[a-z]|:|\s*$)"),
     lambda m: f"{ {'tel': 'telephone', 'ph': 'phone', 'Ph': 'Phone', 'Tel': 'Telephone', 'ref': 'reference', 'Ref': 'Reference', 'acct': 'account', 'Acct': 'Account', 'reg': 'registration', 'Reg': 'Registration'}.get(m[1], m[1]) } number"),
    (Pattern(r"\b(?:Sec|Secy)\. (?=[A-Z][a-z]+)(?![IVX]+\b)"), lambda m: "Secretary "),
    (Pattern(r"\b(Eqs?|Figs?|Secs?|Refs?|Tabs?|Nos?)\.? (?=\(\d)"), lambda m: f"{BEFORE_NUMBER.get(m[1], m[1])} "),
    (Pattern(r"\bFl\.? (?=\d{1,2}\b)"), lambda m: "Floor "),
    (Pattern(r"\b(Qty|Amt|Dept|Appt|Acct|Mgr|Asst|Attn|Temp|Max|Min|Avg|Approx)(?=:)"), lambda m: {"Max": "Maximum", "Min": "Minimum"}.get(m[1]) or ANYWHERE[m[1]]),
    (Pattern(r"\b(dollars?|cents?|pounds?|pence|euros?|\d) ea\.?(?=[\s,;)]|$)"), lambda m: _stop(m, f"{m[1]} each")),
    (Pattern(r"(?<![\w.])[eE]\.\s?g\.?(?:,|(?=\s|:|$))"), lambda m: "for example" + ("," if m[0].endswith(",") else "")),
    (Pattern(r"(?<![\w.])[iI]\.\s?e\.?(?:,|(?=\s|:|$))"), lambda m: "that is" + ("," if m[0].endswith(",") else "")),
    (Pattern(r"(?<![\w.])a\.k\.a\.?(?=\s|$)"), lambda m: "also known as"),
    (Pattern(r"(?<![\w.])viz\.(?=\s)"), lambda m: "namely"),
    (Pattern(r"(?<![\w.])op\. ?cit\."), lambda m: "op cit"),
    (Pattern(r"(?<![\w.])(?:&c|etc)\.?(?=[\s,;)]|$)"), lambda m: _stop(m, "et cetera") if m[0].startswith("&") else m[0]),
    (Pattern(r"(?<![\w.])(?:ca?\.\s?)(?=\d{3,4})"), lambda m: "circa "),
    (Pattern(r"(?<=\()(?:b\. ?)(?=\d{4}|[A-Z])|(?<=[,;] )b\. ?(?=\d{4})"), lambda m: "born "),
    (Pattern(r"(?:(?<=\d )|(?<=mi\. )|(?<=km )|(?<=miles ))([NSEW]|NE|NW|SE|SW)\. ?(?=of\b)"), lambda m: f"{DIRECTIONS[m[1]].lower()} "),
    (Pattern(r"\b(Mon|Tues?|Wed|Thu(?:rs)?|Fri)(?=, (?:[A-Z]|and|or|\d)|,$|: ?\w)"), lambda m: DAY_NAMES[m[1]]),
    (Pattern(r"^(Sat|Sun)(?=: ?\w)"), lambda m: DAY_NAMES[m[1]]),
    (Pattern(r"(?<=[a-z] )(Wed|Fri|Thurs?|Tues?)\.(?=\s*$)"), lambda m: f"{DAY_NAMES[m[1]]}."),
    (Pattern(r"\b[Ee]st\. (?=(?:1[5-9]|20)\d\d\b)"), lambda m: "Established " if m[0][0] == "E" else "established "),
    (Pattern(r"\bInc\. (?=(?:1[5-9]|20)\d\d\b)"), lambda m: "Incorporated "),
    (Pattern(r"(?<![\w.,])(\d{1,3})(?: |-)in\.?(?:(?= [a-z]{4})(?<=-in\.)|(?<=-in)(?= [a-z]{4}))"), lambda m: f"{m[1]} inch"),
    (Pattern(r"(?<== )(\d+(?:\.\d+)?) in(?=[.,;)]|\s*$)"), lambda m: f"{m[1]} {'inch' if m[1] == '1' else 'inches'}"),
    (Pattern(r"(?<=[(,;]) ?(?:d\. )(?=\d{4})"), lambda m: " died "),
    (Pattern(r"(?:(?<=\()|^|(?<=[,;] ))(?:r\. ?)(?=\d{3,4})"), lambda m: "reigned "),
    (Pattern(r"^b\. ?(?=\d{4})"), lambda m: "born "),
    (Pattern(r"(?<![\w.])fl\. (?=(?:ca?\. ?)?\d{3,4}\b(?!-))"), lambda m: "flourished "),
    (Pattern(r"(?<=[a-z] )v\.? (?=[A-Z][a-z])"), lambda m: "versus "),
    (Pattern(r"(?<![\w.])([Tt])el\.?:?\s?(?=[\d+(])"), lambda m: f"{m[1]}elephone "),
    (Pattern(r"(?<![\w.])pp?\.\s?(?=\d+\s?[-–])"), lambda m: "pages "),
    (Pattern(r"(?<![\w.])p\.\s?(?=\d|[ivxl]+\b)"), lambda m: "page "),
    (Pattern(r"\b[Pp]\.? ?[Oo]\.? [Bb]ox\b"), lambda m: "P O Box"),
    (Pattern(r"\b(P\.?P?\.S)\.(?=\s)"), lambda m: " ".join(m[1].replace(".", "")) + ","),
    (Pattern(r"\bSt\.?-(?=[A-Z][a-z])"), lambda m: "Saint "),
    (Pattern(r"(?<=and )d\. ?(?=\d{4})"), lambda m: "died "),
    (Pattern(r"\b(St|Ft|Mt)\.? (?=[A-Z][a-z'’]+)(?<![a-z] St\. )(?<![a-z] St )"), lambda m: {"St": "Saint", "Ft": "Fort", "Mt": "Mount"}[m[1]] + " "),
    (Pattern(r"\bSec\.?[ -]Gen\.?(?=[\s,;:)]|$)"), lambda m: _stop(m, "Secretary General")),
    (Pattern(r"\bAtty\.? Gen\.?(?=[\s,;:)]|$)"), lambda m: _stop(m, "Attorney General")),
    (Pattern(r"\bPt\. (?=[A-Z][a-z]+)"), lambda m: "Point "),
    (Pattern(r"\bSq\.? (?=[a-z])"), lambda m: "Square "),
    (Pattern(r"\bSte\.? (?=[A-Z][a-z]{3})"), lambda m: "Saint "),
    (Pattern(r"(?<![\w.])([Ee])xtn?\.? ?(\d{3,4})\b"), lambda m: f"{m[1]}xtension {in_pairs(m[2])}"),
    (Pattern(rf"(?<![\w.])({any_of(BEFORE_NUMBER)})(?:\.\s?|\s|: )#?(?=\d|[IVXL]+\b|(?:zero|one|two|three|four|five|six|seven|eight|nine) )"),
     lambda m: m[0] if m[0][-1:].isspace() and "." not in m[0] and m[1].lower() in _WORDS_WITHOUT_STOP else f"{BEFORE_NUMBER[m[1]]} "),
    (Pattern(r"(?<![\w.])(Ex|Exh|App|Sched|Bldg|bldg|Rev|rev|Fig|fig|Vol|vol)\. (?=[A-Z]\b(?![.'’]))"), lambda m: f"{BEFORE_LETTER[m[1]]} "),
    (Pattern(r"\bMk\.? (?=[IVX\d]+\b)"), lambda m: "Mark "),
    (Pattern(r"(?<=\d) est\.(?=[,;)]|\s*$)"), lambda m: _stop(m, " estimated")),
    (Pattern(rf"\b([DRI])-({any_of(OLD_STATES)})\.(?=[\s,;)])"), lambda m: f"{m[1]}, {OLD_STATES[m[2]]}"),
    (Pattern(rf"\(([DRI])-({any_of(STATES)})\)"), lambda m: f"({m[1]}, {STATES[m[2]]})"),
    (Pattern(r"\((\d+(?:\.\d+)?)[ -]?(oz|lb|g|kg|ml|mL|fl\.? oz|ounce|gram)\.?\) (?=(?:cans?|jars?|pack\w*|pkgs?|box\w*|bags?|tins?|bottles?|tubs?|blocks?|sticks?|cartons?|containers?|bars?|steaks?|fillets?|pouch\w*|envelopes?)\b)"),
     lambda m: f"({m[1]} {SIZES[m[2].replace('.', '')]}) "),
    (Pattern(r"(?<![\w.])(\d+)-pt\.? (?=[a-z])"), lambda m: f"{m[1]} point "),
    (Pattern(rf"{_AMOUNT} (reb|ast|stl|ct|lg|med|sm)\.?(?=[\s,;:)]|$)(?! of\b)"), lambda m: _stop(m, f"{m[1]} {COUNTED[m[2]]}")),
    (Pattern(r"\bmed\.?[ -](?=(?:high|low|heat|hot)\b)"), lambda m: "medium "),
    (Pattern(r"\b(AL|NL) (?=(?:East|West|Central|Cy Young|MVP|pennant|Championship|Wild)\b)"), lambda m: f"{m[1][0]} {m[1][1]} "),
    (Pattern(r"\bqty (?=\d)|\bQty\.? (?=\d)"), lambda m: "quantity " if m[0][0] == "q" else "Quantity "),
    (Pattern(r"¶¶ ?(?=\d)"), lambda m: "paragraphs "),
    (Pattern(r"\b([Aa])tty(?=['’]s\b)"), lambda m: f"{m[1]}ttorney"),
    (Pattern(r"(?<=[lL])/min/(?=\d)"), lambda m: " per minute per "),
    (Pattern(r"\bW\. Va\.(?=[\s,;:)]|$)"), lambda m: _stop(m, "West Virginia")),
    (Pattern(rf"\b([NSEW])\. (?=(?:{COMPASS_PLACES})\b)"), lambda m: f"{DIRECTIONS[m[1]]} "),
    (Pattern(r"(?<![\w.])(Apt|Ste|Rm|Unit|Flat)\.? #?(?=[A-Z]\b)"), lambda m: f"{BEFORE_NUMBER.get(m[1], m[1])} "),
    (Pattern(r"\b(\d+(?:st|nd|rd|th)|[Ff]irst|[Ss]econd|[Tt]hird|[Gg]round|[Tt]op) [Ff]l\.?(?=[\s,;]|$)"), lambda m: _stop(m, f"{m[1]} floor")),
    (Pattern(rf"{_AMOUNT}[\s-]?({any_of(_LONG_UNITS)})(?:\.(?!\w)|(?![\w'’/°²³-]))"), _after_number),
    (Pattern(rf"{_AMOUNT}\s?({'|'.join(sorted(_STOP_NEEDED - {'T', 't'}, key=len, reverse=True))})\.(?!\w)"), _after_number),
    (Pattern(rf"{_AMOUNT} ([Tt])\.?(?= [a-z]{{3}}|\))"), _after_number),
    (Pattern(rf"{_AMOUNT} (in)(?= (?:long|wide|high|deep|tall|thick|across|x|by|of (?:rain|snow|water))\b)"), _after_number),
    (Pattern(r"\b(\d+\s)([NSEW]{1,2})\.? (?=(?:[A-Z][a-z]+|\d+(?:st|nd|rd|th))\b)"), lambda m: f"{m[1]}{DIRECTIONS.get(m[2], m[2])} "),
    (Pattern(rf"\b((?:{any_of(STREETS)})\.?|Street|Avenue|Road|Drive|Lane|Boulevard|Place|Court|Way)(,? )(NE|NW|SE|SW)\b(?:\.(?=\s\S))?"),
     lambda m: f"{STREETS.get(m[1].rstrip('.'), m[1])}{m[2]}{DIRECTIONS[m[3]]}"),
    (Pattern(rf"\b([NSEW])\. (?={_STREET_NAME} (?:{any_of(STREETS)}|Street|Avenue|Road|Drive)\b)"), lambda m: f"{DIRECTIONS[m[1]]} "),
    (Pattern(rf"\b({_STREET_NAME}) ({any_of(STREETS)})\.(?=[\s,;:)]|$)(?! (?:[A-Z][a-z]+ ){{0,1}}(?:Smith|Jones)\b)"),
     lambda m: _street(m)),
    (Pattern(rf"\b(\d+ {_STREET_NAME}(?: [A-Z][a-z]+)?) ({any_of(STREETS)})(?=[\s,;:)]|$)"), lambda m: f"{m[1]} {STREETS[m[2]]}"),
    (Pattern(rf"\b([A-Z][a-z]+, )({any_of(OLD_STATES)})\.(?=[\s,;)]|$)"), lambda m: _old_state(m)),
    (Pattern(r"(?<![\w./])([qym])/\1(?!\w)"), lambda m: f"{SPANS[m[1]]} over {SPANS[m[1]]}"),
    (Pattern(rf"(?<![\w.@/-])({any_of(WITHOUT_STOP)})(?![\w.@'’-])"), lambda m: WITHOUT_STOP[m[1]] + (" " if m[1] == "w/" and m.string[m.end() : m.end() + 1].isalnum() else "")),
    (Pattern(r"(?<![\w.@/-])w/(?=\w)(?!o\b)"), lambda m: "with "),
    (Pattern(rf"(?<![\w.@-])(?<!, )({any_of(OLD_STATES)})\.(?=(?:[,;]? (?!I\b)[a-z\d(])|\s*$)"), lambda m: _lone_state(m)),
    (Pattern(r"(?<=[\d\w])\sp\.a\.(?=[\s,;)]|$)"), lambda m: _stop(m, " per annum")),
    (Pattern(r"(?<!\d )(?<!\d)\b([Mm])(in|ax)\.(?= ?[$£€¥\d]| [a-z]{3})"), lambda m: f"{m[1]}{m[2]}imum"),
    (Pattern(r"\b((?:[Tt]he|[Aa]|[Tt]his|[Tt]hat|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[Mm]y|parent|insurance|oil|gas|same) )co\.(?=[\s,;:)]|$)"), lambda m: _stop(m, f"{m[1]}company")),
    (Pattern(rf"(?<![\w.@-])({any_of(ANYWHERE)})\.(?=[\s,;:)\"”]|$)"), lambda m: _anywhere(m)),
]  # fmt: skip
_PLAIN_WORDS = words(
    "rec std reg tech exec bet env ser dist fed comm Comm Tech Fed Reg Bart perf pref bal ca ret ht max temp ex lit pub pop adj adv pl op ref art trans prob bros poss Max Det Inst Sup Pop cond neg anon",
)


def _anywhere(match: re.Match[str]) -> str:
    """An abbreviation, unless it is a word that ends its sentence ("at the pub.")."""
    rest = match.string[match.end() :].lstrip("\"'”’) ")
    if (match[1] in _PLAIN_WORDS or match[1].lower() in _PLAIN_WORDS) and (
        not rest or (rest[:1].isupper() and match[1][0].islower())
    ):
        return match[0]
    return _stop(match, ANYWHERE[match[1]])


_ALSO_WORDS = words("Me Miss Pa Ill La Mass Wash Mo Ind Del Cal Penn Ga Va Tex Minn Conn Mich Ark Que Md")
_PLACE_BEFORE = Pattern(
    r"(?i)(?:^|\b(?:the|in|of|from|a|an|western|eastern|northern|southern|central|rural|across|near|and|or|through|outside) )$"
)


def _lone_state(match: re.Match[str]) -> str:
    """ "the Mass. plant", "in Calif.", but not "at Mass." and "with Miss. or"."""
    before, at_end = match.string[: match.start()], not match.string[match.end() :].strip()
    follows_lower = match.string[match.end() : match.end() + 2].strip()[:1].islower()
    if (
        match[1] in _ALSO_WORDS
        and not follows_lower
        and (not _PLACE_BEFORE.search(before) or (at_end and (match[1] in ("Miss", "Mass", "La", "Ill") or not before)))
    ):
        return match[0]
    return _stop(match, OLD_STATES[match[1]])


def _old_state(match: re.Match[str]) -> str:
    """ "Boston, Mass., in", but not "Yes, Miss."."""
    if match[2] in _ALSO_WORDS and match.string[match.end() : match.end() + 1] not in (",", ")", ";"):
        return match[0]
    return _stop(match, f"{match[1]}{OLD_STATES[match[2]]}")


def _street(match: re.Match[str]) -> str:
    """ "Elm St." and "Park Dr.", but "Mr. Co. Ltd." and "Company Co." stay."""
    name, kind = match[1], match[2]
    rest = match.string[match.end() :]
    if (
        kind in ("Dr", "St", "Is", "Mt", "Riv", "Co", "Pl", "Ct")
        and re.match(r"\s[A-Z][a-z]", rest)
        and not re.match(rf"\s(?:{'|'.join(sorted(STARTERS))})\b", rest)
    ):
        return match[0]
    if kind in ("Is", "Co", "Mt", "Riv"):
        return match[0]
    return _stop(match, f"{name} {STREETS[kind]}")


_SHIELDS: list[Rule] = [
    # Ordinary words at the end of a clause: "no.", "fig.", "sun.", "sat.", unless a number or a name follows.
    (
        Pattern(
            r"\b(no|nos|fig|ed|eds|ch|est|vol|[Ss]un|[Ss]at|[Mm]on|[Mm]ar|Wed|Gen|Col|Rep|Rev|Hon|Co)(?=\.\s*[\"”’)]*\s*$)"
        ),
        lambda m: m[1] + SHIELD,
    ),
    (Pattern(r"\b(no|nos|fig|ed|eds|ch|est|vol)(?=\.\s+(?!\d))"), lambda m: m[1] + SHIELD),
    (Pattern(r"\bGen (?=(?:X|Y|Z|Alpha)\b)"), lambda m: "Gen" + SHIELD + " "),
]

GROUP = RuleGroup("abbreviation", _RULES)
SHIELDS = RuleGroup("", _SHIELDS)

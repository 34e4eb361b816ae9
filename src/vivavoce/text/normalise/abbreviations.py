"""Abbreviations by their surroundings, and words that hibari would take for one ("He said no.")."""

from __future__ import annotations

import re

from vivavoce.text.normalise.rules import Rule
from vivavoce.text.split import STARTERS

SHIELD = "\u2060"
"""Put before a character, it keeps hibari's normaliser from seeing an abbreviation or a numeral there."""

_PLACES = "In|At|To|From|Near|On|Of|Visit|By|Around|Outside|Saint|Mount|Fort"
_NO_STREET = "|".join(sorted(STARTERS)) + f"|{_PLACES}"
_VERBS = (
    "am|have|had|will|would|can|could|should|must|may|might|do|did|was|think|guess|know|mean|suppose|believe|said|say"
    "|saw|see|met|went|go|like|liked|love|loved|want|wanted|need|needed|read|took|got|found|thought|knew|never|always"
    "|really|just|also|only|once|first|ever"
)
_NOUNS = "Chapter|Part|Act|Scene|Section|Volume|Book|Phase|Article|Mark|Type|Level|Stage|Class|Grade|Episode|Round"
_NAMES = (
    "Pope|King|Queen|Henry|Louis|Edward|George|William|Charles|James|Richard|Elizabeth|Napoleon|Leo|Frederick|Philip"
    "|Alexander|Nicholas|Peter|Catherine|Ivan|Victor Emmanuel|Gustav|Christian|Ferdinand"
)

RULES: list[Rule] = [
    (re.compile(r"(?<![\w.])[eE]\.\s?g\.,?(?=\s|$)"), lambda m: "for example" + ("," if m[0].endswith(",") else "")),
    (re.compile(r"(?<![\w.])[iI]\.\s?e\.,?(?=\s|$)"), lambda m: "that is" + ("," if m[0].endswith(",") else "")),
    (re.compile(r"(?<![\w.])a\.k\.a\.(?=\s|$)"), lambda m: "also known as"),
    (re.compile(r"(?<![\w.])viz\.(?=\s)"), lambda m: "namely"),
    (re.compile(r"(?<![\w.])ca?\.(?=\s\d)"), lambda m: "circa"),
    (re.compile(r"(?<![\w.])([Tt])el\.?:?\s?(?=[\d+(])"), lambda m: f"{m[1]}elephone "),
    (re.compile(r"(?<![\w.])p\.\s?(?=\d)"), lambda m: "page "),
    (
        re.compile(rf"\b(?!(?:{_NO_STREET})\b)([A-Z][a-z]+|\d+(?:st|nd|rd|th)) St\.(?=[\s,;]|$)"),
        lambda m: f"{m[1]} Street",
    ),
    (re.compile(r"\b(?!(?:" + _NO_STREET + r")\b)([A-Z][a-z]+) Dr\.(?=,|\s[a-z]|$)"), lambda m: f"{m[1]} Drive"),
]

SHIELDS: list[Rule] = [
    # Ordinary words at the end of a clause: "no.", "fig.", "sun.", "sat.", unless a number or a name follows.
    (
        re.compile(
            r"\b(no|nos|fig|ed|eds|ch|est|vol|[Ss]un|[Ss]at|[Mm]on|[Mm]ar|Wed|Gen|Col|Rep|Rev|Hon|Co)(?=\.\s*[\"”’)]*\s*$)"
        ),
        lambda m: m[1] + SHIELD,
    ),
    (re.compile(r"\b(no|nos|fig|ed|eds|ch|est|vol)(?=\.\s+(?!\d))"), lambda m: m[1] + SHIELD),
    # "the book I read", "Peter, James I know": the pronoun, not a numeral.
    (re.compile(rf"\b(?i:{_NOUNS}) (?=I (?:{_VERBS})\b)"), lambda m: m[0] + SHIELD),
    (re.compile(rf"\b(?:{_NOUNS.lower()}) (?=I\s[\w'])"), lambda m: m[0] + SHIELD),
    (re.compile(rf"\b(?:{_NAMES}) (?=I (?:{_VERBS})\b)"), lambda m: m[0] + SHIELD),
    (re.compile(r"\bGen (?=(?:X|Y|Z|Alpha)\b)"), lambda m: "Gen" + SHIELD + " "),
]

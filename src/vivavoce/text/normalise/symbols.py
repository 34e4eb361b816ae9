"""Signs between and around words: dashes, brackets, handles, emoticons, rows of one character."""

from __future__ import annotations

from vivavoce.text.normalise.rules import Rule, RuleGroup
from vivavoce.text.patterns import Pattern

EMOTICON = Pattern(
    r"(?<!\S)[:;=8][-o^']?[)(DPpO/\\|*3](?![\w])|(?<!\S)(?:<3(?! (?:g|kg|mg|ml|km|cm|mm|m|%|(?:gram|kilo|percent|point|second|minute|hour|day|week|month|year|mile|meter|metre|inch|dollar|item|time|people)\w*)\b)|\^_\^|xD|XD)(?!\S)"
)


def _plural(word: str, ending: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeiou" else word + ending


_LEFT = str.maketrans("⁰¹⁴⁵⁶⁷⁸⁹⁻ⁿ⇒", "01456789-n→")

RULES: list[Rule] = [
    (Pattern(r"(?i)\b(copyright) (?:©|\(c\)) ?"), lambda m: f"{m[1]} "),
    (Pattern(r"[⁰¹⁴-⁹⁻ⁿ⇒]+"), lambda m: f" {m[0].translate(_LEFT)} "),
    (Pattern(r"\b([A-Za-z]{3,})\((e?s)\)"), lambda m: f"{m[1]} or {_plural(m[1], m[2])}"),
    (
        Pattern(r"\b([A-Za-z]{3,})\((ren|ies|en)\)"),
        lambda m: f"{m[1]} or {m[1][:-1] if m[2] == 'ies' else m[1]}{m[2]}",
    ),
    (Pattern(r"\b([A-Z])&([A-Z])s(?![\w'’])"), lambda m: f"{m[1]} and {m[2]}'s"),
    (Pattern(r"(?<![\w'’])([B-HJ-LN-QSTV-Z])s(?![\w'’])"), lambda m: f"{m[1]}'s"),
    (Pattern(r"(?<=[a-z] )(R)s(?=[,.;!?)]|$| and\b)"), lambda m: f"{m[1]}'s"),
    (Pattern(r"\b([A-Z]{2,4})s['’](?!\w)"), lambda m: f"{m[1]}s"),
    (
        Pattern(r"\b([A-Za-z]{2,})/(?=(?:or|she|her|hers|he)\b)"),
        lambda m: f"{m[1]} " if m.string[m.end() : m.end() + 2] == "or" else f"{m[1]} or ",
    ),
    (Pattern(r"[=~_*#+<>|\\-]{4,}"), lambda m: " "),
    (Pattern(r"([^\w\s])\1{4,}"), lambda m: m[1] * 3),
    (Pattern(r"(?<=\s)(?:-{1,3}|–)(?=\s)|(?<=[\w,.!?\"”])(?:--|---)(?=[\w\"“])"), lambda m: "—"),
    (Pattern(r"[\[{]"), lambda m: "("),
    (Pattern(r"[\]}]"), lambda m: ")"),
    (Pattern(r"\b([A-G])#(?:m(?:in)?(?!\w))"), lambda m: f"{m[1]} sharp minor"),
    (Pattern(r"\b([A-G])#(?=(?:m|maj|min|dim|sus)?\d)"), lambda m: f"{m[1]} sharp "),
    (Pattern(r"\b([ACDFGJ])#(?!\w)"), lambda m: f"{m[1]} sharp"),
    (
        Pattern(r"\b([A-G])b(?= (?:major|minor|flat|clarinet|trumpet|cornet|horn|scale|chord|instrument|maj|min)\b)"),
        lambda m: f"{m[1]} flat",
    ),
    (Pattern(r"§§\s?(?=\d)"), lambda m: "sections "),
    (Pattern(r"(?<![\w@])@(?=\w)"), lambda m: "at "),
]
GROUP = RuleGroup("sign", RULES)

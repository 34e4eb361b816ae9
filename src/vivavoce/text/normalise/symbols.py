"""Signs between and around words: dashes, brackets, handles, emoticons, rows of one character."""

from __future__ import annotations

import re

from vivavoce.text.normalise.rules import Rule, RuleGroup

EMOTICON = re.compile(r"(?<!\S)[:;=8][-o^']?[)(DPpO/\\|*3](?![\w])|(?<!\S)(?:<3|\^_\^|xD|XD)(?!\S)")


def _plural(word: str, ending: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeiou" else word + ending


_LEFT = str.maketrans("⁰¹⁴⁵⁶⁷⁸⁹⁻ⁿ⇒", "01456789-n→")

RULES: list[Rule] = [
    (re.compile(r"[⁰¹⁴-⁹⁻ⁿ⇒]+"), lambda m: f" {m[0].translate(_LEFT)} "),
    (re.compile(r"\b([A-Za-z]{3,})\((e?s)\)"), lambda m: f"{m[1]} or {_plural(m[1], m[2])}"),
    (
        re.compile(r"\b([a-z]{2,})/(?=(?:or|she|her|hers|he)\b)"),
        lambda m: f"{m[1]} " if m.string[m.end() : m.end() + 2] == "or" else f"{m[1]} or ",
    ),
    (re.compile(r"[=~_*#+<>|\\-]{4,}"), lambda m: " "),
    (re.compile(r"([^\w\s])\1{4,}"), lambda m: m[1] * 3),
    (re.compile(r"(?<=\s)(?:-{1,3}|–)(?=\s)|(?<=[\w,.!?\"”])(?:--|---)(?=[\w\"“])"), lambda m: "—"),
    (re.compile(r"[\[{]"), lambda m: "("),
    (re.compile(r"[\]}]"), lambda m: ")"),
    (re.compile(r"\b([ACDFGJ])#(?!\w)"), lambda m: f"{m[1]} sharp"),
    (re.compile(r"(?<![\w@])@(?=\w)"), lambda m: "at "),
]
GROUP = RuleGroup("sign", RULES)

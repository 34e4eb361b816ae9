"""Signs of Markdown and of notes inside a line: what they mark is read, they are not."""

from __future__ import annotations

from vivavoce.text.normalise.rules import Rule, RuleGroup
from vivavoce.text.patterns import Pattern

_LABEL = r"[^\[\]\n]{1,300}"

LINKS: list[Rule] = [
    (Pattern(rf"!?\[({_LABEL})\]\([^()\s]*(?:\s\"[^\"\n]{{0,200}}\")?\)"), lambda m: m[1]),
    (Pattern(r"!\[\]\([^()\s]*\)"), lambda m: ""),
    (Pattern(rf"\[(?!\d{{1,3}}\])({_LABEL})\]\[[^\[\]\n]{{0,100}}\]"), lambda m: m[1]),
    (Pattern(r"<((?:https?|ftp)://[^\s<>]+|[\w.+-]+@[\w.-]+)>"), lambda m: m[1]),
]
_EMPHASIS: list[Rule] = [
    (Pattern(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]{1,500})(?<=\S)\1(?![\w*])"), lambda m: m[2]),
    (Pattern(r"(?<![\w_])(_{1,3})(?=[^\s_])([^_\n]{1,500})(?<=\S)\1(?![\w_])"), lambda m: m[2]),
    (Pattern(r"(?<![=\w])==(?=[^\s=])([^=\n]{1,500})(?<=\S)==(?![=\w])"), lambda m: m[1]),
    (Pattern(r"~~(?=\S)([^~\n]{1,500})(?<=\S)~~"), lambda m: m[1]),
    (Pattern(r"`+"), lambda m: ""),
    (Pattern(r"\\([*_`#\[\]()~>|])"), lambda m: m[1]),
]
_NUMBERS = r"\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,9}"
_SHORT_WORDS = (
    "so|him|her|it|us|them|me|you|not|too|all|day|war|law|man|men|way|one|two|six|ten|act|age|art|end|era|new|old|now|own"
    "|see|son|tax|use|was|who|why|yes|yet|that|this|here|up|on|out|off|is|are|be|do|did|had|has|say|go|got|put|set|God"
)
"""Words too short to be told from units, after which a raised number is a note."""
_BRACKETED_SUM = Pattern(r"\([\w\s.,]{0,12}[-−+*/=][^()]{1,16}\)$")
"""After which a raised number is a power: "(a + b)²"."""
_NOTES: list[Rule] = [
    (Pattern(r"\s?\[\^[^\[\]\s]{1,20}\]"), lambda m: ""),
    (Pattern(rf"(?<=[\w.,;:!?\"”’')])(?<!(?<!\w)[a-z])(?:\s?\[(?:{_NUMBERS}|[a-z*†‡])\])+(?!\(|\s?[-+*/]?=)"), lambda m: ""),
    (Pattern(r"(?i)\s?\[(?:citation needed|note \d+|n \d+|nb \d+|page needed|edit|clarification needed|who\?|when\?)\]"),
     lambda m: ""),
    (Pattern(r"(?<=[.!?,;:\"”’)\]])[⁰¹²³⁴-⁹]+"), lambda m: m[0] if _BRACKETED_SUM.search(m.string, max(m.start() - 30, 0), m.start()) else ""),
    (Pattern(r"(?<=[^\W\d_]{4})[⁰¹²³⁴-⁹]+"), lambda m: ""),
    (Pattern(rf"(?<!\d )(?<![/·-])\b({_SHORT_WORDS})[⁰¹²³⁴-⁹]+"), lambda m: m[1]),
    (Pattern(r"(?<=[\w.,;!?\"”’)])[*†‡]{1,3}(?=[\s.,;!?]|$)"), lambda m: ""),
    (Pattern(r"(?<=[a-z]{3}[.!?][\"”’])\d{1,2}(?=\s|$)|(?<=[a-z]{3}[.!?])\d{1,2}(?=\s[A-Z\"“])"), lambda m: ""),
]  # fmt: skip

_FORMULA: list[Rule] = [
    (
        Pattern(r"(?<![\w$\\])\$(?=[A-Za-z\\(])([^$\n]{0,80}[=^_\\+<>][^$\n]{0,80}(?:(?<=[^\s\d])|\d))\$(?![\w$])"),
        lambda m: m[1],
    ),
]
"""A formula between the dollars of TeX; "$x" of a shell has no second one."""

GROUPS = [
    RuleGroup("formula", _FORMULA, "$"),
    RuleGroup("link", LINKS, "[<"),
    RuleGroup("note", _NOTES, "[⁰¹²³⁴⁵⁶⁷⁸⁹*†‡0123456789"),
    RuleGroup("markdown", _EMPHASIS, "*_~`\\="),
]

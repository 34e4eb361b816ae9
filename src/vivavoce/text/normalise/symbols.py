"""Signs between and around words: dashes, brackets, handles, emoticons, rows of one character."""

from __future__ import annotations

import re

from vivavoce.text.normalise.rules import Rule

EMOTICON = re.compile(r"(?<!\S)[:;=8][-o^']?[)(DPpO/\\|*3](?![\w])|(?<!\S)(?:<3|\^_\^|xD|XD)(?!\S)")

RULES: list[Rule] = [
    (re.compile(r"[=~_*#+<>|\\-]{4,}"), lambda m: " "),
    (re.compile(r"([^\w\s])\1{4,}"), lambda m: m[1] * 3),
    (re.compile(r"(?<=\s)(?:-{1,3}|–)(?=\s)|(?<=[\w,.!?\"”])(?:--|---)(?=[\w\"“])"), lambda m: "—"),
    (re.compile(r"[\[{]"), lambda m: "("),
    (re.compile(r"[\]}]"), lambda m: ")"),
    (re.compile(r"`+"), lambda m: ""),
    (re.compile(r"\b([ACDFGJ])#(?!\w)"), lambda m: f"{m[1]} sharp"),
    (re.compile(r"(?<![\w@])@(?=\w)"), lambda m: "at "),
]
LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]*\)")
"""A Markdown link, of which only the text is read. hibari takes it for a pronunciation."""

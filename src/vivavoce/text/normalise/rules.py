"""What a rule of normalisation is, and what several of them share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from vivavoce.text.source_map import SourceMappedText

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"

_ARTICLE = re.compile(r"(?i)\b(?:an?|another|each|every|this|that|one)\s+$")
_NOUN = re.compile(
    r"[\s-](?!(?:in|of|for|to|and|or|an?|per|on|at|from|is|was|more|less|with|by|than|as|the|it)\b)[a-z]"
)


def apply(text: SourceMappedText, rules: Iterable[Rule]) -> SourceMappedText:
    """Run the rules one after another over the whole text."""
    for pattern, replace in rules:
        text = text.sub(pattern, replace)
    return text


def digit_by_digit(digits: str) -> str:
    """Digits that hibari will read one by one: together they would be a number."""
    return " ".join(digits)


def cardinal(digits: str) -> str:
    """Digits that hibari will read as a quantity: four of them alone would be read as a year."""
    return f"{int(digits.replace(',', '')):,}"


def quantity(number: str) -> str:
    """A number, perhaps with decimals, as a quantity."""
    whole, point, decimals = number.partition(".")
    return cardinal(whole) + (f"{point}{decimals}" if decimals.strip("0") else "")


def attributive(match: re.Match[str]) -> bool:
    """Whether the match stands before a noun, as in "a $5 bill", where a unit stays in the singular."""
    text = match.string
    return bool(_ARTICLE.search(text, max(match.start() - 12, 0), match.start())) and bool(
        _NOUN.match(text, match.end())
    )

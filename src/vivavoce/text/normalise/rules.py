"""What a rule of normalisation is, and what several of them share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from vivavoce.text.patterns import Pattern
from vivavoce.text.source_map import Edit, SourceMappedText
from vivavoce.text.utterance import ByteSpan

Rule = tuple[Pattern, Callable[[re.Match[str]], str]]

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
DIGITS = "0123456789"
_SHIELD = " \u2060"

_ARTICLE = Pattern(r"(?i)\b(?:an?|another|each|every|this|that|one|sub)\s+(?:[\d.,]+ to )?$")
_CONTEST = Pattern(
    r"[\s-](?:race|run|runner|walk|dash|sprint|relay|hurdles|freestyle|butterfly|backstroke|breaststroke|final|record|radius|limit"
    r"|mark|range|track|course|stretch|drive|wall|tower|fence|screen|wide|zone|bottle|bag|bar|bulb|cable|lens|gun|ride|hike|climb"
    r"|event|champion|medal|trail|line|dive|platform|barrier|WR|OR|PB|title)s?\b"
)
"""After "the", these make a measure before them an adjective: "the 100 m race"."""
_NOUN = Pattern(
    r"[\s-](?!(?:in|of|for|to|and|or|an?|per|on|at|from|is|was|more|less|with|by|than|as|the|it)\b)[a-zA-Z]"
)
_A_DAY = Pattern(r"-an?-[a-z]{3}")
_DEGREE_NOUN = Pattern(r" (?:angle|turn|bend|rotation|slope|heat|weather|view|wedge|incline|arc)s?\b")


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules for one kind of thing, tried in order where the text holds what they need."""

    name: str
    rules: Sequence[Rule]
    needs: str | Pattern = ""
    """One of these characters, or a place that this pattern matches; empty: nothing."""

    def may_apply(self, text: str, characters: set[str]) -> bool:
        """Whether a text, whose `characters` these are, holds what the rules need."""
        if isinstance(self.needs, Pattern):
            return bool(self.needs.search(text))
        return not self.needs or not characters.isdisjoint(self.needs)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule did: its name, the bytes of the input, what stood there and what is read."""

    rule: str
    span: ByteSpan
    before: str
    after: str


@dataclass(slots=True)
class Trace:
    """Decisions in the order in which they were made."""

    decisions: list[Decision] = field(default_factory=list[Decision])

    def add(self, rule: str, text: SourceMappedText, edits: Sequence[Edit]) -> None:
        for start, end, after in edits:
            if after.strip(_SHIELD) or start < end:
                self.decisions.append(Decision(rule, text.span(start, end), text.text[start:end], after))

    def compare(self, rule: str, old: SourceMappedText, new: SourceMappedText) -> None:
        """Decisions of a rewriting that told nothing of its own: the words that differ."""
        if old.text == new.text:
            return
        from difflib import SequenceMatcher  # for who asks for a trace alone

        before, after = (list(re.finditer(r"\S+", text.text)) for text in (old, new))
        matcher = SequenceMatcher(None, [m[0] for m in before], [m[0] for m in after], autojunk=False)
        for kind, i, next_i, j, next_j in matcher.get_opcodes():
            if kind != "equal" and next_i > i:
                span = old.span(before[i].start(), before[next_i - 1].end())
                words = (" ".join(m[0] for m in row) for row in (before[i:next_i], after[j:next_j]))
                self.decisions.append(Decision(rule, span, *words))


def apply(text: SourceMappedText, groups: Sequence[RuleGroup], trace: Trace | None = None) -> SourceMappedText:
    """Run the groups one after another over the whole text."""
    characters = set(text.text)
    for group in groups:
        if not group.may_apply(text.text, characters):
            continue
        for pattern, replace in group.rules:
            edits = text.edits_of(pattern, replace)
            if edits:
                if trace is not None:
                    trace.add(group.name, text, edits)
                text = text.edit(edits)
                characters = set(text.text)
    return text


def digit_by_digit(digits: str) -> str:
    """Digits that hibari will read one by one: together they would be a number."""
    return " ".join(digits)


_DIGIT_WORDS = dict(
    zip(DIGITS, ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], strict=True)
)


def digit_words(digits: str) -> str:
    """Digits as words, where what follows would take the last one for its own: "1 of October"."""
    return " ".join(_DIGIT_WORDS.get(digit, digit) for digit in digits)


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, long ones first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def letters(word: str) -> str:
    """Letters and digits to be read one by one: "P S I"; a digit before a letter is no amount of a unit."""
    return digit_words(word.upper())


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
    if _A_DAY.match(text, match.end()) or ("°" in match[0] and _DEGREE_NOUN.match(text, match.end())):
        return True
    if text[max(match.start() - 4, 0) : match.start()].lower() == "the " and _CONTEST.match(text, match.end()):
        return True
    return bool(_ARTICLE.search(text, max(match.start() - 22, 0), match.start())) and bool(
        _NOUN.match(text, match.end())
    )

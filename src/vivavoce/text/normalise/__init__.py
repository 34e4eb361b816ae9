"""Written text becomes words that can be pronounced, each still tied to the bytes it came from.

Our rules come first and cover what hibari's normaliser reads wrongly or not at all; hibari's come
last, because the voices were trained on its readings.
"""

from __future__ import annotations

import re

from hibari.g2p.normalize import normalize as hibari_normalise

from vivavoce.text.normalise import abbreviations, addresses, calendar, money, numerals, symbols, units
from vivavoce.text.normalise.characters import PLACEHOLDER, readable
from vivavoce.text.normalise.rules import Rule, apply
from vivavoce.text.notices import Notices
from vivavoce.text.source_map import SourceMappedText

MAX_RUN = 8
"""Words and signs without a space; a run twice as long is cut, for hibari's time grows with its third power."""

_PIECE = r"(?:[^\W\d_]+|\d+|[^\w\s]|_)"
_LONG_RUN = re.compile(rf"(?<!\S){_PIECE}{{{2 * MAX_RUN},}}+")
_RUN = re.compile(rf"{_PIECE}{{{MAX_RUN}}}")
_SHIELD = re.compile(abbreviations.SHIELD)
_APART = re.compile(rf"(?<=\w)(?={PLACEHOLDER})|(?<={PLACEHOLDER})(?=[\w{PLACEHOLDER}])")
_DIGIT_RULES: dict[str, list[Rule]] = {
    language: [
        *numerals.LAKHS,
        *numerals.TELEPHONE,
        *calendar.RULES[language],
        *money.RULES,
        *units.RULES,
        *numerals.RULES,
    ]
    for language in calendar.RULES
}
_WORD_RULES = [*calendar.DAY_RULES, *abbreviations.RULES, *numerals.ROMAN_RULES, *symbols.RULES, *abbreviations.SHIELDS]


def normalise(
    text: SourceMappedText, language: str, notices: Notices, *, placeholders: bool = False
) -> SourceMappedText:
    """One sentence as words; what had to be left out is noted. `placeholders`: see `characters.readable`."""
    text = text.sub(_THOUSANDS, lambda m: ",")
    text = readable(text, notices, placeholders=placeholders)
    if placeholders:
        text = text.sub(_APART, lambda m: " ")
    for match in symbols.EMOTICON.finditer(text.text):
        notices.add("emoji and symbols left out", text.span(*match.span()), match[0])
    text = text.sub(symbols.EMOTICON, lambda m: "").sub(symbols.LINK, lambda m: m[1])
    text = apply(text, addresses.RULES)
    if any(character.isdigit() for character in text.text):
        text = apply(text, _DIGIT_RULES[language])
    text = _cut_runs(apply(text, _WORD_RULES))
    # hibari takes spaces before punctuation out again, so runs are cut once more.
    return _cut_runs(text.rewritten(hibari_normalise(text.text)).sub(_SHIELD, lambda m: ""))


def _cut_runs(text: SourceMappedText) -> SourceMappedText:
    return text.sub(_LONG_RUN, lambda m: _RUN.sub(r"\g<0> ", m[0]))


_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")

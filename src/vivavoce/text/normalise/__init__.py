"""Written text becomes words that can be pronounced, each still tied to the bytes it came from.

Our rules come first and cover what hibari's normaliser reads wrongly or not at all; hibari's come
last, because the voices were trained on its readings.
"""

from __future__ import annotations

import re

from hibari.g2p.normalize import normalize as hibari_normalise

from vivavoce.text.normalise import (
    abbreviations,
    addresses,
    calendar,
    chat,
    computing,
    identifiers,
    letters,
    markdown,
    maths,
    money,
    numerals,
    roman,
    symbols,
    units,
)
from vivavoce.text.normalise.characters import PLACEHOLDER, readable
from vivavoce.text.normalise.rules import Decision, RuleGroup, Trace, apply
from vivavoce.text.notices import Notices
from vivavoce.text.patterns import Pattern
from vivavoce.text.source_map import SourceMappedText

__all__ = ["Decision", "Trace", "normalise"]

MAX_RUN = 8
"""Words and signs without a space; a run twice as long is cut, for hibari's time grows with its third power."""

_PIECE = r"(?:[^\W\d_]+|\d+|[^\w\s]|_)"
_LONG_RUN = Pattern(rf"(?<!\S){_PIECE}{{{2 * MAX_RUN},}}+")
_RUN = Pattern(rf"{_PIECE}{{{MAX_RUN}}}")
_SHIELD = Pattern(roman.SHIELD)
_APART = Pattern(rf"(?<=\w)(?={PLACEHOLDER})|(?<={PLACEHOLDER})(?=[\w{PLACEHOLDER}])")
_BROKEN_WORD = Pattern(r"\b([^\W\d_]+)[-‐]\s*\n\s*([a-zß-ÿ]+)\b")
_THOUSANDS = Pattern(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
GROUPS: dict[str, list[RuleGroup]] = {
    language: [
        addresses.GROUP,
        numerals.LAKHS,
        *identifiers.GROUPS[:2],
        calendar.GROUPS[language],
        maths.CHEMISTRY,
        identifiers.GROUPS[2],
        computing.GROUPS[0],
        money.GROUP,
        units.GROUP,
        abbreviations.GROUP,
        identifiers.GROUPS[3],
        computing.GROUPS[1],
        maths.GROUP,
        numerals.GROUP,
        calendar.DAYS,
        roman.GROUP,
        chat.GROUP,
        *letters.GROUPS,
        symbols.GROUP,
        abbreviations.SHIELDS,
        roman.HIBARI_SHIELD,
    ]
    for language in calendar.GROUPS
}


def normalise(
    text: SourceMappedText,
    language: str,
    notices: Notices,
    *,
    placeholders: bool = False,
    markdown_signs: bool = True,
    trace: Trace | None = None,
) -> SourceMappedText:
    """One sentence as words; what had to be left out is noted, and what each rule did put into `trace`.

    `placeholders`: see `characters.readable`; `markdown_signs` tells whether the text may hold signs of Markdown.
    """
    text = text.sub(_THOUSANDS, lambda m: ",")
    if "\n" in text.text:
        text = text.sub(_BROKEN_WORD, _join)
    if markdown_signs:
        text = apply(text, markdown.GROUPS, trace)
    text = readable(text, notices, placeholders=placeholders)
    if placeholders:
        text = text.sub(_APART, lambda m: " ")
    for match in symbols.EMOTICON.finditer(text.text):
        notices.add("emoji and symbols left out", text.span(*match.span()), match[0])
    text = _cut_runs(apply(text.sub(symbols.EMOTICON, lambda m: ""), GROUPS[language], trace))
    read = text.rewritten(hibari_normalise(text.text))
    if trace is not None:
        trace.compare("hibari", text, read)
    # hibari takes spaces before punctuation out again, so runs are cut once more.
    return _cut_runs(read.sub(_SHIELD, lambda m: ""))


def _join(match: re.Match[str]) -> str:
    """A word that was broken at the end of a line: "experi-" and "ment", but not "well-" and "known"."""
    whole = match[1] + match[2]
    return whole if letters.is_known(whole.lower()) else f"{match[1]}-{match[2]}"


def _cut_runs(text: SourceMappedText) -> SourceMappedText:
    return text.sub(_LONG_RUN, lambda m: _RUN.sub(r"\g<0> ", m[0]))

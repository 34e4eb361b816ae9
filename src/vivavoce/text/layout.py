"""What the lines of a plain text are: headings, list items, scene breaks, verse, or text broken to fit a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vivavoce.text.patterns import Pattern
from vivavoce.text.utterance import Boundary

MAX_HEADING_CHARACTERS = 80
_WRAPPED_CHARACTERS = 45
"""Lines as long as this on average were broken to fit a page, not because something ends there."""

_LINE = Pattern(r"[^\n\f\u2028\u2029]*[\n\f\u2028\u2029]?")
_SCENE = Pattern(
    r"\s*(?:(?:[*•·⁂※#~+=_—–-][ \t]*){3,}|(?:[*•·~][ \t]*){2}|(?:\.[ \t]+){2,}\.|[⁂※*#~§❦❧☙✻✽]+"
    r"|[-~*=<>]+[ \t]*[oO0xX](?:[ \t]*[oO0xX]){0,2}[ \t]*[-~*=<>]+|[oO]0[oO])\s*"
)
_UNDERLINE = Pattern(r"\s{0,3}(?:=+|-{2,})\s*")
_HASHES = Pattern(r"[ \t]{0,3}#{1,6}[ \t]+(?=\S)")
_QUOTED = Pattern(r"[ \t]{0,3}(?:>[ \t]?)+(?<!>(?=\d))")
_BULLET = Pattern(
    r"[ \t]{0,40}(?:\[[ xX]\][ \t]+|[-*+•‣◦▪▸▹►➤➢▶●○■□◆◇❖✦★☆➔→⇒»✓✔✗✘✅❌☐☑☒·∙–—][ \t]+(?:\[[ xX]\][ \t]+)?)(?=\S)"
)
_NUMBERED = Pattern(r"[ \t]{0,40}(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])[ \t]+(?=\S)")
_FENCE = Pattern(r"[ \t]{0,3}(?:```|~~~)[^`]*")
_TABLE_RULE = Pattern(r"[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*")
_NOTE_TEXT = Pattern(r"[ \t]{0,3}\[(?:\^[^\]\n]{1,20}\]:|[^\]\n]{1,80}\]:[ \t]+(?:<|[a-z]+://|mailto:|[#/.][\w/]))")
"""The text of a note, and what a link of Markdown refers to."""
_NUMBERED_PART = Pattern(
    r"(?i)\s*(?:chapter|part|book|volume|act|scene|section|canto|stave|letter|lesson|unit|appendix)\s+"
    r"(?:\d{1,4}|[ivxlcdm]{1,8}|[a-z]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|the (?:first|second|third|fourth|fifth|last))\b"
    r"[.:—–-]?(?:\s.*)?"
)
_NUMBER_ALONE = Pattern(r"\s*(?:[IVX]{1,6}|[XLC]{1,3}[IVX]{1,5}|\d{1,2})\.?\s*")
"""The number of a chapter in a line of its own."""
_SENTENCE_END = Pattern(r"[.!?…,;:—–-][\"'”’)\]]*\s*$")
_CONTINUES = Pattern(
    r"(?:[,;—–-]|\b(?:a|an|the|of|to|in|on|at|by|for|and|or|but|with|from|that|is|was|as|his|her|my|our|their))\s*$"
)
_MIXED_CASE = Pattern(r"[a-z]")
_WORD = Pattern(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters `start` to `end` to be read as one paragraph, heading, list item or line."""

    start: int
    end: int
    boundary: Boundary


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    """Without the line break."""
    text: str


def stretches(text: str) -> Iterator[Stretch]:
    """The stretches of a plain or Markdown text in order, those without anything to say left out.

    A stretch before a scene break (dots, a rule, stars) has the boundary `scene`.
    """
    held: Stretch | None = None
    for found in _stretches(text):
        if found is None:
            if held:
                yield Stretch(held.start, held.end, "scene")
                held = None
            continue
        if held:
            yield held
        held = found
    if held:
        yield Stretch(held.start, held.end, "paragraph") if held.boundary == "heading" else held


def _stretches(text: str) -> Iterator[Stretch | None]:
    """As `stretches`, with None where a scene ends."""
    paragraph: list[_Line] = []
    fenced, blank = False, 0
    for match in _LINE.finditer(text):
        if match.end() == match.start():
            continue
        line = _Line(match.start(), match.start() + len(match[0].rstrip("\n\f\u2028\u2029")), match[0].rstrip())
        if _FENCE.fullmatch(line.text):
            fenced = not fenced
            yield from _paragraph(paragraph)
            paragraph = []
        elif fenced:
            yield from _bare(line)
        elif not line.text:
            yield from _paragraph(paragraph)
            paragraph, blank = [], blank + 1
            if blank == 4:
                yield None
            continue
        elif paragraph and len(paragraph) == 1 and _UNDERLINE.fullmatch(line.text) and _WORD.search(paragraph[0].text):
            yield Stretch(paragraph[0].start, paragraph[0].end, "heading")
            paragraph = []
        elif _SCENE.fullmatch(line.text):
            yield from _paragraph(paragraph)
            paragraph = []
            yield None
        elif _TABLE_RULE.fullmatch(line.text) or _NOTE_TEXT.match(line.text):
            yield from _paragraph(paragraph)
            paragraph = []
        elif heading := _HASHES.match(line.text):
            yield from _paragraph(paragraph)
            paragraph = []
            bare = line.text.rstrip("#")
            end = len(bare.rstrip()) if bare[-1:].isspace() else len(line.text)
            yield Stretch(line.start + heading.end(), line.start + end, "heading")
        else:
            if starts_item(line.text):
                yield from _paragraph(paragraph)
                paragraph = []
            paragraph.append(_without_marker(line))
        blank = 0
    yield from _paragraph(paragraph)


def starts_item(line: str) -> bool:
    """Whether a line begins an item of a list."""
    return bool(_BULLET.match(line) or _NUMBERED.match(line))


def _without_marker(line: _Line) -> _Line:
    """The line without the signs of a quotation and a bullet; a number is read."""
    skipped = 0
    for pattern in (_QUOTED, _BULLET):
        if match := pattern.match(line.text, skipped):
            skipped = match.end()
    return _Line(line.start + skipped, line.end, line.text[skipped:])


def _bare(line: _Line) -> Iterator[Stretch]:
    if line.text:
        yield Stretch(line.start, line.end, "sentence")


def _paragraph(lines: list[_Line]) -> Iterator[Stretch]:
    """Lines between blank ones, joined where they were only broken to fit."""
    lines = [line for line in lines if line.text]
    if not lines:
        return
    if len(lines) == 1 and _is_lone_heading(lines[0].text):
        yield Stretch(lines[0].start, lines[0].end, "heading")
        return
    lengths = sorted(len(line.text) for line in lines)
    wrapped = lengths[(len(lines) - 1) // 2] + lengths[len(lines) // 2] >= 2 * _WRAPPED_CHARACTERS
    start = 0
    for number, line in enumerate(lines):
        last = number + 1 == len(lines)
        following = "" if last else lines[number + 1].text
        if not last and number == start and _is_heading_line(line.text, following):
            yield Stretch(line.start, line.end, "heading")
            start = number + 1
        elif last:
            yield Stretch(lines[start].start, line.end, "paragraph")
        elif not wrapped and _ends_line(line.text, following):
            yield Stretch(lines[start].start, line.end, "sentence")
            start = number + 1


def _ends_line(line: str, following: str) -> bool:
    """Whether a short line is a line of its own: an item, a verse, a part of an address."""
    first = following.lstrip("\"'“‘([*_ ")[:1]
    return (
        not _CONTINUES.search(line) and not line.endswith("\\") and (first.isupper() or first.isdigit() or first == "|")
    )


def _is_lone_heading(line: str) -> bool:
    """A short line between blank ones that is no sentence: "The Return", "CHAPTER IV", "Chapter 3: Home"."""
    if len(line) > MAX_HEADING_CHARACTERS or "|" in line:
        return False
    if _NUMBER_ALONE.fullmatch(line):
        return True
    if _NUMBERED_PART.fullmatch(line) and not re.search(r"[.!?]\s+\S", line):
        return True
    return bool(_WORD.search(line)) and not _SENTENCE_END.search(line) and _is_title(line)


def _is_heading_line(line: str, following: str) -> bool:
    """A heading right above its text, without a blank line between."""
    if len(line) > MAX_HEADING_CHARACTERS or following[:1].islower():
        return False
    if _NUMBER_ALONE.fullmatch(line) and len(following.split()) > 1:
        return not re.match(r"\s*\d", following)
    capitals = bool(_WORD.search(line)) and not _MIXED_CASE.search(line)
    if capitals and _MIXED_CASE.search(following) and not _CONTINUES.search(line):
        return True
    return bool(_NUMBERED_PART.fullmatch(line)) and len(line.split()) <= 8 and not re.search(r"[.!?]\s+\S|,$", line)


def _is_title(line: str) -> bool:
    """Whether the words are capitalised as in a title, or all are."""
    words = _WORD.findall(line)
    if not _MIXED_CASE.search(line):
        return True
    large = [word for word in words if len(word) > 3]
    return len(words) <= 12 and bool(large) and all(word[0].isupper() for word in large) and words[0][0].isupper()

"""Sentences from their parts: silent stretches joined, breaks and marks put on words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from vivavoce.errors import InputError
from vivavoce.text.document import SsmlEvent
from vivavoce.text.notices import place
from vivavoce.text.patterns import Pattern
from vivavoce.text.split import MAX_CHARACTERS, Range
from vivavoce.text.ssml_values import MAX_BREAK_S
from vivavoce.text.utterance import Mark, Sentence

_Item = TypeVar("_Item")

SPOKEN = Pattern(r"[^\W_]|\ue000")
"""A character that is said, or a placeholder for words that are."""


def join_silent(text: str, ranges: Iterable[Range]) -> Iterator[Range]:
    """Ranges, with one that holds no word ("😀", "!!!") joined to the one before it."""
    held: Range | None = None
    for start, end in ranges:
        if held and end - held[0] < MAX_CHARACTERS and not SPOKEN.search(text, start, end):
            held = held[0], end
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held


def add_events(sentence: Sentence, events: Iterable[SsmlEvent], source: str) -> Sentence:
    """Put breaks on the words before them, or before the whole, and marks on the sentence.

    Raises `InputError` when the breaks at one place are too long together.
    """
    words, lead_s = list(sentence.words), 0.0
    marks: list[Mark] = []
    for event in events:
        before = sum(word.span[0] < event.byte for word in words)
        if event.name is not None:
            marks.append(Mark(event.name, before))
        elif before:
            last = words[before - 1]
            words[before - 1] = replace(last, break_s=(last.break_s or 0.0) + event.seconds)
        else:
            lead_s += event.seconds
        silence_s = (words[before - 1].break_s or 0.0) if before else lead_s
        if silence_s > MAX_BREAK_S:
            raise InputError(f"{place(source, event.byte)}: breaks at one place come to more than {MAX_BREAK_S:.0f}s")
    return replace(sentence, words=tuple(words), marks=tuple(marks), lead_s=lead_s)


def with_next(items: Iterable[_Item]) -> Iterator[tuple[_Item, _Item | None]]:
    """Each item with the one after it, None after the last."""
    iterator = iter(items)
    item = next(iterator, None)
    while item is not None:
        following = next(iterator, None)
        yield item, following
        item = following

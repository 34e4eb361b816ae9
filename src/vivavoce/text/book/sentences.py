"""The sentences of a chapter, each with its place, and quotations given to another speaker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from vivavoce.text.analysis import iter_sentences
from vivavoce.text.book.model import Paragraph
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.utterance import Boundary, Sentence
from vivavoce.text.voice_request import VoiceRequest

_QUOTED = re.compile(r"“[^“”]{1,4000}(?:”|$)|\"[^\"]{1,4000}(?:\"|$)|«[^«»]{1,4000}(?:»|$)")
_SPOKEN = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class PlacedSentence:
    """A sentence; its span and those of its words count bytes of paragraph number `paragraph`."""

    sentence: Sentence
    paragraph: int


def chapter_sentences(
    paragraphs: Iterable[Paragraph],
    language: str,
    lexicon: Lexicon | None = None,
    quotation: VoiceRequest | None = None,
) -> Iterator[PlacedSentence]:
    """The sentences of some paragraphs, those in quotation marks spoken by `quotation` if it is given."""
    for number, paragraph in enumerate(paragraphs):
        boundary: Boundary = "scene" if paragraph.scene_break else "heading" if paragraph.heading else "paragraph"
        read = paragraph.text.replace("\n", " ") if paragraph.verse else paragraph.text
        parts = _parts(read) if quotation else [(0, read, False)]
        for place, (start, text, quoted) in enumerate(parts):
            last = place + 1 == len(parts)
            found = iter_sentences(text, markup=False, language=language, lexicon=lexicon)
            offset = len(paragraph.text[:start].encode())
            held: Sentence | None = None
            for sentence in found:
                if held:
                    yield PlacedSentence(held, number)
                held = _place_sentence(sentence, offset, quotation if quoted else None)
                held = replace(held, boundary="sentence") if held.boundary != "part" else held
            if held:
                yield PlacedSentence(replace(held, boundary=boundary if last else "sentence"), number)


def _place_sentence(sentence: Sentence, offset: int, voice: VoiceRequest | None) -> Sentence:
    words = sentence.words
    if offset:
        words = tuple(replace(word, span=(word.span[0] + offset, word.span[1] + offset)) for word in words)
    span = sentence.span[0] + offset, sentence.span[1] + offset
    return replace(sentence, words=words, span=span, voice=voice)


def _parts(text: str) -> list[tuple[int, str, bool]]:
    """(first character, text, whether quoted) of narration and quotations; signs alone go with what is before."""
    edges: list[tuple[int, int, bool]] = []
    done = 0
    for match in _QUOTED.finditer(text):
        edges += [(done, match.start(), False), (match.start(), match.end(), True)]
        done = match.end()
    edges.append((done, len(text), False))
    parts: list[tuple[int, str, bool]] = []
    for start, end, quoted in edges:
        if _SPOKEN.search(text, start, end):
            parts.append((start, text[start:end], quoted))
        elif parts:
            first, _, was_quoted = parts[-1]
            parts[-1] = (first, text[first:end], was_quoted)
    return parts

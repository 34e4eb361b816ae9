"""From text or SSML to an `Utterance`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from vivavoce.errors import InputError
from vivavoce.text.document import MAX_BYTES, Document, SsmlEvent, known_language, plain_document
from vivavoce.text.espeak import is_espeak_language, read_words
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.normalise import Trace
from vivavoce.text.notices import Notices
from vivavoce.text.patterns import Pattern
from vivavoce.text.pronounce import pronounce
from vivavoce.text.sentence_kind import sentence_kind
from vivavoce.text.sentence_parts import SPOKEN, add_events, join_silent, with_next
from vivavoce.text.source_map import SourceMappedText
from vivavoce.text.split import sentences, short_enough, split_range
from vivavoce.text.token_reader import TokenReader
from vivavoce.text.utterance import Boundary, Sentence, Utterance, Word
from vivavoce.text.voice_request import SpeakerLike, choose_speaker

_MARKUP = Pattern(
    r"[\ufeff\s]*(?:<!--.{0,4000}?-->\s*)*<(?:[sS][pP][eE][aA][kK]\b|\?xml\b|!DOCTYPE\s+(?![hH][tT][mM][lL]\b))",
    re.DOTALL,
)
_FULL_STOP = Pattern(r"\.[\"'”’)\]»]*$")
_NOISE = Pattern(r"(?:[!-/:-@\[-`{-~…“”‘’]\s?){24,}")
"""Rows of signs that nobody reads, such as a megabyte of "!?"."""


def analyse(
    source: str,
    *,
    markup: bool | None = None,
    language: str = "en-US",
    lexicon: Lexicon | None = None,
    lenient: bool = False,
    trace: Trace | None = None,
) -> Utterance:
    """Read a text: sentences of words with sounds, Penn tags, byte spans, and what markup asks of them.

    `markup` tells whether `source` is SSML; None looks whether it begins with `<speak`. `language` is
    `en-US` or `en-GB`, or one that espeak-ng reads, such as `de-x-espeak`. Raises `InputError` for markup that is
    broken or not supported, for a language that cannot be pronounced, and when there is nothing to say.
    """
    notices = Notices(_check_text(source))
    sentences = iter_sentences(
        source, markup=markup, language=language, lexicon=lexicon, notices=notices, lenient=lenient, trace=trace
    )
    found = tuple(sentences)
    return Utterance(source, found, notices.lines())


def _check_text(source: object) -> str:
    """The text. Raises `InputError` if it is none, or too long for one utterance."""
    if not isinstance(source, str):
        raise InputError(f"a text is a str, not {type(source).__name__}")
    if len(source) > MAX_BYTES or len(source.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InputError(f"the text has more than {MAX_BYTES // 1024**2} MB; speak it in parts")
    return source


def iter_sentences(
    source: str,
    *,
    markup: bool | None = None,
    language: str = "en-US",
    lexicon: Lexicon | None = None,
    notices: Notices | None = None,
    lenient: bool = False,
    trace: Trace | None = None,
    speakers: Sequence[SpeakerLike] = (),
) -> Iterator[Sentence]:
    """As `analyse`, a sentence at a time: the first comes at once however long the text is.

    Markup is checked as a whole before this returns, whether `speakers` has the voices that it asks for among them;
    what is noticed later is added to `notices`. `lenient` drops the elements of vendors that have no meaning here;
    what each rule of reading did goes to `trace`.
    """
    _check_text(source)
    language = language if is_espeak_language(language) else known_language(language)
    is_markup = bool(_MARKUP.match(source)) if markup is None else markup
    notices = Notices(source) if notices is None else notices
    if is_markup:
        from vivavoce.text.ssml import parse_ssml  # which a plain text need not wait for

        document = parse_ssml(source, language, notices, lenient=lenient)
    else:
        document = plain_document(source, language)
    for voice in dict.fromkeys(style.voice for _, style in document.styles if style.voice) if speakers else ():
        choose_speaker(voice, speakers)
    return _Reader(document, lexicon, notices, trace).sentences()


class _Reader:
    def __init__(self, document: Document, lexicon: Lexicon | None, notices: Notices, trace: Trace | None) -> None:
        self._document = document
        self._notices = notices
        self._reader = TokenReader(document, lexicon, notices, trace)

    def sentences(self) -> Iterator[Sentence]:
        events: list[SsmlEvent] = []
        upcoming = iter(self._document.events)
        following = next(upcoming, None)
        spoken = False
        for (start, end, boundary), following_range in with_next(self._ranges()):
            limit = self._document.text.span(*following_range[:1] * 2)[0] if following_range else None
            while following and (limit is None or following.byte < limit):
                events.append(following)
                following = next(upcoming, None)
            text = self._document.text.slice(start, end).sub(_NOISE, lambda match: match[0][:3])
            if words := self._words(text):
                yield from self._cut(words, text, events, boundary)
                events, spoken = [], True
        if not spoken:
            raise InputError(f"nothing to say: {self._what_is_there()}")
        for event in events:
            self._notices.add(
                "breaks and marks after the last word left out", (event.byte, event.byte), event.name or ""
            )

    def _ranges(self) -> Iterator[tuple[int, int, Boundary]]:
        text = self._document.text.text
        for region in self._document.regions:
            find = split_range if region.whole else sentences
            ranges = join_silent(text, find(text, region.start, region.end))
            for (start, end), following in with_next(ranges):
                yield start, end, "sentence" if following else region.boundary

    def _words(self, text: SourceMappedText) -> list[Word]:
        """The words of one sentence, with what markup asks of each but for breaks."""
        words = self._pronounce(self._runs(text))
        if not words:
            return []
        if _FULL_STOP.search(text.text) and not set(words[-1].trailing_punctuation) & set(".?!…"):
            # hibari swallows the stop after "p.m." or "etc.", which ends the sentence all the same.
            words[-1] = replace(words[-1], trailing_punctuation=f".{words[-1].trailing_punctuation}")
        if self._document.marked_up:
            words = [replace(word, control=self._document.style_at(word.span[0]).control) for word in words]
        return words

    def _pronounce(self, runs: list[tuple[SourceMappedText, str]]) -> list[Word]:
        given = self._document.pronunciations
        if any(is_espeak_language(language) for _, language in runs):
            return [word for run, language in runs for word in read_words(run, language, given)]
        return pronounce([(self._reader.tokens(run, language), language) for run, language in runs])

    def _runs(self, text: SourceMappedText) -> list[tuple[SourceMappedText, str]]:
        """Stretches of one language. Punctuation between them goes with what stands before it."""
        styles = self._document.styles
        first = self._document.style_at(text.span(0, 0)[0]).language
        edges: list[tuple[int, str]] = [(0, first)]
        if self._document.marked_up and len({style.language for _, style in styles}) > 1:
            low, high = text.span(0, len(text.text))
            for byte, style in styles:
                at = int(np.searchsorted(text.starts, byte))
                spoken = SPOKEN.search(text.text, at)
                if low < byte < high and spoken and style.language != edges[-1][1]:
                    edges.append((spoken.start(), style.language))
        ends = [edge[0] for edge in edges[1:]] + [len(text.text)]
        return [(text.slice(start, end), language) for (start, language), end in zip(edges, ends, strict=True)]

    def _cut(
        self, words: list[Word], text: SourceMappedText, events: Iterable[SsmlEvent], boundary: Boundary
    ) -> Iterator[Sentence]:
        """One sentence, or several where it is too long, each with the breaks and marks that fall in it."""
        events = list(events)
        groups = list(short_enough(words))
        whole = text.span(0, len(text.text))
        kind = sentence_kind(words)
        for group, following in with_next(groups):
            limit = following[0].span[0] if following else None
            own = [event for event in events if limit is None or event.byte <= limit]
            events = events[len(own) :]
            start = whole[0] if group is groups[0] else group[0].span[0]
            end = group[-1].span[1] if following else whole[1]
            style = self._document.style_at(group[0].span[0])
            sentence = Sentence(tuple(group), (start, end), language=style.language, voice=style.voice)
            sentence = replace(
                sentence, kind="statement" if following else kind, boundary="part" if following else boundary
            )
            yield add_events(sentence, own, self._document.source)

    def _what_is_there(self) -> str:
        kinds = [kind.removesuffix(" left out") for kind in self._notices.kinds]
        if kinds:
            return f"the text holds only {', '.join(kinds)}"
        if shown := "".join(self._document.text.text.split()):
            return f"the text holds only punctuation ({shown[:20]})"
        return "the text is empty"

"""From text or SSML to an `Utterance`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from vivavoce.errors import InputError
from vivavoce.text.document import MAX_BYTES, Document, Pronunciation, SsmlEvent, known_language, plain_document
from vivavoce.text.espeak import is_espeak_language, read_words
from vivavoce.text.homographs import resolve
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.names import common_names
from vivavoce.text.normalise import Decision, Trace, normalise
from vivavoce.text.normalise.characters import PLACEHOLDER
from vivavoce.text.notices import Notices, place
from vivavoce.text.patterns import Pattern
from vivavoce.text.pronounce import Token, grapheme_to_phoneme, other_sense, pronounce, tag, tokens_of
from vivavoce.text.sentence_kind import sentence_kind
from vivavoce.text.source_map import SourceMappedText
from vivavoce.text.split import MAX_CHARACTERS, Range, sentences, short_enough, split_range
from vivavoce.text.ssml import parse_ssml
from vivavoce.text.ssml_schema import OTHER_SENSE
from vivavoce.text.ssml_values import MAX_BREAK_S
from vivavoce.text.utterance import Boundary, Mark, Sentence, Utterance, Word

_Item = TypeVar("_Item")

_MARKUP = Pattern(
    r"[\ufeff\s]*(?:<!--.{0,4000}?-->\s*)*<(?:[sS][pP][eE][aA][kK]\b|\?xml\b|!DOCTYPE\s+speak\b)", re.DOTALL
)
_FULL_STOP = Pattern(r"\.[\"'”’)\]»]*$")
_NOISE = Pattern(r"(?:[!-/:-@\[-`{-~…“”‘’]\s?){24,}")
"""Rows of signs that nobody reads, such as a megabyte of "!?"."""
_PLACEHOLDER = Pattern(PLACEHOLDER)
_LONG_WORD = Pattern(r"[^\W\d_]{25,}")
_WORD_RULES = frozenset(["homograph", "lexicon", "name"])
_PIECE_LETTERS = 16
_SPOKEN = Pattern(r"[^\W_]|\ue000")


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
    notices = Notices(source)
    sentences = iter_sentences(
        source, markup=markup, language=language, lexicon=lexicon, notices=notices, lenient=lenient, trace=trace
    )
    found = tuple(sentences)
    return Utterance(source, found, notices.lines())


def iter_sentences(
    source: str,
    *,
    markup: bool | None = None,
    language: str = "en-US",
    lexicon: Lexicon | None = None,
    notices: Notices | None = None,
    lenient: bool = False,
    trace: Trace | None = None,
) -> Iterator[Sentence]:
    """As `analyse`, a sentence at a time: the first comes at once however long the text is.

    Markup is checked as a whole before this returns; what is noticed later is added to `notices`. `lenient` drops the
    elements of vendors that have no meaning here; what each rule of reading did goes to `trace`.
    """
    if len(source) > MAX_BYTES or len(source.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InputError(f"the text has more than {MAX_BYTES // 1024**2} MB; speak it in parts")
    language = language if is_espeak_language(language) else known_language(language)
    is_markup = bool(_MARKUP.match(source)) if markup is None else markup
    notices = Notices(source) if notices is None else notices
    document = parse_ssml(source, language, notices, lenient=lenient) if is_markup else plain_document(source, language)
    return _Reader(document, lexicon, notices, trace).sentences()


class _Reader:
    def __init__(self, document: Document, lexicon: Lexicon | None, notices: Notices, trace: Trace | None) -> None:
        self._document = document
        self._trace = trace
        self._lexicon = lexicon
        self._notices = notices

    def sentences(self) -> Iterator[Sentence]:
        events: list[SsmlEvent] = []
        upcoming = iter(self._document.events)
        following = next(upcoming, None)
        spoken = False
        for (start, end, boundary), following_range in _with_next(self._ranges()):
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
            ranges = _without_silent(text, find(text, region.start, region.end))
            for (start, end), following in _with_next(ranges):
                yield start, end, "sentence" if following else region.boundary

    def _words(self, text: SourceMappedText) -> list[Word]:
        """The words of one sentence, with what markup asks of each but for breaks."""
        words = self._pronounced(self._runs(text))
        if not words:
            return []
        if _FULL_STOP.search(text.text) and not set(words[-1].trailing_punctuation) & set(".?!…"):
            # hibari swallows the stop after "p.m." or "etc.", which ends the sentence all the same.
            words[-1] = replace(words[-1], trailing_punctuation=f".{words[-1].trailing_punctuation}")
        if self._document.marked_up:
            words = [replace(word, control=self._document.style_at(word.span[0]).control) for word in words]
        return words

    def _pronounced(self, runs: list[tuple[SourceMappedText, str]]) -> list[Word]:
        given = self._document.pronunciations
        if any(is_espeak_language(language) for _, language in runs):
            return [word for run, language in runs for word in read_words(run, language, given)]
        return pronounce([(self._tokens(run, language), language) for run, language in runs])

    def _tokens(self, text: SourceMappedText, language: str) -> list[Token]:
        marked_up = self._document.marked_up
        text, pronunciations = self._with_phrases(text, language)
        normal = normalise(
            text,
            language,
            self._notices,
            placeholders=marked_up or bool(pronunciations),
            markdown_signs=not marked_up,
            trace=self._trace,
        )
        pronunciations = (
            {**self._document.pronunciations, **pronunciations} if pronunciations else self._document.pronunciations
        )
        tokens = tokens_of(self._cut_long_words(normal, language), language, pronunciations)
        if tokens:
            # Lost in normalisation, needed where a run of another language follows.
            tokens[-1].spaced = text.text[-1:].isspace()
        for token in tokens:
            token.tag = token.tag or self._document.style_at(token.span[0]).tag
        given = [token.tag for token in tokens]
        for token in tokens:
            token.tag = "" if token.tag == OTHER_SENSE else token.tag
        tag(tokens, language)
        resolve(tokens, language)
        self._note(tokens, "homograph")
        for token, wanted in zip(tokens, given, strict=True):
            if wanted == OTHER_SENSE:
                token.phonemes = other_sense(token, language)
            elif wanted:
                token.tag = wanted
        if self._lexicon and self._lexicon.language == language:
            self._lexicon.apply(tokens)
            self._note(tokens, "lexicon")
        common_names(language).apply(tokens)
        self._note(tokens, "name")
        return tokens

    def _with_phrases(
        self, text: SourceMappedText, language: str
    ) -> tuple[SourceMappedText, dict[int, tuple[Pronunciation, ...]]]:
        """The text with placeholders where the lexicon has a reading of several words, and those readings."""
        if not (self._lexicon and self._lexicon.language == language and self._lexicon.phrases):
            return text, {}
        lexicon = self._lexicon
        if not self._document.marked_up:
            text = text.sub(_PLACEHOLDER, lambda match: " ")
        matches = list(self._lexicon.phrases.finditer(text.text))
        found = {text.span(*match.span())[0]: lexicon.pronunciations(match[0]) for match in matches}
        return text.edit([(*match.span(), PLACEHOLDER) for match in matches]), found

    def _note(self, tokens: Sequence[Token], rule: str) -> None:
        """Trace the readings that came in since the last time."""
        if self._trace is None:
            return
        noted = {decision.span for decision in self._trace.decisions if decision.rule in _WORD_RULES}
        for token in tokens:
            reading = token.phonemes or token.sounds_like
            if reading and token.span not in noted:
                self._trace.decisions.append(Decision(rule, token.span, token.text, reading))

    def _cut_long_words(self, text: SourceMappedText, language: str) -> SourceMappedText:
        """hibari reads the first 24 letters of a word that it does not know: give it longer ones in pieces."""
        known = grapheme_to_phoneme(language).lexicon
        edits: list[tuple[int, int, str]] = []
        for match in _LONG_WORD.finditer(text.text):
            word = match[0]
            if known.is_known(word.lower(), "NN") or (self._lexicon and self._lexicon.find(word, "NN")):
                continue
            self._notices.add("words of more than 24 letters read in pieces", text.span(*match.span()), word)
            pieces = [word[i : i + _PIECE_LETTERS] for i in range(0, len(word), _PIECE_LETTERS)]
            edits.append((*match.span(), " ".join(pieces)))
        return text.edit(edits)

    def _runs(self, text: SourceMappedText) -> list[tuple[SourceMappedText, str]]:
        """Stretches of one language. Punctuation between them goes with what stands before it."""
        styles = self._document.styles
        first = self._document.style_at(text.span(0, 0)[0]).language
        edges: list[tuple[int, str]] = [(0, first)]
        if self._document.marked_up and len({style.language for _, style in styles}) > 1:
            low, high = text.span(0, len(text.text))
            for byte, style in styles:
                at = int(np.searchsorted(text.starts, byte))
                spoken = _SPOKEN.search(text.text, at)
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
        for group, following in _with_next(groups):
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
            yield _with_events(sentence, own, self._document.source)

    def _what_is_there(self) -> str:
        kinds = [kind.removesuffix(" left out") for kind in self._notices.kinds]
        if kinds:
            return f"the text holds only {', '.join(kinds)}"
        if shown := "".join(self._document.text.text.split()):
            return f"the text holds only punctuation ({shown[:20]})"
        return "the text is empty"


def _without_silent(text: str, ranges: Iterable[Range]) -> Iterator[Range]:
    """Ranges, with one that holds no word ("😀", "!!!") joined to the one before it."""
    held: Range | None = None
    for start, end in ranges:
        if held and end - held[0] < MAX_CHARACTERS and not _SPOKEN.search(text, start, end):
            held = held[0], end
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held


def _with_events(sentence: Sentence, events: Iterable[SsmlEvent], source: str) -> Sentence:
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


def _with_next(items: Iterable[_Item]) -> Iterator[tuple[_Item, _Item | None]]:
    """Each item with the one after it, None after the last."""
    iterator = iter(items)
    item = next(iterator, None)
    while item is not None:
        following = next(iterator, None)
        yield item, following
        item = following

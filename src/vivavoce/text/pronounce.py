"""Sounds and tags of one sentence: hibari's tokens, each traced back to the input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from hibari.g2p.token import Tok

from vivavoce.json_types import is_object
from vivavoce.text.document import Pronunciation
from vivavoce.text.hibari_reader import EnglishReader
from vivavoce.text.normalise.characters import PLACEHOLDER
from vivavoce.text.number_words import number_words, without_stress
from vivavoce.text.phonemes import PUNCTUATION, clean_pronunciation
from vivavoce.text.source_map import SourceMappedText
from vivavoce.text.utterance import ByteSpan, Word

_QUOTES = '"“”«»„()[]{}<>*_'
_INDEX_BASE = 0x100
_PIECE = re.compile(r"\d+|[^\W\d_](?:[^\W\d_]*?(?=[A-Z][a-z])|[^\W\d_]*(?:'[a-z]{1,2}\b)?)")
_IRISH = re.compile(r"[ODLMdlo]['’][A-Z][a-z]+(?:'s)?")
"""One word for the ear: "O'Brien", "d'Artagnan"."""
_LETTERS = re.compile(r"[^\W\d_]+")
_JOINED = re.compile(r"[^\W_]+|&")
_PUNCTUATION_TAGS = frozenset([".", ",", "-LRB-", "-RRB-", "``", '""', "''", ":", "$", "#", "NFP"])


@cache
def grapheme_to_phoneme(language: str) -> EnglishReader:
    """hibari's reader for `en-US` or `en-GB`, loaded once."""
    return EnglishReader(british=language == "en-GB")


@dataclass(slots=True)
class Token:
    """A written token before it is pronounced. `phonemes` is set where the reading is already known."""

    text: str
    span: ByteSpan
    spaced: bool
    """White space follows."""
    tag: str = ""
    phonemes: str | None = None
    sounds_like: str | None = None
    """Another spelling to pronounce in its place: "led" for the metal."""


def tokens_of(
    text: SourceMappedText, language: str, pronunciations: Mapping[int, tuple[Pronunciation, ...]]
) -> list[Token]:
    """Split into written tokens, not yet tagged; a placeholder becomes the words of its reading."""
    tokens: list[Token] = []
    position = 0
    for token, space in grapheme_to_phoneme(language).tokenizer(text.text):
        start = text.text.find(token, position)
        start = position if start < 0 else start
        position = start + len(token)
        if PLACEHOLDER in token:
            tokens += _given_tokens(text, start, position, pronunciations)
            tokens[-1].spaced = bool(space)
        else:
            tokens.append(Token(token, text.span(start, position), bool(space)))
    return tokens


def _given_tokens(
    text: SourceMappedText, start: int, end: int, pronunciations: Mapping[int, tuple[Pronunciation, ...]]
) -> list[Token]:
    """The tokens of a stretch that holds placeholders."""
    tokens: list[Token] = []
    for match in re.finditer(f"{PLACEHOLDER}|[^{PLACEHOLDER}]+", text.text[start:end]):
        span = text.span(start + match.start(), start + match.end())
        if match[0] != PLACEHOLDER:
            tokens.append(Token(match[0], span, False))
        else:
            tokens += [Token(read.text, span, True, read.tag, read.phonemes) for read in pronunciations[span[0]]]
            tokens[-1].spaced = False
    return tokens


def tag(tokens: list[Token], language: str) -> None:
    """Fill in the Penn tags that are not set."""
    for token, found in zip(tokens, grapheme_to_phoneme(language).tagger([t.text for t in tokens]), strict=True):
        if found in _PUNCTUATION_TAGS and any(character.isdigit() for character in token.text):
            found = "CD"  # "-10" is taken for punctuation now and then, of which hibari says nothing
        token.tag = token.tag or found


def other_sense(token: Token, language: str) -> str | None:
    """The reading of a tagged word of two that it would not get; None where the dictionary has a single one."""
    read = grapheme_to_phoneme(language)
    found = read.lexicon.golds.get(token.text.lower())
    if not is_object(found):
        return token.phonemes
    usual = (
        read(token.sounds_like, normalize_text=False) if token.sounds_like else found.get(token.tag, found["DEFAULT"])
    )
    return next((sounds for sounds in found.values() if sounds and sounds != usual), token.phonemes)


def pronounce(runs: Iterable[tuple[list[Token], str]]) -> list[Word]:
    """Words of a sentence with sounds and punctuation, from runs of (tagged tokens, language).

    Tokens that make no sound are left out.
    """
    assembly = _Assembly()
    for tokens, language in runs:
        read = grapheme_to_phoneme(language).phonemize_tokens(
            [
                # num_flags is a set of characters that hibari unites when it merges tokens and reads nowhere:
                # it carries each token's number through, so that every merged token can be traced back.
                Tok(
                    token.text,
                    token.tag,
                    " " if token.spaced else "",
                    token.phonemes,
                    alias=token.sounds_like,
                    rating=5,
                    num_flags=chr(_INDEX_BASE + number),
                )
                for number, token in enumerate(tokens)
            ]
        )
        assembly.add(read, tokens, language)
    return assembly.words()


class _Assembly:
    """Puts hibari's tokens together into words that carry the punctuation around them."""

    def __init__(self) -> None:
        self._words: list[Word] = []
        self._before = ""
        self._space = True
        self._silent_span: ByteSpan | None = None

    def add(self, read: list[Tok], tokens: list[Token], language: str) -> None:
        for tok in read:
            sources = [tokens[ord(flag) - _INDEX_BASE] for flag in tok.num_flags]
            span = (min(t.span[0] for t in sources), max(t.span[1] for t in sources))
            sounds = (tok.phonemes or "").strip()
            if not set(sounds) <= PUNCTUATION:
                sounds = clean_pronunciation(sounds, language).strip()
            follows_space = bool(tok.whitespace)
            if not sounds:
                self._silent_span = None if follows_space else span
                self._space = self._space or follows_space
                continue
            if set(sounds) <= PUNCTUATION:
                self._punctuation(sounds, follows_space)
            else:
                self._add_spoken(tok, sounds, span, language)
            self._silent_span = None
            self._space = follows_space

    def words(self) -> list[Word]:
        """What was added so far; opening punctuation that no word follows goes to the last word."""
        if self._before and self._words:
            last = self._words[-1]
            self._words[-1] = replace(last, trailing_punctuation=f"{last.trailing_punctuation} {self._before}".rstrip())
        return self._words

    def _punctuation(self, sounds: str, follows_space: bool) -> None:
        opens = self._space and not follows_space
        if self._before or opens or not self._words:
            self._before += sounds + (" " if follows_space else "")
        else:
            last = self._words[-1]
            self._words[-1] = replace(
                last, trailing_punctuation=last.trailing_punctuation + (" " if self._space else "") + sounds
            )

    def _add_spoken(self, tok: Tok, sounds: str, span: ByteSpan, language: str) -> None:
        bare = tok.text.strip(_QUOTES)
        if len(span_text := tok.text) == span[1] - span[0] and bare:
            offset = span_text.find(bare)
            span = (span[0] + offset, span[0] + offset + len(bare))
        if self._silent_span:
            span = (min(span[0], self._silent_span[0]), span[1])
        glued = not self._space and not self._before and bool(self._words)
        if glued and not self._words[-1].trailing_punctuation:
            last = self._words.pop()
            whole = last.phonemes + sounds.replace(" ", "")
            self._words.append(replace(last, text=last.text + bare, phonemes=whole, span=(last.span[0], span[1])))
            return
        for text, part in _pronounced_parts(bare or tok.text, sounds, language):
            self._words.append(Word(text, span, part, tok.tag, self._before, no_space_before=glued))
            self._before, glued = "", False


def _pronounced_parts(text: str, sounds: str, language: str) -> list[tuple[str, str]]:
    """Pair each spoken part with its text: a number's words, the pieces of "and/or", or the whole."""
    parts = sounds.split()
    has_digits = any(c.isdigit() for c in text)
    # The names of numbers cost a tenth of a second to collect, and without digits nothing asks for them.
    names: Mapping[str, str] = number_words(grapheme_to_phoneme(language)) if has_digits else {}
    if _IRISH.fullmatch(text):
        return [(text, without_stress("".join(parts[:-1])) + parts[-1])]
    if has_digits and all(without_stress(part) in names for part in parts):
        return [(names[without_stress(part)], part) for part in parts]
    for pieces in (text.split(), _PIECE.findall(text), _JOINED.findall(text), [c for c in text if c.isalnum()]):
        if len(pieces) == len(parts):
            pairs = zip(pieces, parts, strict=True)
            return [
                (names.get(without_stress(part), piece) if piece.isdigit() else piece, part) for piece, part in pairs
            ]
    if has_digits:
        return _number_parts(text, parts, names)
    return [(text, "".join(parts))]


def _number_parts(text: str, parts: list[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name every part that is a number word; what lies between is the next run of letters of the text."""
    letters = iter(_LETTERS.findall(text))
    pronunciations: list[tuple[str, str]] = []
    for is_name, run in groupby(parts, key=lambda part: without_stress(part) in names):
        group = list(run)
        if is_name:
            pronunciations += [(names[without_stress(part)], part) for part in group]
        else:
            pronunciations.append((next(letters, text), "".join(group)))
    return pronunciations

"""The tokens of a stretch of one language: normalised, tagged, with the readings that markup and lexicons give."""

from __future__ import annotations

from collections.abc import Sequence

from vivavoce.text.document import Document, Pronunciation
from vivavoce.text.homographs import resolve
from vivavoce.text.lexicon import Lexicon
from vivavoce.text.names import common_names
from vivavoce.text.normalise import Decision, Trace, normalise
from vivavoce.text.normalise.characters import PLACEHOLDER
from vivavoce.text.notices import Notices
from vivavoce.text.patterns import Pattern
from vivavoce.text.pronounce import Token, grapheme_to_phoneme, other_sense, tag, tokens_of
from vivavoce.text.source_map import SourceMappedText
from vivavoce.text.ssml_schema import OTHER_SENSE

_PLACEHOLDER = Pattern(PLACEHOLDER)
_LONG_WORD = Pattern(r"[^\W\d_]{25,}")
_WORD_RULES = frozenset(["homograph", "lexicon", "markup", "name"])
_PIECE_LETTERS = 16


class TokenReader:
    """Reads the stretches of one document."""

    def __init__(self, document: Document, lexicon: Lexicon | None, notices: Notices, trace: Trace | None) -> None:
        self._document = document
        self._lexicon = lexicon
        self._notices = notices
        self._trace = trace

    def tokens(self, text: SourceMappedText, language: str) -> list[Token]:
        """Tokens in order; what has no reading of its own is left to the dictionary."""
        marked_up = self._document.marked_up
        text, phrases = self._with_phrases(text, language)
        normal = normalise(
            text,
            language,
            self._notices,
            placeholders=marked_up or bool(phrases),
            markdown_signs=not marked_up,
            trace=self._trace,
        )
        given = self._document.pronunciations
        pronunciations = {**given, **phrases} if phrases else given
        tokens = tokens_of(self._cut_long_words(normal, language), language, pronunciations)
        if tokens:
            # Lost in normalisation, needed where a run of another language follows.
            tokens[-1].spaced = text.text[-1:].isspace()
        self._note([token for token in tokens if token.span[0] in phrases], "lexicon")
        self._note(tokens, "markup")
        self._tag(tokens, language)
        if self._lexicon and self._lexicon.language == language:
            self._lexicon.apply(tokens)
            self._note(tokens, "lexicon")
        common_names(language).apply(tokens)
        self._note(tokens, "name")
        return tokens

    def _tag(self, tokens: list[Token], language: str) -> None:
        """Tags of the markup, else of the tagger, mended where it is known to err."""
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

"""The W3C's Pronunciation Lexicon Specification 1.0, read without entities."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from vivavoce.errors import InputError
from vivavoce.text.document import known_language, nearest_language
from vivavoce.text.lexicon_entry import Entry, fitting
from vivavoce.text.phonemes import checked, from_ipa
from vivavoce.text.pronounce import grapheme_to_phoneme
from vivavoce.text.x_sampa import from_x_sampa

_HOLD_TEXT = frozenset({"grapheme", "phoneme", "alias", "example"})
_KNOWN = _HOLD_TEXT | {"lexicon", "lexeme", "meta", "metadata"}


@dataclass(slots=True)
class _Lexeme:
    graphemes: list[str] = field(default_factory=list[str])
    phonemes: list[str] = field(default_factory=list[str])


def parse_pls(data: bytes, name: str, language: str) -> dict[str, tuple[Entry, ...]]:
    """Graphemes with their readings; an alias is read as its words are. The first reading of a lexeme counts, or the
    one that is preferred.

    Raises `InputError` with file and line for what is not well formed, not PLS, or for another language.
    """
    return _PlsParser(name, language).parse(data)


class _PlsParser:
    def __init__(self, name: str, language: str) -> None:
        self._name, self._language = name, language
        self._alphabet = "ipa"
        self._open: list[str] = []
        self._text = ""
        self._attributes: dict[str, str] = {}
        self._lexeme = _Lexeme()
        self._entries: dict[str, tuple[Entry, ...]] = {}
        self._expat = expat.ParserCreate()
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters
        self._expat.StartDoctypeDeclHandler = self._refuse_doctype

    def parse(self, data: bytes) -> dict[str, tuple[Entry, ...]]:
        try:
            self._expat.Parse(data, True)
        except expat.ExpatError as error:
            raise InputError(f"{self._name}:{error.lineno}: {expat.ErrorString(error.code)}") from error
        return self._entries

    def _refuse_doctype(self, *_: object) -> None:
        self._refuse("a DOCTYPE is not allowed")

    def _refuse(self, complaint: str) -> None:
        raise InputError(f"{self._name}:{self._expat.CurrentLineNumber}: {complaint}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name not in _KNOWN or (name == "lexicon") != (not self._open):
            self._refuse(f"<{name}> is not expected in a lexicon of the W3C")
        self._open.append(name)
        self._text, self._attributes = "", attributes
        if name == "lexicon":
            self._check_head(attributes)
        elif name == "lexeme":
            self._lexeme = _Lexeme()

    def _check_head(self, attributes: dict[str, str]) -> None:
        self._alphabet = attributes.get("alphabet", "ipa")
        tag = attributes.get("xml:lang", self._language)
        try:
            language = known_language(tag)
        except InputError:
            language = nearest_language(tag)
        if language != self._language:
            self._refuse(f"a lexicon for {tag}, and {self._language} is to be spoken")

    def _end(self, name: str) -> None:
        self._open.pop()
        text = " ".join(self._text.split())
        try:
            if name == "grapheme":
                self._lexeme.graphemes.append(text)
            elif name == "phoneme":
                self._add(self._read(text))
            elif name == "alias":
                read = grapheme_to_phoneme(self._language)
                self._add(" ".join("".join(c for c in read(text) if c.isalpha() or c in "ˈˌː ᵊᵻ").split()))
            elif name == "lexeme":
                self._keep()
        except InputError as error:
            self._refuse(str(error))

    def _add(self, phonemes: str) -> None:
        preferred = self._attributes.get("prefer") == "true"
        self._lexeme.phonemes.insert(0 if preferred else len(self._lexeme.phonemes), phonemes)

    def _read(self, text: str) -> str:
        alphabet = self._attributes.get("alphabet", self._alphabet).lower()
        if alphabet == "x-sampa":
            return from_ipa(from_x_sampa(text), self._language)
        if alphabet not in ("ipa", "x-vivavoce"):
            raise InputError(f"alphabet {alphabet!r} is none of ipa, x-sampa, x-vivavoce")
        return (from_ipa if alphabet == "ipa" else checked)(text, self._language)

    def _keep(self) -> None:
        if not self._lexeme.graphemes or not self._lexeme.phonemes:
            raise InputError("a lexeme needs a grapheme and a phoneme or alias")
        for grapheme in self._lexeme.graphemes:
            phonemes = self._lexeme.phonemes[0]
            if " " not in grapheme:
                phonemes = phonemes.replace(" ", "")
            self._entries[grapheme] = (Entry(fitting(grapheme, phonemes)),)

    def _characters(self, text: str) -> None:
        if self._open and self._open[-1] in _HOLD_TEXT:
            self._text += text

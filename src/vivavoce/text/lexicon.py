"""A person's own pronunciations, which override all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.text.document import known_language
from vivavoce.text.notices import located
from vivavoce.text.phonemes import checked, with_plural_s
from vivavoce.text.pronounce import Token

MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One reading of a word."""

    phonemes: str
    tag: str = ""
    """Only for a word whose Penn tag begins with this: `VB` for any form of a verb."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Written word -> its entries, for one language. A key in lower case also stands for capitalised forms."""

    language: str
    entries: dict[str, tuple[Entry, ...]]

    @classmethod
    def read(cls, path: Path | str, language: str = "en-US") -> Lexicon:
        """Read a UTF-8 file of lines `word<TAB>phonemes[<TAB>tag]`; empty lines and lines from `#` on are skipped.

        Raises `InputError` with file and line for anything else, and `OSError` if there is no such file.
        """
        path = Path(path)
        language = known_language(language)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(f"{path}: a lexicon may have {MAX_BYTES // 1024**2} MB at most")
        try:
            lines = data.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
        entries: dict[str, tuple[Entry, ...]] = {}
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                with located(lambda number=number: f"{path}:{number}"):
                    word, entry = _entry(line, language)
                entries[word] = (*entries.get(word, ()), entry)
        return cls(language, entries)

    def find(self, word: str, tag: str) -> str | None:
        """The phonemes of a word with this tag, or None. The last entry that fits wins; one with a tag goes first."""
        entries = self.entries.get(word) or self.entries.get(word.lower()) or ()
        fitting = [entry for entry in entries if tag.startswith(entry.tag)]
        return max(reversed(fitting), key=lambda entry: len(entry.tag)).phonemes if fitting else None

    def apply(self, tokens: Sequence[Token]) -> None:
        """Give tagged tokens their readings, in place; "Xuan's" is read from "Xuan"."""
        for token, following in zip_longest(tokens, tokens[1:]):
            phonemes = self.find(token.text, token.tag) if token.phonemes is None else None
            if phonemes is None:
                continue
            token.phonemes = phonemes
            if following and not token.spaced and following.text in ("'s", "’s") and following.phonemes is None:
                following.phonemes = with_plural_s(phonemes, self.language)[len(phonemes) :]


def _entry(line: str, language: str) -> tuple[str, Entry]:
    columns = [column.strip() for column in line.split("\t")]
    if len(columns) not in (2, 3) or not columns[0] or not columns[1]:
        raise InputError("expected word, tab, phonemes and perhaps tab, tag")
    word, phonemes, tag = columns[0], columns[1], columns[2] if len(columns) == 3 else ""
    if len(word.split()) > 1:
        raise InputError(f"{word!r} is more than one word; give each a line of its own")
    if len(phonemes.split()) > 1:
        raise InputError(f"{phonemes!r} has a space; the reading of one word has none")
    if tag and not tag.isupper():
        raise InputError(f"{tag!r} is no Penn tag; use one such as NN, VB or VBD")
    return word, Entry(checked(phonemes, language), tag)

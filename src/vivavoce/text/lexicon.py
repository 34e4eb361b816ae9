"""A person's own pronunciations, which override all others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.text.document import Pronunciation, known_language
from vivavoce.text.lexicon_entry import ONE_WORD, Entry, fitting
from vivavoce.text.notices import prefix_place
from vivavoce.text.phonemes import checked, from_ipa, with_plural_s
from vivavoce.text.pronounce import Token
from vivavoce.text.word_sets import words

MAX_BYTES = 16 * 1024 * 1024
PENN_TAGS = words(
    "CC CD DT EX FW IN JJ JJR JJS LS MD NN NNS NNP NNPS PDT POS PRP PRP$ RB RBR RBS RP SYM TO UH VB VBD VBG VBN VBP",
    "VBZ WDT WP WP$ WRB ADD AFX NFP",
)
_IPA = re.compile(r"/(.+)/|\[(.+)\]")
_COMMENT = re.compile(r"\s+#\s.*$")


@dataclass(frozen=True)
class Lexicon:
    """Written word or words -> their entries, for one language. A key in lower case stands for every case."""

    language: str
    entries: Mapping[str, tuple[Entry, ...]]

    @classmethod
    def read(cls, path: Path | str, language: str = "en-US") -> Lexicon:
        """Read a UTF-8 file of lines `words<TAB>phonemes[<TAB>tag]`, or a W3C lexicon (`.pls`, `.xml`).

        Phonemes are ours, or IPA between slashes or square brackets. Empty lines, lines from `#` on, and what follows
        a `#` with spaces around are skipped. Raises `InputError` with file and line for anything else, and `OSError`
        if there is no such file.
        """
        path = Path(path)
        language = known_language(language)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(f"{path}: a lexicon may have {MAX_BYTES // 1024**2} MB at most")
        if path.suffix.lower() in (".pls", ".xml") or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            from vivavoce.text.pls import parse_pls  # an XML parser, which lists of lines do not need

            return cls(language, parse_pls(data, str(path), language))
        try:
            lines = data.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
        entries: dict[str, tuple[Entry, ...]] = {}
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.lstrip().startswith("#"):
                with prefix_place(lambda number=number: f"{path}:{number}"):
                    word, entry = read_entry(_COMMENT.sub("", line), language)
                entries[word] = (*entries.get(word, ()), entry)
        return cls(language, entries)

    def find(self, word: str, tag: str) -> str | None:
        """The phonemes of a word with this tag, or None. The last entry that fits wins; one with a tag goes first."""
        entries = self.entries.get(word) or self.entries.get(word.lower()) or ()
        fitting = [entry for entry in entries if tag.startswith(entry.tag)]
        return max(reversed(fitting), key=lambda entry: len(entry.tag)).phonemes if fitting else None

    @cached_property
    def phrases(self) -> re.Pattern[str] | None:
        """What finds the keys that are no single word ("St. Ives", "C3PO"), before anything else reads them."""
        keys = sorted((key for key in self.entries if not ONE_WORD.fullmatch(key)), key=len, reverse=True)
        if not keys:
            return None
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(_pattern, keys))})(?!\w)")

    def pronunciations(self, phrase: str) -> tuple[Pronunciation, ...]:
        """The words of a phrase that `phrases` found, with their sounds."""
        key = " ".join(phrase.split())
        phonemes = (self.entries.get(key) or self.entries[key.lower()])[-1].phonemes
        written, parts = key.split(), phonemes.split()
        if len(written) != len(parts):
            return (Pronunciation(key, "".join(parts)),)
        return tuple(Pronunciation(word, part) for word, part in zip(written, parts, strict=True))

    def apply(self, tokens: Sequence[Token]) -> None:
        """Give tagged tokens their readings, in place; "Xuan's" is read from "Xuan"."""
        for token, following in zip_longest(tokens, tokens[1:]):
            phonemes = self.find(token.text, token.tag) if token.phonemes is None else None
            if phonemes is None:
                continue
            token.phonemes = phonemes
            if following and not token.spaced and following.text in ("'s", "’s") and following.phonemes is None:
                following.phonemes = with_plural_s(phonemes, self.language)[len(phonemes) :]


def _pattern(key: str) -> str:
    pattern = r"\s+".join(map(re.escape, key.split()))
    return f"(?i:{pattern})" if key == key.lower() else pattern


def read_entry(line: str, language: str) -> tuple[str, Entry]:
    """Key and entry of one line without its comment. Raises `InputError`."""
    columns = [column.strip() for column in line.split("\t")]
    if len(columns) not in (2, 3) or not columns[0] or not columns[1]:
        raise InputError("expected word, tab, phonemes and perhaps tab, tag")
    key, phonemes, tag = " ".join(columns[0].split()), columns[1], columns[2] if len(columns) == 3 else ""
    if tag and not any(known.startswith(tag) for known in PENN_TAGS):
        raise InputError(f"{tag!r} is no Penn tag; use one such as NN, VB or VBD")
    if tag and not ONE_WORD.fullmatch(key):
        raise InputError(f"{key!r} is not a single word, so it has no tag; leave it out")
    ipa = _IPA.fullmatch(phonemes)
    read: Callable[[str, str], str] = from_ipa if ipa else checked
    return key, Entry(fitting(key, read((ipa[1] or ipa[2]) if ipa else phonemes, language)), tag)

"""Common names that the dictionary lacks, or has otherwise than people say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from vivavoce.text.lexicon import Lexicon, read_entry
from vivavoce.text.lexicon_entry import Entry

NAMES = Path(__file__).with_name("names.tsv")
_BRITISH = str.maketrans("OæTᵻ", "Qatɪ")


@cache
def common_names(language: str) -> Lexicon:
    """The names of `names.tsv` as a lexicon of `language`."""
    return Lexicon(language, _NameEntries(NAMES.read_text(encoding="utf-8"), language == "en-GB"))


class _NameEntries(Mapping[str, tuple[Entry, ...]]):
    """The lines of `names.tsv` by their first column. A line is checked when a text has its name: to check them all
    takes as long as to speak a short sentence."""

    def __init__(self, text: str, is_british: bool) -> None:
        self._lines: dict[str, list[str]] = {}
        self._is_british = is_british
        for line in text.splitlines():
            if not line.startswith("#"):
                self._lines.setdefault(line.partition("\t")[0], []).append(line)

    def __getitem__(self, name: str) -> tuple[Entry, ...]:
        entries = (read_entry(line, "en-US")[1] for line in self._lines[name])
        if not self._is_british:
            return tuple(entries)
        return tuple(Entry(entry.phonemes.translate(_BRITISH), entry.tag) for entry in entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

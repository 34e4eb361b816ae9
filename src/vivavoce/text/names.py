"""Common names that the dictionary lacks, or has otherwise than people say them."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

from vivavoce.text.lexicon import Lexicon
from vivavoce.text.lexicon_entry import Entry

_BRITISH = str.maketrans("OæTᵻ", "Qatɪ")


@cache
def common_names(language: str) -> Lexicon:
    """The names of `names.tsv` as a lexicon of `language`."""
    with as_file(files("vivavoce.text") / "names.tsv") as path:
        names = Lexicon.read(path)
    if language == "en-US":
        return names
    entries = {
        name: tuple(Entry(entry.phonemes.translate(_BRITISH), entry.tag) for entry in found)
        for name, found in names.entries.items()
    }
    return Lexicon(language, entries)

"""One entry of a lexicon."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vivavoce.errors import InputError

ONE_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
"""A key that is found among the words of a text; any other is looked for before the text is read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One reading of a word. One of several words has as many spaces as the reading of each needs."""

    phonemes: str
    tag: str = ""
    """Only for a word whose Penn tag begins with this: `VB` for any form of a verb."""


def fitting(key: str, phonemes: str) -> str:
    """The phonemes, if they have as many words as the key, or the key is one that is written with signs or digits.

    Raises `InputError` otherwise.
    """
    count = len(phonemes.split())
    if count > 1 and count != len(key.split()) and ONE_WORD.fullmatch(key):
        raise InputError(f"{phonemes!r} has a space; the reading of one word has none")
    return phonemes

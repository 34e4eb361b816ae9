"""What CAMP knows of each word besides its embedding: four small vocabularies of integers.

Source: "CAMP: a two-stage approach to modelling prosody in context" (arXiv 2011.01175), which names the four
kinds; the vocabularies are ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vivavoce.text.utterance import Sentence, Word

PARTS_OF_SPEECH = (
    "other", "CC", "CD", "DT", "EX", "FW", "IN", "JJ", "JJR", "JJS", "LS", "MD", "NN", "NNP", "NNPS", "NNS", "PDT",
    "POS", "PRP", "PRP$", "RB", "RBR", "RBS", "RP", "SYM", "TO", "UH", "VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "WDT",
    "WP", "WP$", "WRB",
)  # fmt: skip
"""Penn tags; every tag that is none of them is `other`."""

WORD_CLASSES = ("closed", "open")
"""Open: nouns, lexical verbs, adjectives, adverbs, numbers, foreign words, interjections. Closed: the rest,
with the forms of be, have and do, and not."""

COMPOUND_PLACES = ("none", "first", "middle", "last")
"""Where a word stands in a run of nouns, the compound's head last: `first` usually takes the accent."""

PUNCTUATION = (
    "none",
    "comma",
    "semicolon or colon",
    "dash",
    "ellipsis",
    "full stop",
    "question",
    "exclamation",
    "quote",
)
"""The strongest mark on one side of a word, brackets counted as quotes."""

_OPEN_TAGS = frozenset({"CD", "FW", "UH", "JJ", "JJR", "JJS", "RB", "RBR", "RBS"})
_NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
_LIGHT = frozenset(
    {
        "be", "am", "is", "are", "was", "were", "been", "being", "have", "has", "had", "having", "do", "does", "did",
        "doing", "done", "not",
    }
)  # fmt: skip
_NEGATED = re.compile("n['’]t$")
_MARKS = {
    "comma": ",،、", "semicolon or colon": ";:", "dash": "—–-", "ellipsis": "…", "full stop": ".", "question": "?",
    "exclamation": "!", "quote": "\"“”'‘’«»()[]",
}  # fmt: skip
_STRENGTH = ("none", "quote", "comma", "dash", "semicolon or colon", "ellipsis", "full stop", "exclamation", "question")

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WordFeatures:
    """One number a word, arrays of shape (words,), each counting in the vocabulary named after it."""

    part_of_speech: Numbers
    """In `PARTS_OF_SPEECH`."""
    word_class: Numbers
    """In `WORD_CLASSES`."""
    compound: Numbers
    """In `COMPOUND_PLACES`."""
    punctuation_before: Numbers
    """In `PUNCTUATION`: the mark between this word and the one before."""
    punctuation_after: Numbers
    """In `PUNCTUATION`: the mark between this word and the next, or at the end."""

    SIZES: ClassVar[tuple[int, ...]] = (
        len(PARTS_OF_SPEECH),
        len(WORD_CLASSES),
        len(COMPOUND_PLACES),
        len(PUNCTUATION),
        len(PUNCTUATION),
    )
    """How many values each column of `array` may take."""

    @property
    def array(self) -> Numbers:
        """(words, 5), columns in the order of the fields."""
        columns = (
            self.part_of_speech, self.word_class, self.compound, self.punctuation_before, self.punctuation_after,
        )  # fmt: skip
        return np.stack(columns, axis=1)


def word_features(sentence: Sentence) -> WordFeatures:
    """The features of a sentence's words; more accurate after `parse`, whose tags are better."""
    words = sentence.words
    openings = [word.leading_punctuation for word in words[1:]] + [""]
    after = [_mark(word.trailing_punctuation + opening) for word, opening in zip(words, openings, strict=False)]
    before = [_mark(words[0].leading_punctuation), *after[:-1]] if words else []
    return WordFeatures(
        _numbers(PARTS_OF_SPEECH, [word.tag if word.tag in PARTS_OF_SPEECH else "other" for word in words]),
        _numbers(WORD_CLASSES, ["open" if is_open_class(word) else "closed" for word in words]),
        _numbers(COMPOUND_PLACES, _compound_places(words)),
        _numbers(PUNCTUATION, before),
        _numbers(PUNCTUATION, after),
    )


def is_open_class(word: Word) -> bool:
    """Whether a word carries content of its own."""
    if _NEGATED.sub("", word.text.lower()) in _LIGHT:
        return False
    return word.tag in _OPEN_TAGS or word.tag in _NOUNS or word.tag.startswith("VB")


def _compound_places(words: Sequence[Word]) -> list[str]:
    places = ["none"] * len(words)
    start = 0
    for end in range(1, len(words) + 1):
        if end < len(words) and _in_one_compound(words[end - 1], words[end]):
            continue
        if end - start > 1:
            places[start:end] = ["first", *["middle"] * (end - start - 2), "last"]
        start = end
    return places


def _in_one_compound(left: Word, right: Word) -> bool:
    """Two nouns in a row, no mark between them, the first no possessive."""
    nouns = left.tag in _NOUNS and right.tag in _NOUNS
    possessive = left.text.lower().replace("’", "'").endswith(("'s", "s'"))
    return nouns and not possessive and _mark(left.trailing_punctuation + right.leading_punctuation) == "none"


def _mark(marks: str) -> str:
    found = {name for name, characters in _MARKS.items() if any(mark in characters for mark in marks)}
    return max(found, key=_STRENGTH.index, default="none")


def _numbers(vocabulary: tuple[str, ...], names: list[str]) -> Numbers:
    return np.array([vocabulary.index(name) for name in names], dtype=np.int64)

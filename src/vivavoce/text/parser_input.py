"""What the parser reads of a sentence: tokens of the Penn Treebank's kind, as numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.text.embed import Vectors, embedder
from vivavoce.text.pronounce import grapheme_to_phoneme

Indices = npt.NDArray[np.int64]

TAGS = (
    "<none>", "$", "''", ",", "-LRB-", "-RRB-", ".", ":", "ADD", "AFX", "CC", "CD", "DT", "EX", "FW", "HYPH", "IN",
    "JJ", "JJR", "JJS", "LS", "MD", "NFP", "NN", "NNP", "NNPS", "NNS", "PDT", "POS", "PRP", "PRP$", "RB", "RBR",
    "RBS", "RP", "SYM", "TO", "UH", "VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "WDT", "WP", "WP$", "WRB", "XX", "_SP",
    "``",
)  # fmt: skip
"""The tags that hibari's tagger gives; its answer is a hint to the parser, which has a tagger of its own."""
SHAPES = ("other", "lower", "capitalised", "capitals", "one capital", "mixed", "digits", "letters and digits")

_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_SEPARATORS = frozenset({*',.;:!?…—"“”„«»`‘', "--", "---", "..", "...", "....", "[...]", "``", "''"})
_SHAPE_PATTERNS = {
    "lower": r"[^\W\d_A-Z]+",
    "one capital": r"[A-Z]\.?",
    "capitals": r"[A-Z.]+",
    "capitalised": r"[A-Z][^\W\d_A-Z]+",
    "mixed": r"[^\W\d_]+",
    "digits": r"\d[\d.,]*",
    "letters and digits": r"\w+",
}


@dataclass(frozen=True, slots=True)
class ParserInput:
    """`layers` (tokens, 7, 384); `tags` and `shapes` (tokens,), numbers in `TAGS` and `SHAPES`;
    `leaves` (leaves,): the tokens that become leaves of the tree, that is all but separating punctuation."""

    layers: Vectors
    tags: Indices
    shapes: Indices
    leaves: Indices


def parser_input(tokens: Sequence[str], leaves: Sequence[int] | None = None) -> ParserInput:
    """Embed and describe tokens; brackets may be written as such or as -LRB-.

    Without `leaves`, every token is one that `is_separator` does not know as punctuation.
    """
    written = [_BRACKETS.get(token, token) for token in tokens]
    tags = grapheme_to_phoneme("en-US").tagger(written)
    if leaves is None:
        leaves = [number for number, pair in enumerate(zip(written, tags, strict=True)) if not is_separator(*pair)]
    return ParserInput(
        embedder().embed_layers(written),
        np.array([_TAG_NUMBERS.get(tag, 0) for tag in tags], dtype=np.int64),
        np.array([shape(token) for token in written], dtype=np.int64),
        np.array(leaves, dtype=np.int64),
    )


def fences(leaves: Indices, tokens: int) -> Indices:
    """(leaves + 1, 2): the token on the left and on the right of each gap between leaves, the start mark being 0.

    Where separators stand in a gap, left is the last and right the first of them.
    """
    left = np.concatenate([leaves, [tokens]])
    right = np.concatenate([[1], leaves + 2])
    return np.stack([left, right], axis=1)


def is_separator(token: str, tag: str) -> bool:
    """Whether a token is punctuation that stands between constituents; a lone apostrophe needs its tag."""
    return token in _SEPARATORS or (token in "'’" and tag in {"''", "``"})


def shape(token: str) -> int:
    """The number in `SHAPES` of how a token is written: the embeddings do not see case."""
    for name, pattern in _SHAPE_PATTERNS.items():
        if re.fullmatch(pattern, token):
            return SHAPES.index(name)
    return 0


_TAG_NUMBERS = {tag: number for number, tag in enumerate(TAGS)}

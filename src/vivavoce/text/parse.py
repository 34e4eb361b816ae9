"""Constituency trees for sentences: the shipped parser, from words to `Sentence.tree`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.block import SequenceBlock
from vivavoce.blocks.lookup import find_addon
from vivavoce.errors import InputError
from vivavoce.json_types import is_list
from vivavoce.text.embed import Vectors
from vivavoce.text.parser_input import ParserInput, fences, parser_input
from vivavoce.text.spans import Spans, best_splits, onto, tree_of
from vivavoce.text.utterance import Sentence, Tree, Utterance, Word

MAX_LEAVES = 120
"""Time grows with the square of a sentence's words: a longer one gets a flat tree."""
UNPARSED = "X"
"""Penn's label for what cannot be bracketed; under ROOT it marks a flat tree."""

_CLITIC = re.compile(r"(?i)(?<=\w)(n['’]t|['’](?:s|re|ve|ll|d|m)|(?<=s)['’])$|(?<=^can)(not)$")


@dataclass(frozen=True, slots=True)
class Parsed:
    """`spans` over the leaves that were given, and a Penn tag for every token."""

    spans: Spans
    tags: tuple[str, ...]


class Parser:
    """A loaded parser addon. Safe to share between threads."""

    def __init__(self, addon: Addon) -> None:
        block = addon.build()
        if not isinstance(block, SequenceBlock):
            raise InputError(f"{addon.path}: a parser reads whole sentences, its stack streams")
        self._block = block
        self._labels = [(), *(tuple(chain.split("+")) for chain in _names(addon, "labels"))]
        self._tags = _names(addon, "tags")

    def scores(self, read: ParserInput) -> tuple[Vectors, Vectors]:
        """The scores of spans, (1, leaves + 1, leaves + 1, labels), and of tags, (1, tokens, tags)."""
        made = self._block(
            {
                "layers": read.layers[None],
                "tags": read.tags[None],
                "shapes": read.shapes[None],
                "fences": fences(read.leaves, len(read.tags))[None],
            }
        )
        return made["span_scores"], made["tag_scores"]

    def parse(self, read: ParserInput) -> Parsed:
        """The best tree over `read.leaves`, of which there must be one at least; takes leaves² steps."""
        span_scores, tag_scores = self.scores(read)
        scores = np.pad(span_scores[0], ((0, 0), (0, 0), (1, 0)))
        if scores.shape[-1] != len(self._labels) or tag_scores.shape[-1] != len(self._tags):
            raise InputError("parser: the network has another number of labels or tags than its addon.json lists")
        labels = scores.argmax(axis=-1)
        (best,) = best_splits(scores.max(axis=-1)[None])
        best_tags: list[int] = tag_scores[0].argmax(axis=-1).tolist()
        tags = tuple(self._tags[tag] for tag in best_tags)
        return Parsed({span: self._labels[labels[span]] for span in best}, tags)


@cache
def parser(name_or_path: str | Path = "parser") -> Parser:
    """The parser addon of that name or at that path, loaded at first use."""
    return Parser(load_addon(find_addon(name_or_path)))


def parse(sentence: Sentence) -> Sentence:
    """The sentence with its tree and the tags of the tree.

    The tree is `(ROOT …)` over the words alone, one leaf a word: punctuation is read and not kept, a contraction
    or hyphenated word is parsed in its parts and kept whole where its first part stands. Beyond 120 leaves the
    tree is flat, `(ROOT (X …))`, and the tags are left as they are. Sounds are never changed.
    """
    tokens = _tokens(sentence.words)
    leaves = [number for number, token in enumerate(tokens) if token.word is not None]
    if not 0 < len(leaves) <= MAX_LEAVES:
        return replace(sentence, tree=flat_tree(sentence.words))
    parsed = parser().parse(parser_input([token.text for token in tokens], leaves))
    parts = Counter(token.word for token in tokens)
    tags = {tokens[leaf].word: parsed.tags[leaf] for leaf in leaves}
    words = tuple(
        replace(word, tag=tags[number]) if parts[number] == 1 else word for number, word in enumerate(sentence.words)
    )
    first_leaves = [0, *np.cumsum([parts[number] for number in range(len(words) - 1)]).tolist()]
    spans = {
        span: tuple(label for label, _ in groupby(labels))
        for span, labels in onto(parsed.spans, first_leaves, len(leaves)).items()
    }
    return replace(sentence, words=words, tree=tree_of(spans, [(word.tag, word.text) for word in words]))


def parse_all(utterance: Utterance) -> Utterance:
    """Every sentence with its tree; a notice for each that is too long to be parsed."""
    notices = [
        f'too long to be parsed, {len(sentence.words)} words: the sentence that begins with "{sentence.words[0].text}"'
        for sentence in utterance.sentences
        if sum(token.word is not None for token in _tokens(sentence.words)) > MAX_LEAVES
    ]
    sentences = tuple(parse(sentence) for sentence in utterance.sentences)
    return replace(utterance, sentences=sentences, notices=(*utterance.notices, *notices))


def flat_tree(words: Sequence[Word]) -> Tree | None:
    """All words as sisters, whose syntactic distances fall from left to right; None without words."""
    leaves = tuple(Tree(word.tag, (word.text,)) for word in words)
    return Tree("ROOT", (Tree(UNPARSED, leaves),)) if leaves else None


class _Token(NamedTuple):
    text: str
    word: int | None
    """The word it is a part of; None for the punctuation between words."""


def _tokens(words: Sequence[Word]) -> list[_Token]:
    tokens: list[_Token] = []
    for number, word in enumerate(words):
        tokens += [_Token(mark, None) for mark in word.leading_punctuation if not mark.isspace()]
        tokens += [_Token(part, number) for part in _parts(word.text)]
        tokens += [_Token(mark, None) for mark in word.trailing_punctuation if not mark.isspace()]
    return tokens


def _parts(word: str) -> list[str]:
    """A word as the Penn Treebank cuts it: "don't" is do n't, "well-known" is well - known."""
    parts: list[str] = []
    for piece in re.split(r"(?<=\w)(-)(?=\w)", word):
        clitic = _CLITIC.search(piece)
        parts += [piece[: clitic.start()], clitic[0]] if clitic else [piece]
    return parts


def _names(addon: Addon, key: str) -> list[str]:
    names = addon.manifest.details.get(key)
    if not is_list(names) or not names or not all(isinstance(name, str) and name for name in names):
        raise InputError(f"{addon.path}: details.{key} of addon.json must be a list of names")
    return names

"""What the text-side models read of a sentence: contextual embeddings, word features, the constituency graph."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.text.embed import embedder
from vivavoce.text.parse import flat_tree, parse, parser
from vivavoce.text.syntax import syntactic_distance
from vivavoce.text.utterance import Sentence, Tree, Word
from vivavoce.text.word_features import PARTS_OF_SPEECH, WordFeatures, word_features

Numbers = npt.NDArray[np.int64]

LABELS = (
    "other", "ROOT", "S", "SBAR", "SBARQ", "SINV", "SQ", "NP", "VP", "PP", "ADJP", "ADVP", "WHNP", "WHPP", "WHADVP",
    "WHADJP", "PRN", "QP", "UCP", "CONJP", "FRAG", "INTJ", "LST", "NAC", "NML", "NX", "PRT", "RRC", "X",
    *PARTS_OF_SPEECH[1:],
)  # fmt: skip
"""Nodes of the graph: constituents and parts of speech; the words themselves are left out."""
WORD_FEATURES = (*WordFeatures.SIZES, 2)
"""How many values each column of a word's features may take; the last is whether markup emphasises it."""
NO_EDGE, SELF, TO_CHILD, TO_PARENT = range(4)
EDGES = 4
MAX_NODES = 400
"""Attention grows with the square of the nodes: those of a longer sentence are cut off at the end."""


@dataclass(frozen=True, slots=True)
class Linguistics:
    """One sentence as numbers."""

    words: Array
    """MiniLM vector of each word among its neighbours and their punctuation, (words, 384)."""
    sentence: Array
    """Their mean with that of the punctuation, of unit length, (384,)."""
    features: Numbers
    """CAMP's word features with the emphasis, (words, 6)."""
    labels: Numbers
    """Nodes in depth-first order, numbers in `LABELS`, (nodes,)."""
    parents: Numbers
    """The parent of each node, its own number at the root, (nodes,)."""
    distances: Numbers
    """Syntactic distances, (words,)."""


def describe(sentence: Sentence) -> Linguistics:
    """Embed and parse a sentence. Without an installed parser the tree is flat; see `has_parser`."""
    parsed = sentence if sentence.tree else with_tree(sentence)
    tree = parsed.tree or Tree("ROOT", ())
    words, whole = _embed(parsed.words)
    labels, parents = graph(tree)
    distances = np.array(syntactic_distance(tree), dtype=np.int64)
    return Linguistics(words, whole, _features(parsed), labels, parents, distances)


@cache
def has_parser() -> bool:
    """Whether the addon `parser` is there; says so once where it is not."""
    try:
        parser()
    except InputError as error:
        print(f"vivavoce: sentences are not parsed, their prosody follows the words alone: {error}", file=sys.stderr)
        return False
    return True


def with_tree(sentence: Sentence) -> Sentence:
    """The sentence with its constituency tree, a flat one without a parser."""
    return parse(sentence) if has_parser() else replace(sentence, tree=flat_tree(sentence.words))


def graph(tree: Tree) -> tuple[Numbers, Numbers]:
    """Labels and parents of a tree's nodes, (nodes,) both; words and what is beyond `MAX_NODES` are left out."""
    labels: list[int] = []
    parents: list[int] = []
    waiting: list[tuple[Tree, int]] = [(tree, 0)]
    while waiting and len(labels) < MAX_NODES:
        node, parent = waiting.pop()
        number = len(labels)
        labels.append(_LABEL_NUMBERS.get(node.label, 0))
        parents.append(parent)
        waiting += [(child, number) for child in reversed(node.children) if isinstance(child, Tree)]
    return np.array(labels, dtype=np.int64), np.array(parents, dtype=np.int64)


def edges_of(parents: Numbers) -> Numbers:
    """Kinds of edges (nodes, nodes), `[i, j]` being what node i sees in node j: its child, its parent or itself."""
    nodes = np.arange(len(parents))
    edges = np.full((len(parents), len(parents)), NO_EDGE, dtype=np.int64)
    edges[parents, nodes] = TO_CHILD
    edges[nodes, parents] = TO_PARENT
    edges[nodes, nodes] = SELF
    return edges


def _features(sentence: Sentence) -> Numbers:
    emphasised = [word.control.emphasis in ("moderate", "strong") for word in sentence.words]
    return np.column_stack([word_features(sentence).array, np.array(emphasised, dtype=np.int64)])


def _embed(words: tuple[Word, ...]) -> tuple[Array, Array]:
    """Vectors of the words and of the whole; punctuation is read as tokens of its own."""
    tokens: list[str] = []
    places: list[int] = []
    for word in words:
        tokens += [mark for mark in word.leading_punctuation if not mark.isspace()]
        places.append(len(tokens))
        tokens += [word.text, *(mark for mark in word.trailing_punctuation if not mark.isspace())]
    vectors = embedder().embed(tokens)
    mean = vectors.mean(axis=0)
    return vectors[places], (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)


_LABEL_NUMBERS = {label: number for number, label in enumerate(LABELS)}

"""Constituency trees: Penn brackets, pruning, binarisation, and syntactic distance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vivavoce.errors import InputError
from vivavoce.text.utterance import Tree

PUNCTUATION_TAGS = frozenset({",", ".", ":", "``", "''", '""', "-LRB-", "-RRB-", "HYPH", "NFP"})
MAX_DEPTH = 400
"""Deeper brackets are refused: a tree is walked by recursion."""

_TOKEN = re.compile(r"[()]|[^\s()]+")
_JOINT = "|"
"""Marks the label of a node that only binarisation made."""


def read_tree(text: str) -> Tree:
    """Read one tree in Penn brackets; an unlabelled outer pair, as in the Penn Treebank, becomes ROOT.

    Raises `InputError` naming the character where the brackets go wrong.
    """
    stack: list[tuple[str, list[Tree | str]]] = []
    tokens = list(_TOKEN.finditer(text))
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if token[0] == "(":
            label = tokens[position][0] if position < len(tokens) else ")"
            if label not in "()":
                position += 1
            stack.append(("ROOT" if label in "()" else label, []))
            if len(stack) > MAX_DEPTH:
                raise InputError(f"tree, character {token.start()}: deeper than {MAX_DEPTH} brackets")
        elif not stack:
            raise InputError(f"tree, character {token.start()}: {token[0]!r} outside of the brackets")
        elif token[0] == ")":
            label, children = stack.pop()
            if not children:
                raise InputError(f"tree, character {token.start()}: ({label}) holds nothing")
            if stack:
                stack[-1][1].append(Tree(label, tuple(children)))
                continue
            if position < len(tokens):
                raise InputError(f"tree, character {tokens[position].start()}: more after the end of the tree")
            return Tree(label, tuple(children))
        else:
            stack[-1][1].append(token[0])
    raise InputError(f"tree, character {len(text)}: {len(stack)} brackets left open")


def write_tree(tree: Tree) -> str:
    """One line of Penn brackets."""
    children = " ".join(child if isinstance(child, str) else write_tree(child) for child in tree.children)
    return f"({tree.label} {children})"


def leaves(tree: Tree) -> Iterator[tuple[str, str]]:
    """`(tag, word)` from left to right; the tag of a word that has none of its own is empty."""
    for child in tree.children:
        if isinstance(child, Tree):
            yield from leaves(child)
        else:
            yield (tree.label if len(tree.children) == 1 else ""), child


def strip_functions(tree: Tree) -> Tree:
    """Labels without function tags and indices: NP-SBJ=2 becomes NP; tags such as -LRB- stay."""
    label = tree.label if tree.label.startswith("-") else re.split(r"[-=|]", tree.label)[0] or tree.label
    children = (child if isinstance(child, str) else strip_functions(child) for child in tree.children)
    return Tree(label, tuple(children))


def is_punctuation(word: str, tag: str = "") -> bool:
    """Whether a leaf is not a word: by its tag, or, where it has none, by holding no letter and no digit."""
    if tag:
        return tag in PUNCTUATION_TAGS
    return word in PUNCTUATION_TAGS or not any(character.isalnum() for character in word)


def without_punctuation(tree: Tree) -> Tree | None:
    """The tree over its words alone, constituents left empty removed; None if no word is left."""
    tag = tree.label if len(tree.children) == 1 else ""
    kept: list[Tree | str] = []
    for child in tree.children:
        if isinstance(child, Tree):
            child = without_punctuation(child)
        elif is_punctuation(child, tag):
            continue
        if child is not None:
            kept.append(child)
    return Tree(tree.label, tuple(kept)) if kept else None


def collapse_unary(tree: Tree) -> Tree:
    """Every constituent over a single constituent is replaced by the lower one; tags over words stay."""
    while len(tree.children) == 1 and isinstance(tree.children[0], Tree):
        tree = tree.children[0]
    children = (child if isinstance(child, str) else collapse_unary(child) for child in tree.children)
    return Tree(tree.label, tuple(children))


def right_binarise(tree: Tree) -> Tree:
    """Two children at most everywhere: (X a b c) becomes (X a (X| b c))."""
    children = [child if isinstance(child, str) else right_binarise(child) for child in tree.children]
    while len(children) > 2:
        children[-2:] = [Tree(tree.label.removesuffix(_JOINT) + _JOINT, tuple(children[-2:]))]
    return Tree(tree.label, tuple(children))


def syntactic_distance(tree: Tree) -> list[int]:
    """One value a word: the height of the lowest common ancestor of each word and the word before.

    Punctuation is pruned, unary nodes collapsed, the tree right-binarised; a word's height is 0 and
    the first value is 0. Empty for a tree of punctuation alone. Source: "Dynamic prosody generation
    using linguistics-driven acoustic embedding selection" (arXiv 1912.00955).
    """
    pruned = without_punctuation(tree)
    return word_distances(pruned) if pruned else []


def word_distances(tree: Tree) -> list[int]:
    """As `syntactic_distance`, for a tree over spoken words alone, such as `Sentence.tree`: every leaf counts."""
    return _distances(collapse_unary(tree))[0]


def _distances(tree: Tree) -> tuple[list[int], int]:
    """Distances within a tree and its height, binarised on the way so that flat trees need no depth."""
    parts = [([0], 0) if isinstance(child, str) else _distances(child) for child in tree.children]
    distances, height = parts[-1]
    for left, left_height in reversed(parts[:-1]):
        height = max(left_height, height) + 1
        distances = [*left, height, *distances[1:]]
    return distances, height


def tree_from_distances(words: Sequence[str], distances: Sequence[float], label: str = "X") -> Tree:
    """The binary tree whose syntactic distances rank as `distances` do; the first value is ignored.

    Raises `InputError` if the counts differ, there is no word, or a span has two maxima (no tree ranks so).
    """
    if len(words) != len(distances) or not words:
        raise InputError(f"distances: {len(distances)} values for {len(words)} words, one for each is needed")
    return _split(words, distances, 0, len(words), label)


def _split(words: Sequence[str], distances: Sequence[float], start: int, end: int, label: str) -> Tree:
    if end - start == 1:
        return Tree(label, (words[start],))
    inner = distances[start + 1 : end]
    at = start + 1 + inner.index(max(inner))
    if list(inner).count(distances[at]) > 1:
        raise InputError(f"distances, words {start} to {end - 1}: the maximum {distances[at]} occurs twice")
    return Tree(label, (_split(words, distances, start, at, label), _split(words, distances, at, end, label)))

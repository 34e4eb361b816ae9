"""Trees as labelled spans: what a chart parser scores, decodes and is judged by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from vivavoce.text.utterance import Tree

Spans = dict[tuple[int, int], tuple[str, ...]]
"""Leaf `start` to `end` (excluded) -> labels over that span, outermost first."""
Scores = npt.NDArray[np.float32]


def spans_of(tree: Tree) -> Spans:
    """The labelled spans of a tree over its leaves; labels of single words (tags) are left out."""
    spans: Spans = {}
    _collect(tree, 0, spans)
    return spans


def _collect(tree: Tree, start: int, spans: Spans) -> int:
    if all(isinstance(child, str) for child in tree.children) and len(tree.children) == 1:
        return start + 1
    end = start
    for child in tree.children:
        end = end + 1 if isinstance(child, str) else _collect(child, end, spans)
    spans[start, end] = (tree.label, *spans.get((start, end), ()))
    return end


def tree_of(spans: Spans, leaves: Sequence[tuple[str, str]], root: str = "ROOT") -> Tree:
    """The tree with these spans, which must not cross, over `(tag, word)` leaves."""
    by_start: list[list[tuple[int, tuple[str, ...]]]] = [[] for _ in leaves]
    for start, end in sorted(spans, key=lambda span: span[1]):
        by_start[start].append((end, spans[start, end]))
    return Tree(root, tuple(_children(by_start, leaves, 0, len(leaves))))


def _children(
    by_start: list[list[tuple[int, tuple[str, ...]]]], leaves: Sequence[tuple[str, str]], start: int, end: int
) -> list[Tree]:
    """The constituents that tile a span; each span is taken from `by_start` as it is used, widest first."""
    children: list[Tree] = []
    while start < end:
        if by_start[start] and by_start[start][-1][0] <= end:
            stop, labels = by_start[start].pop()
            inner = _children(by_start, leaves, start, stop)
            for label in reversed(labels):
                inner = [Tree(label, tuple(inner))]
            children += inner
            start = stop
        else:
            tag, word = leaves[start]
            children.append(Tree(tag, (word,)))
            start += 1
    return children


def onto(spans: Spans, kept: Iterable[int], count: int) -> Spans:
    """Spans over `count` tokens as spans over the `kept` tokens alone; labels that fall together stack up."""
    below = [0] * (count + 1)
    for number in kept:
        below[number + 1] = 1
    for number in range(count):
        below[number + 1] += below[number]
    moved: Spans = {}
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        place = below[start], below[end]
        if place[0] < place[1]:
            moved[place] = (*moved.get(place, ()), *spans[start, end])
    return moved


def over_tokens(spans: Spans, leaves: Sequence[int]) -> Spans:
    """Spans over leaves as spans over all tokens, `leaves` being the tokens that are leaves."""
    return {(leaves[start], leaves[end - 1] + 1): labels for (start, end), labels in spans.items() if labels}


def best_splits(scores: Scores, lengths: npt.NDArray[np.int64] | None = None) -> list[list[tuple[int, int]]]:
    """CKY: for each sentence of a batch the spans of the binary tree with the largest sum of scores.

    `scores` is (batch, leaves + 1, leaves + 1), the score of leaf `start` to leaf `end`; `lengths` (batch,)
    are the true numbers of leaves. Spans come outermost first. Takes leaves² vector steps.
    """
    batch: int = scores.shape[0]
    size: int = scores.shape[1]
    count = size - 1
    at = np.arange(count)
    by_left = np.full((batch, size, size), -np.inf, dtype=np.float32)
    by_right = by_left.copy()
    splits = np.zeros((batch, size, size), dtype=np.int64)
    by_left[:, at, 1] = by_right[:, at + 1, 1] = scores[:, at, at + 1]
    for width in range(2, size):
        starts = np.arange(size - width)
        ends = starts + width
        totals = by_left[:, : size - width, 1:width] + by_right[:, width:, width - 1 : 0 : -1]
        splits[:, starts, ends] = totals.argmax(axis=2) + starts + 1
        best = totals.max(axis=2) + scores[:, starts, ends]
        by_left[:, starts, width] = best
        by_right[:, ends, width] = best
    ends_of = lengths if lengths is not None else np.full(batch, count)
    return [_follow(splits[item].tolist(), int(ends_of[item])) for item in range(batch)]


def _follow(splits: list[list[int]], count: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    open_spans = [(0, count)]
    while open_spans:
        start, end = open_spans.pop()
        spans.append((start, end))
        if end - start > 1:
            middle = splits[start][end]
            open_spans += [(middle, end), (start, middle)]
    return spans

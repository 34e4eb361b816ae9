from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.text.test_syntax import trees
from vivavoce.text.spans import best_splits, onto, over_tokens, spans_of, tree_of
from vivavoce.text.syntax import leaves, read_tree, write_tree
from vivavoce.text.utterance import Tree


@given(trees)
def test_a_tree_is_its_spans(tree: Tree) -> None:
    assert tree_of(spans_of(tree), list(leaves(tree)), "TOP") == Tree("TOP", (tree,))


def test_labels_over_one_span_are_kept_outermost_first() -> None:
    tree = read_tree("(S (VP (VB Go) (NP (PRP it))))")
    assert spans_of(tree) == {(0, 2): ("S", "VP"), (1, 2): ("NP",)}


def test_leaving_out_leaves_stacks_the_labels_that_fall_together() -> None:
    spans = spans_of(read_tree("(S (NP (NP (NN John)) (, ,)) (VP (VBD left)) (. .))"))
    assert onto(spans, [0, 2], 4) == {(0, 2): ("S",), (0, 1): ("NP", "NP"), (1, 2): ("VP",)}
    assert onto(spans, [1], 4) == {(0, 1): ("S", "NP")}
    assert over_tokens({(0, 2): ("S",), (0, 1): ()}, [0, 2]) == {(0, 3): ("S",)}


@given(st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_cky_finds_the_best_of_all_binary_trees(count: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(count + 1, count + 1)).astype(np.float32)
    (found,) = best_splits(scores[None])
    total = sum(float(scores[span]) for span in found)
    assert np.isclose(total, max(sum(float(scores[s]) for s in tree) for tree in _all_trees(0, count)), atol=1e-4)


def _all_trees(start: int, end: int) -> list[list[tuple[int, int]]]:
    if end - start == 1:
        return [[(start, end)]]
    return [
        [(start, end), *left, *right]
        for middle in range(start + 1, end)
        for left in _all_trees(start, middle)
        for right in _all_trees(middle, end)
    ]


def test_sentences_of_a_batch_do_not_disturb_each_other() -> None:
    scores = np.random.default_rng(0).normal(size=(3, 9, 9)).astype(np.float32)
    together = best_splits(scores, np.array([8, 5, 1]))
    for row, length in enumerate((8, 5, 1)):
        assert together[row] == best_splits(scores[row : row + 1, : length + 1, : length + 1])[0]


def test_a_long_sentence_is_decoded_into_spans_that_nest() -> None:
    scores = np.random.default_rng(1).normal(size=(1, 121, 121)).astype(np.float32)
    (spans,) = best_splits(scores)
    assert len(spans) == 2 * 120 - 1
    assert all(outer[0] <= inner[0] for outer, inner in pairwise(spans))
    tree = tree_of(dict.fromkeys(spans, ("X",)), [("NN", str(number)) for number in range(120)])
    assert write_tree(tree).count("(NN ") == 120

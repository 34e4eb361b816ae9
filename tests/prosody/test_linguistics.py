from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.prosody.linguistics import (
    LABELS,
    MAX_NODES,
    SELF,
    TO_CHILD,
    TO_PARENT,
    WORD_FEATURES,
    describe,
    edges_of,
    graph,
)
from vivavoce.text import analyse
from vivavoce.text.syntax import read_tree


def test_graph_holds_constituents_and_tags_but_no_words():
    labels, parents = graph(read_tree("(S (NP (PRP She)) (VP (VBD left)))"))
    assert [LABELS[number] for number in labels] == ["S", "NP", "PRP", "VP", "VBD"]
    assert parents.tolist() == [0, 0, 1, 0, 3]


def test_unknown_labels_are_other_and_large_trees_are_cut():
    labels, _ = graph(read_tree("(S (QQQ a))"))
    assert LABELS[labels[1]] == "other"
    wide = read_tree("(S " + " ".join("(NN a)" for _ in range(2 * MAX_NODES)) + ")")
    assert len(graph(wide)[0]) == MAX_NODES


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_edges_go_both_ways(raw: list[int]):
    parents = np.array([0, *(value % (i + 1) for i, value in enumerate(raw))])
    edges = edges_of(parents)
    assert (np.diag(edges) == SELF).all()
    assert ((edges == TO_PARENT) == (edges == TO_CHILD).T).all()
    assert (edges == TO_CHILD).sum() == len(parents) - 1


@pytest.mark.parametrize("text", ["Yes.", "Does he wear a black suit or a blue one?", "word " * 299 + "word."])
def test_every_word_is_described(text: str):
    for sentence in analyse(text).sentences:
        found = describe(sentence)
        count = len(sentence.words)
        assert found.words.shape == (count, 384)
        assert found.sentence @ found.sentence == pytest.approx(1.0, abs=1e-4)
        assert found.features.shape == (count, len(WORD_FEATURES))
        assert (found.features < np.array(WORD_FEATURES)).all()
        assert len(found.distances) == count
        assert len(found.labels) == len(found.parents) <= MAX_NODES


def test_question_mark_and_emphasis_are_seen():
    asked, told = (describe(analyse(text).sentences[0]) for text in ("He left?", "He left."))
    assert not np.allclose(asked.sentence, told.sentence, atol=1e-3)
    marked = describe(analyse('<speak>He <emphasis level="strong">left</emphasis>.</speak>').sentences[0])
    assert marked.features[:, -1].tolist() == [0, 1]
    assert told.features[:, -1].tolist() == [0, 0]

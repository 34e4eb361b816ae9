"""The shipped parser, or what stands in its place where a sentence cannot be parsed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.blocks import addons
from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.text.parse import MAX_LEAVES, flat_tree, parse, parse_all, parser
from vivavoce.text.parser_input import fences, is_separator, parser_input, shape
from vivavoce.text.syntax import leaves, syntactic_distance, word_distances, write_tree
from vivavoce.text.utterance import Sentence, Tree

needs_parser = pytest.mark.skipif("parser" not in addons(), reason="no parser addon here")


def parsed(text: str) -> Sentence:
    (sentence,) = analyse(text).sentences
    return parse(sentence)


def tree(text: str) -> Tree:
    found = parsed(text).tree
    assert found is not None
    return found


@needs_parser
def test_the_articles_sentence_has_the_articles_distances() -> None:
    found = tree("The brown fox is quick, and it is jumping over the lazy dog.")
    assert word_distances(found) == [0, 2, 1, 3, 1, 8, 7, 6, 5, 4, 3, 2, 1]
    assert write_tree(found) == (
        "(ROOT (S (S (NP (DT The) (JJ brown) (NN fox)) (VP (VBZ is) (ADJP (JJ quick)))) (CC and) "
        "(S (NP (PRP it)) (VP (VBZ is) (VP (VBG jumping) (PP (IN over) (NP (DT the) (JJ lazy) (NN dog))))))))"
    )


@needs_parser
@pytest.mark.parametrize("text", ["Go!", "Don't go.", "A well-known man can't sing.", "It costs $5.99 now."])
def test_a_word_is_one_leaf(text: str) -> None:
    sentence = parsed(text)
    assert sentence.tree is not None
    assert [word for _, word in leaves(sentence.tree)] == [word.text for word in sentence.words]
    assert [tag for tag, _ in leaves(sentence.tree)] == [word.tag for word in sentence.words]
    assert len(word_distances(sentence.tree)) == len(sentence.words)


@needs_parser
@given(
    st.lists(
        st.sampled_from(
            ["the", "old", "man", "saw,", "a", "dog's", "-", "5", "&", "(why)", "not?", '"so"', "e.g.", "π"]
        ),
        max_size=12,
    )
)
@settings(max_examples=40)
def test_any_words_have_a_tree_with_a_distance_for_each(words: list[str]) -> None:
    try:
        utterance = parse_all(analyse(" ".join(words)))
    except InputError:
        return
    for sentence in utterance.sentences:
        assert sentence.tree is not None
        distances = word_distances(sentence.tree)
        assert len(distances) == len(sentence.words)
        assert distances[0] == 0
        assert all(distances[1:])


@needs_parser
def test_sounds_stay_as_they_were() -> None:
    (before,) = analyse("They record a record and read it.").sentences
    after = parse(before)
    assert after.phonemes == before.phonemes
    assert [word.span for word in after.words] == [word.span for word in before.words]


def test_what_is_too_long_to_be_parsed_is_flat_and_noticed() -> None:
    words = analyse("so " * 50).sentences[0].words
    long = Sentence(words * 3, (0, 1))
    flat = parse(long)
    assert flat.tree == flat_tree(long.words)
    assert flat.tree is not None
    assert len(syntactic_distance(flat.tree)) == 150 > MAX_LEAVES
    assert parse(Sentence((), (0, 0))).tree is None


def test_an_addon_that_is_missing_is_named() -> None:
    with pytest.raises(InputError, match='no addon "absent"'):
        parser("absent")


def test_what_the_parser_reads() -> None:
    read = parser_input(["Well", ",", "-LRB-", "He", "left", "''", "."])
    assert read.layers.shape == (7, 7, 384)
    assert read.leaves.tolist() == [0, 2, 3, 4]
    assert fences(read.leaves, 7).tolist() == [[0, 1], [2, 2], [3, 4], [4, 5], [7, 6]]
    assert [shape(word) for word in ("fox", "He", "USA", "A", "iPod", "3.5", "B2", "-")] == [1, 2, 3, 4, 5, 6, 7, 0]
    assert is_separator("'", "''")
    assert not is_separator("'", "POS")

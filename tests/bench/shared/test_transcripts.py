import pytest
from bench.shared.transcripts import WordErrors, compare, edit_distance
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=8)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "errors"),
    [
        ("", "", 0),
        ("the cat sat", "the cat sat", 0),
        ("the cat sat", "the bat sat", 1),
        ("the cat sat", "the sat", 1),
        ("the cat sat", "the big cat sat", 1),
        ("the cat sat", "", 3),
        ("", "hello there", 2),
    ],
)
def test_edit_distance_counts_words(reference: str, hypothesis: str, errors: int) -> None:
    assert edit_distance(reference.split(), hypothesis.split()) == errors


@given(WORDS, WORDS)
def test_edit_distance_is_a_metric_bounded_by_the_longer_list(one: list[str], other: list[str]) -> None:
    distance = edit_distance(one, other)
    assert distance == edit_distance(other, one)
    assert (distance == 0) == (one == other)
    assert abs(len(one) - len(other)) <= distance <= max(len(one), len(other))


@pytest.mark.parametrize(
    ("meant", "heard"),
    [
        ("Mr. Hale paid twelve dollars.", "mister Hale paid $12"),
        ("In seventeen ninety-one, it rained!", "in 1791 it rained"),
        ("It\u2019s the neighbour\u2019s colour", "it's the neighbor's color"),
        ("a well-known one-half", "A well known, one half."),
    ],
)
def test_spelling_is_no_error(meant: str, heard: str) -> None:
    pytest.importorskip("whisper_normalizer")
    assert compare(meant, heard).errors == 0


def test_errors_are_counted_against_the_words_that_were_meant() -> None:
    pytest.importorskip("whisper_normalizer")
    assert compare("The green boat left.", "the green goat left early") == WordErrors(errors=2, words=4)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.text import analyse
from vivavoce.text.layout import stretches
from vivavoce.text.split import MAX_CHARACTERS, sentences, split_range


def cut(text: str) -> list[str]:
    return [text[start:end] for part in stretches(text) for start, end in sentences(text, part.start, part.end)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Hello there.", "How are you?", "Fine!"],
        ["Mr. Smith went to St. Paul.", "He left at 5 p.m.", "Then he slept."],
        ['He said "Stop!" and left.', "So did she."],
        ["Wait... what?"],
        ["The U.S. is big.", "It is."],
        ["No way!?", "Yes."],
        ["Visit example.com.", "Thanks."],
        ["I like J. R. R. Tolkien.", "He wrote."],
        ["It cost $5.99.", "That's cheap."],
        ['She asked, "Why?"', "He did not say."],
        ["See fig. 3 and p. 12.", "Then go on."],
        ["He lives on Elm St.", "The house is old."],
    ],
)
def test_sentences_end_where_they_do(expected: list[str]) -> None:
    assert cut(" ".join(expected)) == expected


def test_blank_lines_and_items_of_a_list_end_a_sentence() -> None:
    assert cut("A title\n\nSome text\ngoes on\n\n- a thing\n- another\n1. First") == [
        "A title", "Some text\ngoes on", "a thing", "another", "1. First",
    ]  # fmt: skip


@given(st.text('ab ,;\n"', max_size=200))
def test_sentences_are_in_order_and_leave_out_only_space(text: str) -> None:
    done = 0
    for part in stretches(text):
        for start, end in sentences(text, part.start, part.end):
            assert not text[done:start].strip()
            assert start < end
            done = end
    assert not text[done:].strip()


def test_a_stretch_without_an_end_is_cut_at_a_clause() -> None:
    text = "word, " * 1000
    ranges = list(split_range(text, 0, len(text)))
    assert all(end - start <= MAX_CHARACTERS for start, end in ranges)
    assert all(text[start:end].endswith(",") for start, end in ranges)


def test_a_sentence_too_long_to_speak_at_once_is_several() -> None:
    found = analyse("and so on and on, " * 40).sentences
    assert len(found) > 1
    assert all(len(sentence.words) <= 60 for sentence in found)
    assert sum(len(sentence.words) for sentence in found) == 200

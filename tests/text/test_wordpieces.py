import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.text.wordpieces import UNKNOWN, vocabulary, word_pieces


def pieces(word: str) -> list[str]:
    names = {number: piece for piece, number in vocabulary().items()}
    return [names[number] for number in word_pieces(word)]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("fox", ["fox"]),
        ("Tokenization", ["token", "##ization"]),
        ("naïve", ["naive"]),
        ("don't", ["don", "'", "t"]),
        ("well-known", ["well", "-", "known"]),
        ("$3.50", ["$", "3", ".", "50"]),
        ("日本", ["日", "本"]),
        ("a\u200bb", ["ab"]),
        ("", ["[UNK]"]),
        ("\U0001f600", ["[UNK]"]),
        ("x" * 5000, ["[UNK]"]),
    ],
)
def test_words_are_cut_as_bert_cuts_them(word: str, expected: list[str]) -> None:
    assert pieces(word) == expected


def test_the_vocabulary_is_whole() -> None:
    known = vocabulary()
    assert len(known) == 30522
    assert [known[name] for name in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "the")] == [0, 100, 101, 102, 1996]


@given(st.text(max_size=40))
def test_every_word_has_pieces_of_the_vocabulary(word: str) -> None:
    found = word_pieces(word)
    assert found
    assert all(0 <= number < 30522 for number in found)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_known_pieces_spell_the_word(word: str) -> None:
    if UNKNOWN not in word_pieces(word):
        assert "".join(piece.removeprefix("##") for piece in pieces(word)) == word

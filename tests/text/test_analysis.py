import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.text.analysis import iter_sentences
from vivavoce.text.phonemes import SYMBOLS

HOSTILE = st.text(st.one_of(st.sampled_from("aA1 .,$%-'\"()@/:\n\0\u200d😀你مπé"), st.characters()), max_size=40)


@given(st.one_of(HOSTILE, st.text("abc XYZ 1234 .,!?$£-'/%:", max_size=60)))
@settings(max_examples=150)
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        utterance = analyse(text, markup=False)
    except InputError as error:
        assert str(error).startswith("nothing to say")
        assert "\n" not in str(error)
        return
    size = len(text.encode("utf-8", "surrogatepass"))
    for sentence in utterance.sentences:
        assert 0 <= sentence.span[0] < sentence.span[1] <= size
        assert set(sentence.phonemes) <= set(SYMBOLS)
        for word in sentence.words:
            assert sentence.span[0] <= word.span[0] <= word.span[1] <= sentence.span[1]
            assert word.text
            assert word.tag
            assert word.phonemes
    assert all("\n" not in notice and notice.isprintable() for notice in utterance.notices)


@given(st.lists(st.sampled_from(["the", "brown", "fox", "jumps", "over", "lazy", "dogs"]), min_size=1, max_size=20))
def test_plain_words_are_their_own_bytes(words: list[str]) -> None:
    text = " ".join(words) + "."
    (sentence,) = analyse(text).sentences
    assert [text[slice(*word.span)] for word in sentence.words] == words
    assert all(left.span[1] < right.span[0] for left, right in pairwise(sentence.words))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "nothing to say: the text is empty"),
        (" \n\t", "nothing to say: the text is empty"),
        ("?!... ,,", "nothing to say: the text holds only punctuation (?!...,,)"),
        ("😀🎉", "nothing to say: the text holds only emoji and symbols"),
        ("مرحبا", "nothing to say: the text holds only Arabic text"),
        ("你好世界", "nothing to say: the text holds only Chinese text"),
        ("\0\x07", "nothing to say: the text holds only control and unassigned characters"),
        ("a" * (8 * 1024**2 + 1), "the text has more than 8 MB; speak it in parts"),
    ],
)
def test_nothing_to_say_is_said(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        analyse(text)
    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    ("text", "words", "notice"),
    [
        ("Hi 😀 there", "Hi there", "line 1, column 4: emoji and symbols left out: 😀"),
        ("Hi\n你好 there", "Hi there", "line 2, column 1: Chinese text left out: 你好"),
        ("Hi \0there", "Hi there", "line 1, column 4: control and unassigned characters left out: '\\x00'"),
    ],
)
def test_what_is_left_out_is_noticed_with_its_place(text: str, words: str, notice: str) -> None:
    utterance = analyse(text)
    assert " ".join(sentence.text for sentence in utterance.sentences) == words
    assert utterance.notices == (notice,)


def test_a_word_of_five_thousand_letters_is_read_in_pieces() -> None:
    utterance = analyse("x" + "ab" * 2500)
    assert len(utterance.notices) == 1
    assert "words of more than 24 letters read in pieces" in utterance.notices[0]
    assert sum(len(word.text) for sentence in utterance.sentences for word in sentence.words) == 5001


def test_no_word_grows_past_what_a_voice_reads_at_once() -> None:
    for text in ("ABC" * 1000, ".b/" + "a.b/" * 300):
        words = [word for sentence in analyse(text).sentences for word in sentence.words]
        assert max(len(word.phonemes) for word in words) < 100


def test_the_first_sentence_of_a_megabyte_comes_at_once() -> None:
    text = "Hello there, how are you? " * 40_000
    began = time.process_time()
    first = next(iter_sentences(text))
    assert first.text == "Hello there, how are you?"
    assert time.process_time() - began < 3.0


def test_the_language_chooses_the_sounds() -> None:
    assert analyse("water", language="en-GB").sentences[0].phonemes == "wˈɔːtə"
    assert analyse("water", language="en").sentences[0].phonemes == "wˈɔTəɹ"
    with pytest.raises(InputError, match="language 'de' cannot be pronounced"):
        analyse("Wasser", language="de")


def test_punctuation_stays_with_its_words() -> None:
    (sentence,) = analyse('"Well," she said (softly) — "no…"').sentences
    assert sentence.text == sentence.text.strip()
    assert sentence.words[0].trailing_punctuation.startswith(",")
    assert [word.text for word in sentence.words] == ["Well", "she", "said", "softly", "no"]


def test_what_is_no_text_is_refused() -> None:
    for read in (analyse, iter_sentences):
        with pytest.raises(InputError, match="a text is a str, not bytes"):
            list(read(b"hi"))  # type: ignore[arg-type]

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.text.utterance import Sentence, Word
from vivavoce.text.word_features import (
    COMPOUND_PLACES,
    PARTS_OF_SPEECH,
    PUNCTUATION,
    WORD_CLASSES,
    WordFeatures,
    word_features,
)


def sentence(*words: tuple[str, str] | tuple[str, str, str]) -> Sentence:
    """Words as (text, tag, punctuation after)."""
    spoken = tuple(
        Word(text, (0, 1), "a", tag, trailing_punctuation=after[0] if after else "") for text, tag, *after in words
    )
    return Sentence(spoken, (0, 1))


def named(vocabulary: tuple[str, ...], numbers: np.ndarray) -> list[str]:
    return [vocabulary[number] for number in numbers]


def test_open_and_closed_classes() -> None:
    features = word_features(
        sentence(("She", "PRP"), ("hasn't", "VBZ"), ("slowly", "RB"), ("walked", "VBN"), ("to", "TO"), ("Rome", "NNP"))
    )
    assert named(WORD_CLASSES, features.word_class) == ["closed", "closed", "open", "open", "closed", "open"]
    assert named(PARTS_OF_SPEECH, features.part_of_speech) == ["PRP", "VBZ", "RB", "VBN", "TO", "NNP"]


def test_compounds_end_at_punctuation_and_possessives() -> None:
    features = word_features(
        sentence(
            ("The", "DT"), ("school", "NN"), ("bus", "NN"), ("driver", "NN"), ("saw", "VBD"), ("John's", "NNP"),
            ("coffee", "NN"), ("cup", "NN", ","), ("tables", "NNS"), ("and", "CC"), ("chairs", "NNS", "."),
        )
    )  # fmt: skip
    assert named(COMPOUND_PLACES, features.compound) == [
        "none", "first", "middle", "last", "none", "none", "first", "last", "none", "none", "none",
    ]  # fmt: skip


def test_punctuation_on_both_sides() -> None:
    words = sentence(("Well", "UH", ","), ("no", "UH", " —"), ("really", "RB", '?"'))
    quoted = Sentence(
        (Word("Oh", (0, 1), "a", "UH", leading_punctuation='"', trailing_punctuation="…"), *words.words), (0, 1)
    )
    features = word_features(quoted)
    assert named(PUNCTUATION, features.punctuation_before) == ["quote", "ellipsis", "comma", "dash"]
    assert named(PUNCTUATION, features.punctuation_after) == ["ellipsis", "comma", "dash", "question"]


def test_no_words_no_features() -> None:
    assert word_features(Sentence((), (0, 0))).array.shape == (0, 5)


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=8), st.sampled_from([*PARTS_OF_SPEECH, "XX"]), st.text(max_size=3)))
)
def test_every_number_is_in_its_vocabulary(words: list[tuple[str, str, str]]) -> None:
    array = word_features(sentence(*words)).array
    assert array.shape == (len(words), 5)
    assert (array >= 0).all()
    assert (array < np.array(WordFeatures.SIZES)).all()

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vivavoce.text import analyse
from vivavoce.text.utterance import Control, Mark, Sentence
from vivavoce.voice.controls import token_controls
from vivavoce.voice.timing import nearest_units, speech_marks, whole_units
from vivavoce.voice.tokens import tokenise

SENTENCE = analyse("We wanted coffee, and pie.").sentences[0]


def with_control(sentence: Sentence, word: int, control: Control) -> Sentence:
    words = list(sentence.words)
    words[word] = replace(words[word], control=control)
    return replace(sentence, words=tuple(words))


@given(st.lists(st.floats(0.0, 60.0), min_size=1, max_size=60))
@example([1.5, 0.0, 0.0])
def test_lengths_are_whole_and_do_not_drift(wanted: list[float]) -> None:
    units = whole_units(np.array(wanted))
    assert (units >= 1).all()
    least = np.maximum(wanted, 1.0)
    assert abs(units.sum() - least.sum()) <= 1.0
    assert np.abs(units - least).max() <= 1.0


@given(st.lists(st.floats(0.0, 60.0), min_size=1, max_size=60))
@example([1.5, 0.0, 0.0])
@example([1.5, 1.5, 1.5])
def test_nearest_lengths_add_up_and_are_nearer_than_ends_in_place(wanted: list[float]) -> None:
    units, least = nearest_units(np.array(wanted)), np.maximum(wanted, 1.0)
    assert (units >= 1).all()
    assert np.abs(units - least).max() <= 1.0
    assert abs(units.sum() - least.sum()) <= 0.5 + 1e-9
    assert np.abs(units - least).sum() <= np.abs(whole_units(np.array(wanted)) - least).sum() + 1e-9 or (
        whole_units(np.array(wanted)).sum() != units.sum()
    )


def test_each_length_is_the_nearest_where_the_sum_allows() -> None:
    wanted = np.array([2.4, 3.4, 2.6, 5.6])
    assert nearest_units(wanted).tolist() == [2, 3, 3, 6]
    assert whole_units(wanted).tolist() == [2, 4, 2, 6]


def test_a_break_lasts_what_was_asked() -> None:
    words = list(SENTENCE.words)
    words[0] = replace(words[0], break_s=0.7)
    sentence = replace(SENTENCE, words=tuple(words))
    tokens = tokenise(sentence)
    silence = token_controls(sentence, tokens).silence_s
    gap = np.flatnonzero(tokens.gaps)[1]
    assert silence[gap] == np.float32(0.7)
    assert (np.delete(silence, gap) == -1).all()


def test_emphasis_is_higher_slower_and_louder_on_its_word_alone() -> None:
    sentence = with_control(SENTENCE, 2, Control(emphasis="strong"))
    tokens = tokenise(sentence)
    controls = token_controls(sentence, tokens)
    marked = tokens.words == 2
    assert (controls.rate[marked] < 1).all()
    assert (controls.pitch_shift[marked] > 0).all()
    assert (controls.gain[marked] > 0).all()
    assert (controls.rate[~marked] == 1).all()
    assert (controls.pitch_shift[~marked] == 0).all()


def test_semitones_are_nepers() -> None:
    sentence = with_control(SENTENCE, 0, Control(pitch_semitones=12.0))
    tokens = tokenise(sentence)
    assert token_controls(sentence, tokens).pitch_shift[tokens.words == 0] == pytest.approx(np.log(2))


def test_marks_are_in_order_and_carry_their_bytes() -> None:
    sentence = replace(SENTENCE, marks=(Mark("here", 1), Mark("end", 5)))
    tokens = tokenise(sentence)
    durations = np.full(len(tokens.symbols), 4)
    marks = speech_marks(sentence, tokens, np.cumsum(durations) * 0.01)
    words = [mark for mark in marks if mark.type == "word"]
    assert [mark.value for mark in words] == [word.text for word in SENTENCE.words]
    source = b"We wanted coffee, and pie."
    assert [source[mark.start : mark.end].decode() for mark in words] == ["We", "wanted", "coffee", "and", "pie"]
    assert all(a.end_s <= b.time_s for a, b in itertools.pairwise(words))
    named = {mark.value: mark.time_s for mark in marks if mark.type == "ssml"}
    assert named["here"] == words[1].time_s
    assert named["end"] == pytest.approx(durations.sum() * 0.01)


def test_the_pause_hidden_in_a_last_sound_is_not_marked() -> None:
    tokens = tokenise(SENTENCE)
    ends = np.arange(1, len(tokens.symbols) + 1) * 0.5
    marks = {m.value: m for m in speech_marks(SENTENCE, tokens, ends, longest_end_s=0.2) if m.type == "word"}
    coffee = np.flatnonzero(tokens.words == SENTENCE.words.index(next(w for w in SENTENCE.words if w.text == "coffee")))
    assert marks["coffee"].time_s == ends[coffee[0] - 1]
    assert marks["coffee"].end_s == pytest.approx(ends[coffee[-1] - 1] + 0.2)

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.text import analyse
from vivavoce.text.utterance import Control, Mark, Sentence
from vivavoce.voice.clock import Clock
from vivavoce.voice.controls import token_controls
from vivavoce.voice.timing import MOST_END_FRAMES, frame_durations, speech_marks
from vivavoce.voice.tokens import tokenise

SENTENCE = analyse("We wanted coffee, and pie.").sentences[0]


def with_control(sentence: Sentence, word: int, control: Control) -> Sentence:
    words = list(sentence.words)
    words[word] = replace(words[word], control=control)
    return replace(sentence, words=tuple(words))


@given(st.lists(st.floats(0.0, 4.0), min_size=2, max_size=60), st.floats(0.25, 4.0))
def test_durations_are_whole_and_do_not_drift(log_durations: list[float], rate: float) -> None:
    logs = np.array(log_durations, np.float32)
    gaps = np.arange(len(logs)) % 3 == 0
    none = np.full(len(logs), -1, np.int64)
    durations = frame_durations(logs, gaps, np.full(len(logs), rate, np.float32), none)
    assert (durations[~gaps] >= 1).all()
    assert (durations >= 0).all()
    wanted = np.expm1(logs) / rate
    wanted = np.where(gaps, np.where(wanted < 1, 0, wanted), np.maximum(wanted, 1))
    wanted[-1] = min(wanted[-1], MOST_END_FRAMES) if gaps[-1] else wanted[-1]
    assert abs(durations.sum() - wanted.sum()) <= 1 + 0.01 * len(logs)


def test_a_break_lasts_what_was_asked() -> None:
    words = list(SENTENCE.words)
    words[0] = replace(words[0], break_s=0.7)
    sentence = replace(SENTENCE, words=tuple(words))
    tokens = tokenise(sentence)
    controls = token_controls(sentence, tokens)
    silence = controls.tensors(Clock(24_000, 240), 5)["silence"][0]
    gap = np.flatnonzero(tokens.gaps)[1]
    assert silence[gap] == 70
    assert silence[0] == 5
    assert (np.delete(silence, gap)[1:] == -1).all()
    assert controls.silence_s[0] == -1, "what is frozen is not written into"
    assert controls.tensors(Clock(16_000, 200), 4)["silence"][0, gap] == 56


@pytest.mark.parametrize(("asked", "frames"), [(-1, 25), (70, 70), (0, 0)])
def test_nobody_waits_at_the_end_unless_it_was_asked(asked: int, frames: int) -> None:
    logs = np.log1p(np.array([80.0, 10.0, 80.0], np.float32))
    gaps, rate = np.array([True, False, True]), np.ones(3, np.float32)
    assert frame_durations(logs, gaps, rate, np.array([-1, -1, asked])).tolist() == [80, 10, frames]


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
    marks = speech_marks(sentence, tokens, 2.0 + np.cumsum(durations) * 0.01, begin_s=2.0)
    words = [mark for mark in marks if mark.type == "word"]
    assert [mark.value for mark in words] == [word.text for word in SENTENCE.words]
    source = b"We wanted coffee, and pie."
    assert [source[mark.start : mark.end].decode() for mark in words] == ["We", "wanted", "coffee", "and", "pie"]
    assert all(a.end_s <= b.time_s for a, b in itertools.pairwise(words))
    named = {mark.value: mark.time_s for mark in marks if mark.type == "ssml"}
    assert named["here"] == words[1].time_s
    assert named["end"] == pytest.approx(2.0 + durations.sum() * 0.01)

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.prosody.alignment import whole_sentence
from vivavoce.prosody.pacing import SHORTEST_COPY, SHORTEST_PAUSE, SLOWEST, ease_durations, paced_path
from vivavoce.voice.tokens import Tokens, tokenise

GAPS = np.array([True, False, False, True, False, True])
TRUTH = np.array([6, 7, 12, 0, 9, 8])


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return tokenise(whole_sentence("Go on. Go now.", "en-US"))


def scores_of(durations: np.ndarray, clarity: float) -> np.ndarray:
    """Log probabilities (frames, tokens) of a path that is heard that clearly."""
    scores = np.full((durations.sum(), len(durations)), -clarity, np.float32)
    scores[np.arange(durations.sum()), np.repeat(np.arange(len(durations)), durations)] = 0.0
    return scores


def test_what_is_heard_clearly_is_followed_whatever_is_expected():
    np.testing.assert_array_equal(paced_path(scores_of(TRUTH, 20.0), GAPS, np.full(6, 5.0, np.float32)), TRUTH)


def test_what_is_heard_badly_takes_the_expected_lengths():
    expected = np.array([0, 4, 16, 0, 10, 0], np.float32)
    path = paced_path(np.zeros((30, 6), np.float32), GAPS, expected)
    assert path.sum() == 30
    assert not path[GAPS].any()
    assert path[1] < path[4] < path[2]


@given(st.lists(st.integers(1, 40), min_size=3, max_size=3), st.integers(0, 30), st.floats(0.2, 60.0))
def test_every_sound_has_a_frame_and_no_frame_is_lost(sounds: list[int], pause: int, expected: float):
    durations = np.array([3, sounds[0], sounds[1], pause, sounds[2], 2])
    path = paced_path(scores_of(durations, 2.0), GAPS, np.full(6, expected, np.float32))
    assert path.sum() == durations.sum()
    assert (path[~GAPS] > 0).all()


def test_too_few_frames_for_the_sounds():
    with pytest.raises(ValueError, match="2 frames cannot hold 3 sounds"):
        paced_path(np.zeros((2, 6), np.float32), GAPS, np.ones(6, np.float32))


def test_pauses_and_phrases_last_as_in_the_source_and_words_divide_them_as_usual(tokens: Tokens):
    durations = np.full(len(tokens.symbols), 6)
    durations[tokens.gaps] = 0
    last = len(tokens.symbols) - 1
    pause = int(np.flatnonzero(tokens.owner == 2)[0]) - 1
    durations[[0, pause, last]] = 10 * SHORTEST_PAUSE
    usual = np.where(tokens.gaps, 1.0, 4.0).astype(np.float32)
    made = ease_durations(durations, tokens, usual)
    assert made[1:last].sum() == pytest.approx(durations[1:last].sum())
    assert made[pause] == durations[pause]
    assert (made[tokens.gaps] > 0).all()
    for word in range(4):
        assert np.ptp(made[tokens.words == word]) == pytest.approx(0.0, abs=1e-4)


def test_no_word_is_far_from_its_usual_time(tokens: Tokens):
    durations = np.where(tokens.gaps, 0, 4)
    durations[tokens.words == 1] = 80
    usual = np.where(tokens.gaps, 0.0, 4.0).astype(np.float32)
    copied, voice = ease_durations(durations, tokens, usual, 0.0), ease_durations(durations, tokens, usual, 1.0)
    assert copied.sum() == pytest.approx(durations.sum())
    assert voice[tokens.words == 1].mean() == pytest.approx(voice[tokens.words == 0].mean())
    assert copied[tokens.words == 1].mean() < 3 * SLOWEST * copied[tokens.words == 0].mean()


@pytest.mark.parametrize("silence", [0, 80])
def test_copies_begin_and_end_in_the_voices_own_silence(tokens: Tokens, silence: int):
    durations = np.where(tokens.gaps, 0, 5)
    durations[[0, -1]] = silence
    usual = np.where(tokens.gaps, 12.0, 2.0).astype(np.float32)
    made = ease_durations(durations, tokens, usual)
    assert made[0] == made[-1] == 12
    assert made[1:-1].sum() == pytest.approx(durations[1:-1].sum())


def test_a_hurried_source_is_copied_at_the_voices_own_rate(tokens: Tokens):
    durations = np.where(tokens.gaps, 0, 4)
    usual = np.where(tokens.gaps, 0.0, 8.0).astype(np.float32)
    made = ease_durations(durations, tokens, usual)
    assert made.sum() == pytest.approx(SHORTEST_COPY * usual.sum())

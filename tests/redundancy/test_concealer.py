"""Gaps: edges without clicks, pieces like the whole, silence where nothing is known for long, bad input refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.redundancy.sounds import hiss, vowel
from vivavoce.errors import InputError
from vivavoce.redundancy.concealment.concealer import Concealer, PlayState
from vivavoce.redundancy.concealment.crossfade import crossfade
from vivavoce.redundancy.concealment.plc_predictor import PlcPredictor, fade
from vivavoce.redundancy.features import HOP, Array, features

PACKET = 2 * HOP


@pytest.fixture(scope="module")
def concealer() -> Concealer:
    return Concealer.load()


def click_db(samples: Array, place: int) -> float:
    """How much a place sticks out: its greatest bend within 1 ms over the 90th percentile of those within 15 ms."""
    bends = np.abs(np.diff(samples.astype(np.float64), 2))
    near, around = bends[place - 16 : place + 16], np.delete(bends[place - 240 : place + 240], np.s_[224:256])
    return float(20.0 * np.log10((near.max() + 1e-7) / (np.percentile(around, 90) + 1e-7)))


def heard(concealer: Concealer, samples: Array) -> PlayState:
    state = concealer.initial_state()
    for start in range(0, len(samples), PACKET):
        state, _ = concealer.hear(state, samples[start : start + PACKET])
    return state


def refilled(concealer: Concealer, sound: Array, first: int, frames: int, ahead: bool) -> Array:
    """`sound` with a gap of `frames` from frame `first` on that its own features fill."""
    rows = features(sound)
    begin, end = first * HOP, (first + frames) * HOP
    state = heard(concealer, sound[:begin])
    following = sound[end : end + PACKET] if ahead else None
    state, filled = concealer.fill(state, frames, rows[first : first + frames + (2 if ahead else 0)], ahead=following)
    _, after = concealer.hear(state, sound[end:])
    return np.concatenate([sound[:begin], filled, after])


def test_what_arrives_is_played_as_it_is(concealer: Concealer) -> None:
    sound = vowel(0.5)
    state = concealer.initial_state()
    for start in range(0, len(sound), PACKET):
        state, played = concealer.hear(state, sound[start : start + PACKET])
        assert np.array_equal(played, sound[start : start + PACKET])


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("frames", [2, 8, 20])
@pytest.mark.parametrize("f0_hz", [95.0, 130.0, 210.0])
def test_seams_do_not_click(concealer: Concealer, f0_hz: float, frames: int, ahead: bool) -> None:
    sound = vowel(1.0, f0_hz)
    for first in (40, 43, 47):
        made = refilled(concealer, sound, first, frames, ahead)
        for seam in (first * HOP, (first + frames) * HOP):
            nearby = max(click_db(sound, seam + shift) for shift in range(-160, 161, 16))
            assert click_db(made, seam) < nearby + 6.0


@pytest.mark.parametrize("f0_hz", [95.0, 130.0, 210.0])
def test_a_gap_goes_on_with_the_pulses_before_it(concealer: Concealer, f0_hz: float) -> None:
    sound = vowel(1.0, f0_hz)
    made = refilled(concealer, sound, 40, 8, ahead=False)
    beginning = slice(40 * HOP, 42 * HOP)
    assert np.corrcoef(made[beginning], sound[beginning])[0, 1] > 0.7


def test_a_gap_filled_in_pieces_is_the_gap_filled_at_once(concealer: Concealer) -> None:
    sound = vowel()
    rows = features(sound)[40:54]
    state = heard(concealer, sound[: 40 * HOP])
    _, whole = concealer.fill(state, 12, rows)
    for size in (1, 2, 6):
        pieces, now = [], state
        for start in range(0, 12, size):
            now, piece = concealer.fill(now, size, rows[start : start + size + 2])
            pieces.append(piece)
        assert np.std(np.concatenate(pieces) - whole) < 1e-3 * np.std(whole)


def test_the_same_gap_is_filled_the_same_way(concealer: Concealer) -> None:
    state = heard(concealer, vowel(0.4))
    assert np.array_equal(concealer.fill(state, 6)[1], concealer.fill(state, 6)[1])


@pytest.mark.parametrize("sound", [vowel(0.4), hiss(0.4)], ids=["vowel", "hiss"])
def test_a_long_gap_without_features_fades_to_silence(concealer: Concealer, sound: Array) -> None:
    state = heard(concealer, sound)
    filled = np.concatenate([samples for state, samples in _filled_frames(concealer, state, 100)])
    loudness = np.sqrt(np.mean(filled.reshape(-1, HOP) ** 2, axis=1)) / np.std(sound)
    assert loudness[:5].min() > 0.4
    assert loudness[12:].max() < 0.8
    assert loudness[30:].max() < 0.01


def _filled_frames(concealer: Concealer, state: PlayState, frames: int):
    for _ in range(frames // 2):
        state, samples = concealer.fill(state, 2)
        yield state, samples


def test_the_fade_only_falls() -> None:
    lowered = fade(np.arange(1, 60, dtype=np.float32))
    assert lowered[0] == 0.0
    assert (np.diff(lowered) <= 0).all()


def test_a_short_gap_without_features_leads_to_what_follows(concealer: Concealer) -> None:
    sound = np.concatenate([vowel(0.4), 0.1 * vowel(0.4, f0_hz=150.0)])
    begin, end = 36 * HOP, 40 * HOP
    state = heard(concealer, sound[:begin])
    _, blind = concealer.fill(state, 4)
    _, led = concealer.fill(state, 4, ahead=sound[end : end + PACKET])
    assert np.std(led[-HOP:]) < 0.7 * np.std(blind[-HOP:])


def test_rows_that_are_not_known_are_not_looked_at(concealer: Concealer) -> None:
    sound = vowel()
    rows = features(sound)[40:46]
    known = np.array([True, True, False, False, True, True])
    rows[~known] = np.nan
    state = heard(concealer, sound[: 40 * HOP])
    _, filled = concealer.fill(state, 6, rows, known)
    assert np.isfinite(filled).all()
    with pytest.raises(InputError, match="frame 2"):
        concealer.fill(state, 6, rows)


def test_a_stream_may_begin_with_a_gap(concealer: Concealer) -> None:
    rows = features(vowel())
    _, blind = concealer.fill(concealer.initial_state(), 4)
    assert np.abs(blind).max() < 1e-3
    _, filled = concealer.fill(concealer.initial_state(), 20, rows[10:30])
    assert np.std(filled) > 0.01


def test_bad_input_is_refused(concealer: Concealer) -> None:
    state = concealer.initial_state()
    for samples in (np.full(HOP, np.nan), np.zeros(HOP + 1), np.zeros((2, HOP))):
        with pytest.raises(InputError, match="samples"):
            concealer.hear(state, samples.astype(np.float32))
    with pytest.raises(InputError, match="rows"):
        concealer.fill(state, 4, np.zeros((2, 20), np.float32))
    with pytest.raises(InputError, match="known"):
        concealer.fill(state, 4, np.zeros((4, 20), np.float32), np.ones(3, bool))
    with pytest.raises(InputError, match="samples"):
        concealer.fill(state, 4, ahead=np.full(PACKET, np.inf, np.float32))


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.booleans()), max_size=12), st.sampled_from([0.0, 0.05, 1.0])
)
def test_any_order_of_events_fills_time(
    concealer: Concealer, events: list[tuple[bool, int, bool]], loud: float
) -> None:
    sound = np.clip(hiss(1.0, loud), -1.0, 1.0)
    rows, state, place = features(sound), concealer.initial_state(), 0
    for lost, frames, described in events:
        stop = place + frames
        if lost:
            state, made = concealer.fill(state, frames, rows[place:stop] if described else None)
        else:
            state, made = concealer.hear(state, sound[place * HOP : stop * HOP])
        assert len(made) == frames * HOP
        assert np.isfinite(made).all()
        assert np.abs(made).max(initial=0.0) < 20.0
        place = stop


def test_a_fade_begins_with_one_and_ends_with_the_other() -> None:
    made = crossfade(np.ones(80, np.float32), np.zeros(80, np.float32))
    assert made[0] > 0.999
    assert made[-1] < 0.001
    assert (np.diff(made) < 0).all()


def test_the_predictor_holds_its_place_in_time() -> None:
    predictor, sound = PlcPredictor.load(), vowel(0.2)
    state = predictor.hear(predictor.initial_state(), features(sound), sound)
    _, whole = predictor.guess(state, 9)
    state, first = predictor.guess(state, 4)
    state, second = predictor.guess(state, 5)
    assert np.allclose(np.concatenate([first, second]), whole, atol=1e-4)
    with pytest.raises(InputError, match="kind"):
        PlcPredictor.load("fargan")

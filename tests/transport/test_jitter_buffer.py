from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vivavoce.errors import InputError
from vivavoce.transport import jitter_buffer
from vivavoce.transport.jitter_buffer import JitterSettings, JitterState, Move, TimeScale

SETTINGS = JitterSettings()


def after(*arrivals: tuple[int, float]) -> JitterState:
    state = JitterState()
    for number, at_s in arrivals:
        state = jitter_buffer.arrive(state, number, at_s)
    return state


def steady(count: int, delay_s: float = 0.1) -> JitterState:
    return after(*((number, number * 0.02 + delay_s) for number in range(count)))


def test_nothing_is_played_before_something_came() -> None:
    assert jitter_buffer.decide(JitterState(), 5.0, SETTINGS)[1].move is Move.BUFFERING


def test_playing_begins_after_the_least_delay() -> None:
    state = steady(1)
    assert jitter_buffer.decide(state, 0.13, SETTINGS)[1].move is Move.BUFFERING
    state, decision = jitter_buffer.decide(state, 0.141, SETTINGS)
    assert (decision.move, decision.number, decision.time_scale) == (Move.PLAY, 0, TimeScale.NORMAL)


def test_a_first_packet_that_was_overtaken_is_still_the_first() -> None:
    assert after((1, 0.12), (0, 0.13)).next_number == 0


def test_packets_that_come_late_or_twice_change_nothing_that_is_played() -> None:
    state = jitter_buffer.advance(replace(steady(5), started=True), 3)
    assert jitter_buffer.arrive(state, 1, 0.3).waiting == {3, 4}
    assert jitter_buffer.arrive(state, 4, 0.3).waiting == {3, 4}


def test_jitter_lengthens_the_delay_and_calm_shortens_it_again() -> None:
    rng = np.random.default_rng(0)
    restless = after(*((n, n * 0.02 + float(rng.uniform(0, 0.1))) for n in range(400)))
    assert jitter_buffer.target(steady(400), SETTINGS) == pytest.approx(0.04)
    assert 0.1 < jitter_buffer.target(restless, SETTINGS) < 0.13
    for number in range(400, 1000):
        restless = jitter_buffer.arrive(jitter_buffer.advance(restless, number), number, number * 0.02)
    assert jitter_buffer.target(restless, SETTINGS) == pytest.approx(0.04)


def test_a_hole_that_reaches_the_end_is_waited_for_up_to_the_limit() -> None:
    state = jitter_buffer.advance(replace(steady(5), started=True), 5)
    assert jitter_buffer.decide(state, 0.3, SETTINGS)[1].move is Move.EXPAND
    assert jitter_buffer.decide(state, 1.5, SETTINGS)[1].move is Move.PLAY
    assert jitter_buffer.decide(state, 0.3, SETTINGS, in_dtx=True)[1].move is Move.PLAY


def test_a_hole_with_something_after_it_is_filled_at_once() -> None:
    state = jitter_buffer.arrive(jitter_buffer.advance(replace(steady(5), started=True), 5), 9, 0.28)
    assert jitter_buffer.decide(state, 0.29, SETTINGS)[1] == jitter_buffer.Decision(Move.PLAY, 5)


def test_playing_catches_up_when_late_and_waits_when_early() -> None:
    state = replace(steady(5), started=True)
    assert jitter_buffer.decide(state, 0.25, SETTINGS)[1].time_scale is TimeScale.ACCELERATE
    assert jitter_buffer.decide(state, 0.11, SETTINGS)[1].time_scale is TimeScale.PREEMPTIVE_EXPAND
    assert jitter_buffer.decide(state, 0.14, SETTINGS)[1].time_scale is TimeScale.NORMAL


def test_a_leap_begins_anew() -> None:
    state = jitter_buffer.arrive(steady(5), 100_000, 0.3)
    assert (state.next_number, state.waiting, state.started) == (100_000, {100_000}, False)


def test_a_state_is_a_value() -> None:
    state = steady(5)
    jitter_buffer.arrive(state, 5, 0.2)
    jitter_buffer.decide(state, 9.0, SETTINGS)
    jitter_buffer.advance(state, 4)
    assert state == steady(5)


@pytest.mark.parametrize(("least_s", "most_s"), [(-0.1, 1.0), (0.5, 0.1), (0.0, 11.0), (float("nan"), 1.0)])
def test_delays_out_of_range_are_refused(least_s: float, most_s: float) -> None:
    with pytest.raises(InputError, match="delays of"):
        JitterSettings(least_s, most_s)

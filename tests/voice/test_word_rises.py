"""Words rise to their end, and only where they are asked to."""

import numpy as np
import pytest

from vivavoce.voice.word_rises import LIFT_NATS, MOST_LIFT_NATS, raise_word_ends, whole_rises

VOICED_HZ, GLIDE = 60.0, 4


def risen(f0_hz: np.ndarray, rise_st: float, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    rises = np.zeros(len(f0_hz), np.float32)
    rises[start:stop] = rise_st
    return raise_word_ends(f0_hz, np.zeros(len(f0_hz), np.float32), rises, VOICED_HZ, GLIDE)


def test_a_fall_at_the_end_of_a_word_becomes_a_rise_that_is_held() -> None:
    f0 = np.concatenate([np.full(20, 120.0), np.linspace(120.0, 100.0, 20), np.full(20, 100.0)]).astype(np.float32)
    made, energy = risen(f0, 5.0, 15, 40)
    semitones = 12 * np.log2(made / 120.0)
    low = semitones[15:40].min()
    assert semitones[39] >= low + 4.9
    assert np.ptp(semitones[34:40]) < 0.6
    np.testing.assert_array_equal(made[:15], f0[:15])
    np.testing.assert_array_equal(made[40 + GLIDE :], f0[40 + GLIDE :])
    assert np.abs(np.diff(semitones[39 : 40 + GLIDE + 1])).max() < 3.0
    gained = 12 * np.log2(made / f0)
    np.testing.assert_allclose(energy, np.minimum(LIFT_NATS * gained, MOST_LIFT_NATS), atol=1e-4)


def test_a_word_that_rises_enough_stays() -> None:
    f0 = (100.0 * 2 ** (np.linspace(0, 12, 30) / 12)).astype(np.float32)
    made, energy = risen(f0, 4.0, 0, 30)
    np.testing.assert_allclose(made, f0, rtol=1e-5)
    assert not energy.any()


def test_what_is_not_voiced_stays() -> None:
    f0 = np.where(np.arange(30) % 2, 10.0, 110.0).astype(np.float32)
    made, _ = risen(f0, 6.0, 0, 30)
    assert (made[1::2] == 10.0).all()
    np.testing.assert_array_equal(risen(np.full(9, 10.0, np.float32), 6.0, 0, 9)[0], np.full(9, 10.0))


@pytest.mark.parametrize(("until", "moved"), [(2, 2), (4, 9), (8, 9), (9, 9), (10, 10)])
def test_no_window_cuts_a_rise_or_its_glide(until: int, moved: int) -> None:
    assert whole_rises(until, np.array([0, 0, 0, 5, 5, 5, 5, 0, 0, 0, 0], np.float32)) == moved

"""Ends that are to fall are not heard to rise."""

import numpy as np
import pytest

from vivavoce.voice.closing import LAST_FRAMES, hold_end_down


def fall_and_rise(end_st: float) -> np.ndarray:
    """150 Hz, down four semitones, and up to `end_st` above that low over the last 150 ms; unvoiced at the end."""
    way = np.concatenate([np.linspace(0.0, -4.0, 40), np.linspace(-4.0, end_st - 4.0, 12)])
    return np.concatenate([150.0 * 2.0 ** (way / 12.0), np.full(5, 7.0)]).astype(np.float32)


def end_st(f0_hz: np.ndarray) -> float:
    voiced = f0_hz[f0_hz > 50.0]
    return float(12.0 * np.log2(voiced[-1] / voiced.min()))


def test_an_end_that_rises_comes_down() -> None:
    track = fall_and_rise(4.0)
    held = hold_end_down(track, 0, 50.0, 1.0)
    assert end_st(track) == pytest.approx(4.0, abs=0.1)
    assert end_st(held) <= 1.6
    assert np.array_equal(held[: -5 - LAST_FRAMES], track[: -5 - LAST_FRAMES])
    assert np.array_equal(held[-5:], track[-5:])


def test_a_fall_stays() -> None:
    track = fall_and_rise(0.0)
    assert np.array_equal(hold_end_down(track, 0, 50.0, 1.0), track)


def test_what_was_answered_stays() -> None:
    track = fall_and_rise(4.0)
    held = hold_end_down(track, len(track) - 8, 50.0, 1.0)
    assert np.array_equal(held[:-8], track[:-8])


def test_too_little_voice_to_tell_stays() -> None:
    track = fall_and_rise(4.0)[-10:]
    assert np.array_equal(hold_end_down(track, 0, 50.0, 1.0), track)

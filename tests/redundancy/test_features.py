"""Acoustic features: what they say of sounds that are known, and that pieces equal the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.redundancy.features import (
    BANDS,
    CORRELATION,
    EDGES_HZ,
    HOP,
    PITCH,
    RATE_HZ,
    WIDTH,
    band_energies,
    features,
    initial_state,
    periods,
    step,
)  # fmt: skip


def pulses(f0_hz: float, seconds: float = 0.5) -> np.ndarray:
    """Harmonics of `f0_hz` up to 4 kHz, falling by 6 dB an octave."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    numbers = np.arange(1, int(4000 / f0_hz) + 1)[:, None]
    return (0.1 * (np.cos(2 * np.pi * f0_hz * numbers * time) / numbers).sum(axis=0)).astype(np.float32)


@pytest.mark.parametrize("f0_hz", [70.0, 110.0, 180.0, 260.0, 440.0])
def test_pitch_and_periodicity_of_a_steady_voice(f0_hz: float) -> None:
    frames = features(pulses(f0_hz))[10:]
    np.testing.assert_allclose(RATE_HZ / periods(frames), f0_hz, rtol=0.025)
    assert frames[:, CORRELATION].min() > 0.4


def test_noise_is_not_periodic() -> None:
    noise = np.random.default_rng(1).standard_normal(RATE_HZ).astype(np.float32) * 0.1
    assert features(noise)[5:, CORRELATION].mean() < -0.1


def test_gain_moves_the_first_cepstrum_value_alone() -> None:
    voice = pulses(150.0) + 0.01 * np.random.default_rng(0).standard_normal(RATE_HZ // 2).astype(np.float32)
    loud, quiet = features(voice)[5:], features(0.1 * voice)[5:]
    np.testing.assert_allclose(loud[:, 0] - quiet[:, 0], 2.0 * np.sqrt(BANDS), atol=0.02)
    np.testing.assert_allclose(loud[:, 1:], quiet[:, 1:], atol=0.02)


@pytest.mark.parametrize("band", [2, 8, 12, 16])
def test_band_energies_find_a_tone(band: int) -> None:
    tone = 0.1 * np.cos(2 * np.pi * EDGES_HZ[band] * np.arange(RATE_HZ) / RATE_HZ)
    energies = band_energies(features(tone.astype(np.float32)))[5:]
    assert (energies.argmax(axis=1) == band).all()
    # a cosine of amplitude A in 320 windowed samples: (A / 2)^2 times the window's mean, spread over few bins
    assert 4.0 < energies[:, band].mean() < 7.5


def test_silence_and_nothing() -> None:
    silent = features(np.zeros(5 * HOP + 1, np.float32))
    assert silent.shape == (6, WIDTH)
    assert np.isfinite(silent).all()
    assert (silent[:, CORRELATION] < -0.3).all()
    np.testing.assert_allclose(band_energies(silent), -2.0, atol=1e-4)
    assert features(np.zeros(0, np.float32)).shape == (0, WIDTH)


def test_extremes_stay_finite() -> None:
    for value in (1.0, -1.0, 1e-30):
        assert np.isfinite(features(np.full(4000, value, np.float32))).all()
    clipped = np.sign(pulses(100.0))
    assert np.isfinite(features(clipped)).all()
    assert (np.abs(features(clipped)[:, PITCH]) <= 1.5).all()


@settings(max_examples=20)
@given(st.lists(st.integers(0, 7), min_size=1, max_size=12))
def test_pieces_equal_the_whole(sizes: list[int]) -> None:
    frames = sum(sizes)
    samples = (pulses(130.0, 1.0)[: frames * HOP]).astype(np.float32)
    state, start, made = initial_state(), 0, []
    for size in sizes:
        state, piece = step(state, samples[start : start + size * HOP])
        made.append(piece)
        start += size * HOP
    np.testing.assert_allclose(np.concatenate(made), features(samples), atol=1e-4)


def test_part_of_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="not whole frames"):
        step(initial_state(), np.zeros(100, np.float32))

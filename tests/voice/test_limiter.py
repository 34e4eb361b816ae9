"""Peaks stay under the ceiling, between the samples too, and what is under it is not touched."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.blocks.contract import CHECKS, Case, Check
from vivavoce.blocks import Tensors, join
from vivavoce.features import Array
from vivavoce.voice.limiter import Limiter

RATES = (16_000, 22_050, 24_000)


def tone(rate_hz: int, size: float, hertz: float = 0.0) -> Array:
    """A second that is loud for its middle third."""
    time_s = np.arange(rate_hz) / rate_hz
    loud = np.where((time_s > 0.33) & (time_s < 0.66), size, 0.2 * min(size, 1.0))
    return (loud * np.sin(2 * np.pi * (hertz or rate_hz / 4) * time_s + np.pi / 4)).astype(np.float32)


def limited(samples: Array, rate_hz: int, level: float = 1.0) -> Array:
    context: Tensors = {"level": np.array([level], np.float32)}
    return join(list(Limiter(rate_hz).open(context, [{"audio": samples[None]}])))["audio"][0]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("rate_hz", RATES)
def test_contract(rate_hz: int, check: Check) -> None:
    samples = tone(rate_hz, 1.7, 210.0)[: rate_hz // 2][None]
    check(Case("Limiter", lambda: Limiter(rate_hz), {"level": np.ones(1, np.float32)}, {"audio": samples}))


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("hertz", [0.0, 150.0, 2900.0])
def test_true_peaks_stay_under_one_decibel_below_full_scale(rate_hz: int, hertz: float) -> None:
    """A tone at a quarter of the rate has its peaks between the samples."""
    made = limited(tone(rate_hz, 1.6, hertz), rate_hz)
    peak = np.abs(soxr.resample(made, rate_hz, 8 * rate_hz)).max()
    assert 0.8 < peak < 10 ** (-1.0 / 20)


def test_what_is_soft_is_not_touched() -> None:
    samples = tone(24_000, 0.4, 200.0)
    np.testing.assert_array_equal(limited(samples, 24_000), samples)
    np.testing.assert_allclose(limited(samples, 24_000, 1.5), 1.5 * samples, rtol=1e-6)


def test_it_lets_go_again() -> None:
    samples = tone(24_000, 1.6, 200.0)
    end = slice(23_000, 24_000)
    np.testing.assert_allclose(limited(samples, 24_000)[end], samples[end], rtol=1e-2)


def test_hissing_near_half_the_rate_has_its_peaks_between_the_samples() -> None:
    noise = np.random.default_rng(0).standard_normal(24_000)
    spectrum = np.fft.rfft(noise)
    spectrum[:10_500] = 0.0
    hiss = np.fft.irfft(spectrum).astype(np.float32)
    made = limited(2.0 * hiss / np.abs(hiss).max(), 24_000)
    assert 0.8 < np.abs(soxr.resample(made, 24_000, 16 * 24_000)).max() < 10 ** (-1.0 / 20)

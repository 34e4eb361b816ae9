import numpy as np
import pytest
from bench.shared.metrics import METER_RATE_HZ, soft_resampled

from vivavoce.audio import Audio


def tone(rate_hz: int, frequency_hz: float) -> Audio:
    return Audio(np.sin(2 * np.pi * frequency_hz * np.arange(rate_hz) / rate_hz).astype(np.float32), rate_hz)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 24_000, 44_100, 48_000])
def test_resampling_keeps_a_tone_of_1_khz(rate_hz: int) -> None:
    pytest.importorskip("scipy")
    samples = soft_resampled(tone(rate_hz, 1000))
    expected = tone(METER_RATE_HZ, 1000).samples
    assert len(samples) == METER_RATE_HZ
    np.testing.assert_allclose(samples[200:-200], expected[200:-200], atol=5e-3)


def test_resampling_takes_away_what_16_khz_cannot_hold() -> None:
    pytest.importorskip("scipy")
    assert np.abs(soft_resampled(tone(48_000, 11_000))[200:-200]).max() < 5e-3


def test_16_khz_is_left_alone() -> None:
    audio = tone(METER_RATE_HZ, 440)
    assert soft_resampled(audio) is audio.samples

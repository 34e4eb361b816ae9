"""Loudness against the known readings of EBU Tech 3341, and true peak."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.inspection.media import SAMPLE_RATE_HZ
from vivavoce.loudness import LoudnessMeter


def tone(level_dbfs: float, seconds: float, hertz: float = 1000.0, phase: float = 0.0) -> np.ndarray:
    time_s = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    wave = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hertz * time_s + phase)
    return np.stack([wave, wave]).astype(np.float32)


def reading(sound: np.ndarray) -> dict[str, float | None]:
    meter = LoudnessMeter(len(sound))
    for start in range(0, sound.shape[1], SAMPLE_RATE_HZ):
        meter.on_audio(sound[:, start : start + SAMPLE_RATE_HZ])
    return meter.reading()


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_stereo_tone_reads_its_level(level: float) -> None:
    read = reading(tone(level, 8.0))
    for name in ("integrated_lufs", "momentary_max_lufs", "short_max_lufs"):
        assert read[name] == pytest.approx(level, abs=0.1)


def test_quiet_stretches_are_gated() -> None:
    sound = np.concatenate([tone(-36.0, 5.0), tone(-23.0, 20.0), tone(-36.0, 5.0)], axis=1)
    assert reading(sound)["integrated_lufs"] == pytest.approx(-23.0, abs=0.1)


def test_range_is_between_the_quiet_and_the_loud() -> None:
    assert reading(np.concatenate([tone(-20.0, 12.0), tone(-30.0, 12.0)], axis=1))["range_lu"] == pytest.approx(
        10, abs=1
    )


def test_true_peak_lies_between_samples() -> None:
    quarter = tone(-6.0, 1.0, SAMPLE_RATE_HZ / 4, np.pi / 4)
    assert 20 * np.log10(np.abs(quarter).max()) == pytest.approx(-9.0, abs=0.1)
    assert reading(quarter)["true_peak_dbtp"] == pytest.approx(-6.0, abs=0.4)


def test_silence_has_no_loudness() -> None:
    assert set(reading(np.zeros((2, 3 * SAMPLE_RATE_HZ), np.float32)).values()) == {None}

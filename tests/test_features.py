import numpy as np
import pytest

from vivavoce.audio import Audio
from vivavoce.features import (
    BANDS,
    HOP,
    LOG_FLOOR,
    RATE_HZ,
    continuous_log_f0,
    energy,
    frame_count,
    mel_filters,
    mel_spectrogram,
    pitch,
)


def harmonic_tone(f0_hz: float, seconds: float = 1.0) -> Audio:
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    samples = sum(np.sin(2 * np.pi * f0_hz * k * time) / k for k in range(1, 12))
    return Audio((0.2 * np.asarray(samples)).astype(np.float32), RATE_HZ)


@pytest.mark.parametrize("samples", [1, HOP, HOP + 1, 24_000])
def test_a_frame_for_every_started_hop(samples: int) -> None:
    mel = mel_spectrogram(np.zeros(samples, np.float32))
    assert mel.shape == (frame_count(samples), BANDS)
    assert np.allclose(mel, np.log(LOG_FLOOR))


def test_a_tone_is_loudest_in_its_band() -> None:
    time = np.arange(RATE_HZ) / RATE_HZ
    mel = mel_spectrogram(np.sin(2 * np.pi * 1000 * time).astype(np.float32))
    nearest = np.argmax(mel_filters()[:, round(1000 * 1024 / RATE_HZ)])
    assert abs(int(mel[50].argmax()) - int(nearest)) <= 1


def test_twice_the_sound_adds_log_two() -> None:
    samples = np.random.default_rng(0).standard_normal(RATE_HZ).astype(np.float32)
    quiet, loud = mel_spectrogram(samples), mel_spectrogram(2 * samples)
    assert np.allclose(loud - quiet, np.log(2), atol=1e-4)
    assert np.allclose(energy(loud) - energy(quiet), np.log(2), atol=1e-4)


@pytest.mark.parametrize("f0_hz", [90.0, 210.0])
def test_pitch_of_a_voice_like_tone(f0_hz: float) -> None:
    track = pitch(harmonic_tone(f0_hz))
    assert len(track) == 100
    voiced = track[track > 0]
    assert len(voiced) > 60
    assert np.median(voiced) == pytest.approx(f0_hz, rel=0.03)


def test_silence_has_no_pitch() -> None:
    assert not pitch(Audio(np.zeros(RATE_HZ, np.float32), RATE_HZ)).any()


def test_pitch_is_carried_across_unvoiced_frames() -> None:
    log_f0 = continuous_log_f0(np.array([0, 100, 0, 0, 200, 0], np.float32))
    assert np.allclose(np.exp(log_f0[[0, 1, 4, 5]]), [100, 100, 200, 200], rtol=1e-4)
    assert 100 < np.exp(log_f0[2]) < np.exp(log_f0[3]) < 200

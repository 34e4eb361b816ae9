"""When the network's word on a second of sound is believed."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.defects.audio_artifacts.credibility import Credibility
from vivavoce.inspection.defects.audio_artifacts.thresholds import CLASSES, Thresholds
from vivavoce.inspection.media import AudioBlock, Samples

RATE_HZ = 48_000
TIME_S = np.arange(RATE_HZ) / RATE_HZ


def _believed(name: str, seconds: list[Samples], said: float = 0.95) -> list[bool]:
    """Of each of some seconds (samples,) whether a likely defect is believed."""
    credibility, believed = Credibility(Thresholds(), wide=True), list[bool]()
    for number, second in enumerate(seconds):
        likely = np.zeros(len(CLASSES), np.float32)
        likely[CLASSES.index(name)] = said
        credibility.listen(AudioBlock(float(number), second[None], 0))
        credibility.weigh(likely, 0, second)
        believed.append(bool(likely[CLASSES.index(name)]))
    return believed


def _spoken(seed: int, ceiling: float = 9.0) -> Samples:
    """Noise with the pauses of speech in a room."""
    random = np.random.default_rng(seed)
    voice = np.clip(random.normal(0, 0.1, RATE_HZ), -ceiling, ceiling) * np.where(TIME_S % 0.5 < 0.35, 1.0, 0.0)
    return (voice + random.normal(0, 1e-3, RATE_HZ)).astype(np.float32)


def _below(second: Samples, hertz: float, leak: float = 0.0) -> Samples:
    """What lies below a frequency, and for 80 ms at an onset some of the rest."""
    spectrum = np.fft.rfft(second)
    low = np.fft.irfft(np.where(np.fft.rfftfreq(RATE_HZ, 1 / RATE_HZ) < hertz, spectrum, 0.0), RATE_HZ)
    return (low + leak * second * (TIME_S < 0.08)).astype(np.float32)


def test_telephone_sound_has_lost_no_band_and_a_starved_encoder_has() -> None:
    telephone = [_below(_spoken(seed), 3500.0, leak=0.1) for seed in range(4)]
    assert not any(_believed("distortion", telephone))
    assert _believed("distortion", [_spoken(0), _spoken(1), _below(_spoken(2), 3500.0)])[2]


def test_a_beep_between_silences_is_a_tone() -> None:
    beep = (0.05 * np.sin(2 * np.pi * 1864 * TIME_S) * (np.abs(TIME_S - 0.5) < 0.13)).astype(np.float32)
    assert not any(_believed("distortion", [beep] * 4))


def test_sounds_between_digital_silences_must_be_flat() -> None:
    gate = TIME_S % 0.5 < 0.25
    burst = np.random.default_rng(0).normal(0, 1.0, RATE_HZ)
    game = (0.3 * np.tanh(0.7 * burst) * gate).astype(np.float32)
    room = np.random.default_rng(1).normal(0, 1e-3, RATE_HZ).astype(np.float32)
    driven = (np.clip(burst, -0.3, 0.3) * gate).astype(np.float32)
    assert not any(_believed("distortion", [game] * 4))
    assert _believed("distortion", [game + room] * 4)[3]
    assert _believed("distortion", [driven] * 4)[3]


def _clicked(times_ms: np.ndarray, ring_ms: float = 0.0) -> Samples:
    sound = _spoken(3) * 0.2
    for at in (times_ms * 48).tolist():
        sound[at] += 0.9
        if ring_ms:
            tail = np.random.default_rng(at).normal(0, 0.3, 480) * np.exp(-np.arange(480) / 48 / ring_ms)
            sound[at : at + 480] += tail[: RATE_HZ - at].astype(np.float32)
    return sound.astype(np.float32)


def test_clicks_are_believed_and_bounces_and_keys_are_not() -> None:
    clicks = np.array([130, 277, 519, 640, 806])
    bounces = np.cumsum(160 * 0.88 ** np.arange(9)).astype(int)
    assert _believed("clicks", [_spoken(1), _spoken(2), _clicked(clicks)])[2]
    assert not _believed("clicks", [_spoken(1), _spoken(2), _clicked(bounces)])[2]
    assert not _believed("clicks", [_spoken(1), _spoken(2), _clicked(clicks, ring_ms=4.0)], said=0.99)[2]

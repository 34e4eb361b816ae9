"""The vocoder: the stream is the whole, and pitch is kept."""

import numpy as np
import pytest
from attention_voice.vocoder import Vocoder, noise_stretch, pulse_train

from vivavoce.audio import Audio
from vivavoce.blocks.addon import load_addon
from vivavoce.blocks.lookup import find_addon
from vivavoce.blocks.pipeline import StreamableStack
from vivavoce.blocks.tensors import Tensors, in_chunks
from vivavoce.features import HOP, RATE_HZ, Array, continuous_log_f0, mel_spectrogram, pitch


@pytest.fixture(scope="module")
def vocoder() -> Vocoder:
    stack = load_addon(find_addon("legacy-heart")).build_streamable()
    assert isinstance(stack, StreamableStack)
    assert isinstance(stack.blocks[-1], Vocoder)
    return stack.blocks[-1]


def vowel(f0_hz: float = 140.0) -> Audio:
    time = np.arange(RATE_HZ) / RATE_HZ
    samples = sum(np.cos(2 * np.pi * f0_hz * k * time) / (1 + (k / 6) ** 2) for k in range(1, 60))
    return Audio((0.05 * np.asarray(samples)).astype(np.float32), RATE_HZ)


def frames_of(audio: Audio) -> Tensors:
    f0 = pitch(audio)
    return {
        "mel": mel_spectrogram(audio.samples)[None],
        "log_f0": continuous_log_f0(f0)[None],
        "voiced": (f0 > 0).astype(np.float32)[None],
    }


def spoken(vocoder: Vocoder, frames: Tensors, sizes: list[int]) -> Array:
    return np.concatenate([chunk["audio"] for chunk in vocoder.open({}, in_chunks(frames, sizes))], axis=1)[0]


def test_a_stream_in_pieces_is_the_whole(vocoder: Vocoder) -> None:
    frames = frames_of(vowel())
    whole = spoken(vocoder, frames, [100])
    assert len(whole) == 100 * HOP
    for sizes in ([1] * 100, [7] * 20, [50, 50], [3, 60, 37]):
        assert np.abs(spoken(vocoder, frames, sizes) - whole).max() < 1e-5


def test_the_delay_is_what_is_reported(vocoder: Vocoder) -> None:
    frames = frames_of(vowel())
    state, given = vocoder.initial_state({}), 0
    for number, chunk in enumerate(in_chunks(frames, [5] * 20), start=1):
        state, made = vocoder.step(state, chunk, 5)
        given += made["audio"].shape[1] if made else 0
        assert given == max(0, 5 * number - vocoder.lookahead) * HOP


def test_pitch_survives(vocoder: Vocoder) -> None:
    sound = spoken(vocoder, frames_of(vowel(140.0)), [100])
    track = pitch(Audio(sound, RATE_HZ))
    assert np.median(track[track > 0]) == pytest.approx(140.0, rel=0.03)


def test_silence_stays_silent(vocoder: Vocoder) -> None:
    silence = Audio(np.zeros(RATE_HZ, np.float32), RATE_HZ)
    assert np.abs(spoken(vocoder, frames_of(silence), [100])).max() < 1e-2


def test_pulses_go_on_where_they_stopped() -> None:
    log_f0 = np.log(np.linspace(100, 200, 30)).astype(np.float32)
    whole, _ = pulse_train(log_f0, None, 0.25)
    first, cycles = pulse_train(log_f0[:11], None, 0.25)
    second, _ = pulse_train(log_f0[11:], float(log_f0[10]), cycles)
    assert np.allclose(np.concatenate([first, second]), whole, atol=1e-3)


def test_pulses_and_noise_have_unit_power() -> None:
    pulses, _ = pulse_train(np.full(100, np.log(120.0), np.float32), None, 0.1)
    assert np.mean(pulses**2) == pytest.approx(1.0, rel=0.05)
    assert np.var(noise_stretch(1000, 25_000)) == pytest.approx(1.0, rel=0.05)

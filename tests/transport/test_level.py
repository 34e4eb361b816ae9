"""A bound on how much louder a stream becomes at once."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.audio import Audio, Samples
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.transport.level import Level, hold_down, root_mean_square
from vivavoce.transport.loss_simulation import simulate_loss
from vivavoce.transport.opus_codec import FRAME
from vivavoce.transport.sender import ProtectionSettings, protect


def play(packets: list[Samples]) -> Samples:
    level, heard = Level(), []
    for packet in packets:
        level, samples = hold_down(level, packet)
        heard.append(samples)
    return np.concatenate(heard)


def hiss(loudness: float, seed: int = 0) -> Samples:
    return (loudness * np.random.default_rng(seed).normal(size=FRAME)).astype(np.float32)


def test_speech_stays_as_it_is(frames: list[Samples]) -> None:
    assert np.array_equal(play(frames), np.concatenate(frames))


@pytest.mark.parametrize("noisy", [1, 4])
def test_noise_at_full_scale_is_held_to_little_more_than_the_speech_before(frames: list[Samples], noisy: int) -> None:
    speech = frames[:100]
    loudest = max(root_mean_square(frame) for frame in speech)
    heard = play([*speech, *(hiss(1.0, seed) for seed in range(noisy))])[100 * FRAME :]
    beyond_db = 20 * np.log10(max(root_mean_square(packet) for packet in heard.reshape(-1, FRAME)) / loudest)
    assert 3.0 < beyond_db < 12.0


def test_after_a_noisy_packet_speech_is_itself_again_within_a_few_samples(frames: list[Samples]) -> None:
    heard = play([*frames[:100], hiss(1.0), frames[100]])[-FRAME:]
    assert np.array_equal(heard[40:], frames[100][40:])


def test_who_goes_on_shouting_is_heard_in_full() -> None:
    shout = [hiss(0.6, seed) for seed in range(20)]
    assert np.array_equal(play(shout)[-FRAME:], shout[-1])


def test_the_gain_moves_without_a_step() -> None:
    level = Level(loudest=0.1)
    steady = np.full(FRAME, 0.9, np.float32)
    level, samples = hold_down(level, steady)
    assert np.abs(np.diff(samples)).max() < 0.05
    assert level.gain < 0.5


@pytest.mark.parametrize("samples", [np.zeros(FRAME, np.float32), np.full(FRAME, 1e-30, np.float32)])
def test_silence_divides_by_nothing(samples: Samples) -> None:
    level, heard = hold_down(Level(), samples)
    assert level.gain == 1.0
    assert np.array_equal(heard, samples)


@pytest.mark.parametrize("seed", [24, 100, 319])
def test_a_guess_does_not_lead_over_to_noise(seed: int, speech: Audio) -> None:
    """Where nothing describes a gap, guesses go over to what follows it, and that was damaged."""
    packets = list(protect(speech, None, ProtectionSettings()).packets[:64])
    whole = simulate_loss(packets, [False] * len(packets), Concealer.load()).samples
    random = np.random.default_rng(seed)
    packets[62] = packets[62][:1] + random.bytes(int(random.integers(40, 900)))
    lost = [number in (60, 61) for number in range(len(packets))]
    heard = simulate_loss(packets, lost, Concealer.load()).samples[60 * FRAME :]
    loudest, before = (max(map(root_mean_square, sound.reshape(-1, FRAME))) for sound in (heard, whole))
    assert loudest < 2.5 * before

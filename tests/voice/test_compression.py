"""Faster than a voice can speak: the pitch stays, the length does not, and marks stand where the words are said."""

from __future__ import annotations

import numpy as np
import pytest

import vivavoce
from vivavoce.features import Array
from vivavoce.voice.compression import TimeCompressor

RATE_HZ = 24_000
TEXT = "This is said to see how quickly it is read, word by word."


def pushed(samples: Array, factor: float, size: int) -> Array:
    compressor = TimeCompressor(factor, RATE_HZ)
    parts = [compressor.push(samples[at : at + size]) for at in range(0, len(samples), size)]
    return np.concatenate([*parts, compressor.finish()])


@pytest.mark.parametrize("factor", [1.1, 2.0, 3.2])
@pytest.mark.parametrize("hertz", [90.0, 220.0])
def test_a_tone_keeps_its_pitch(factor: float, hertz: float) -> None:
    tone = np.sin(2 * np.pi * hertz * np.arange(2 * RATE_HZ) / RATE_HZ).astype(np.float32)
    made = pushed(tone, factor, 5000)
    assert len(made) == pytest.approx(len(tone) / factor, abs=300)
    assert np.abs(made).max() <= 1.0
    inside = made[1000:-2000]
    loudest = np.argmax(np.abs(np.fft.rfft(inside * np.hanning(len(inside)), 4 * RATE_HZ))) / 4
    assert loudest == pytest.approx(hertz, rel=0.02)
    assert np.sqrt(np.mean(inside**2)) == pytest.approx(np.sqrt(0.5), rel=0.05)


def test_chunks_do_not_matter() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 30_000).astype(np.float32)
    whole = pushed(noise, 2.5, len(noise))
    for size in (100, 4800):
        assert np.array_equal(pushed(noise, 2.5, size), whole)


@pytest.mark.parametrize("length", [0, 1, 200, 1000])
def test_short_sounds(length: int) -> None:
    assert len(pushed(np.ones(length, np.float32), 4.0, 100)) == pytest.approx(length / 4, abs=288)  # a hop


def test_a_voice_at_four_times_its_rate() -> None:
    usual = np.concatenate([chunk.samples for chunk in vivavoce.speak(TEXT)])
    chunks = list(vivavoce.speak(TEXT, rate=4.0))
    seconds = sum(len(chunk.samples) for chunk in chunks) / RATE_HZ
    closing_s = 0.2
    assert len(usual) / RATE_HZ - closing_s > 3.3 * (seconds - closing_s)
    words = [mark for chunk in chunks for mark in chunk.marks if mark.type == "word"]
    assert len(words) == len(TEXT.split())
    assert all(word.time_s < word.end_s <= seconds for word in words)
    assert [word.time_s for word in words] == sorted(word.time_s for word in words)

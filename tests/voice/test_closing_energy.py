"""The end of a sentence stays loud enough for its melody to be heard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vivavoce.blocks import find_addon, load_addon
from vivavoce.blocks.tensors import Tensors
from vivavoce.voice import load_voice
from vivavoce.voice.unit_upsampler import MODAL_SHARE, UnitUpsampler

TOKENS, FLOOR, UNITS, CENTRE_HZ = 20, 7.0, 12, 150.0
BLOCK = 240
"""Samples of 10 ms."""
once = cache(load_voice)


@dataclass
class Frames:
    f0: np.ndarray
    energy: np.ndarray
    gain: np.ndarray


def regulated(config: dict[str, object], size: int, louder: int | None = None) -> Frames:
    """What the regulator of the shipped voice makes of noise, `size` frames at a time, one token said louder."""
    addon = load_addon(find_addon("chorus"))
    build: Any = SimpleNamespace(json_path="stack", network=addon.network)
    block = UnitUpsampler.from_config({"unit_frames": 2, **config}, build)
    random = np.random.default_rng(0)
    each = {name: np.zeros((1, TOKENS), np.float32) for name in ("pitch_shift", "gain")}
    context: Tensors = {
        "encoded": np.zeros((1, TOKENS, 128), np.float32),
        "prosody": random.standard_normal((1, TOKENS, 192)).astype(np.float32),
        "log_durations": np.full((1, TOKENS), np.log(5.0), np.float32),
        "rate": np.ones((1, TOKENS), np.float32), "pitch_range": np.ones((1, TOKENS), np.float32), **each,
        "given_frames": np.full((1, TOKENS), -1.0, np.float32), "gaps": np.zeros((1, TOKENS), bool),
        "given_f0": np.zeros((1, 0), np.float32), "centre_hz": np.array([CENTRE_HZ], np.float32),
        "speaker": np.zeros(1, np.int64), "kind": np.zeros(1, np.int64),
    }  # fmt: skip
    if louder is not None:
        context["gain"][0, louder] = 1.0
    state, made = block.initial_state(context), []
    while state is not None:
        state, chunk = block.step(state, {}, size)
        made.append(chunk)
    return Frames(*(np.concatenate([chunk[name][0] for chunk in made]) for name in ("f0", "energy", "gain")))


@pytest.mark.parametrize("size", [7, 1000])
def test_only_voiced_frames_near_the_end_are_lifted_and_no_further_than_said(size: int) -> None:
    plain = regulated({}, size)
    lifted = regulated({"closing_units": UNITS, "closing_energy": [FLOOR], "closing_lift": 1.5}, size)
    near = np.arange(len(plain.f0)) >= len(plain.f0) - 2 * UNITS
    told = near & (plain.f0 > MODAL_SHARE * CENTRE_HZ)
    wanted = np.where(told, np.maximum(plain.energy, np.minimum(FLOOR, plain.energy + 1.5)), plain.energy)
    assert told.any()
    assert (wanted > plain.energy).any()
    np.testing.assert_allclose(lifted.energy, wanted, atol=1e-4)
    np.testing.assert_array_equal(lifted.f0, plain.f0)


@pytest.mark.parametrize("size", [7, 1000])
def test_pitch_too_low_to_be_the_speakers_is_none(size: int) -> None:
    plain, lowest_hz = regulated({}, size), 0.7 * CENTRE_HZ
    told = plain.f0 < lowest_hz
    assert told.any()
    assert not told.all()
    cut = regulated({"voiced_shares": [0.7, 0.0]}, size)
    np.testing.assert_array_equal(cut.f0, np.where(told, 0.0, plain.f0))
    np.testing.assert_array_equal(cut.energy, plain.energy)
    np.testing.assert_array_equal(regulated({"voiced_shares": [0.0, 0.7]}, size).f0, plain.f0)


STATEMENTS = ("He dropped back heavily into his chair by the fire.", "We had no time to look for the other letters.")


@pytest.mark.parametrize("speaker", [known.name for known in load_addon(find_addon("chorus")).manifest.speakers])
def test_the_last_word_is_no_louder_than_the_sentence(speaker: str) -> None:
    assert max(louder_end_db(once().synthesize(text, speaker=speaker).samples) for text in STATEMENTS) < 1.0


def louder_end_db(samples: np.ndarray) -> float:
    """The loudest of the last 350 ms of sound (samples,) beside the loud tenth of what comes before."""
    count = len(samples) // BLOCK
    power = np.convolve(np.square(samples[: count * BLOCK].reshape(count, BLOCK)).mean(axis=1), np.ones(5) / 5, "same")
    level_db = 10.0 * np.log10(np.maximum(power, 1e-12))
    sound = level_db[: int(np.flatnonzero(level_db > level_db.max() - 35.0)[-1]) + 1]
    before = sound[:-35]
    return float(sound[-35:].max() - np.quantile(before[before > level_db.max() - 35.0], 0.9))


@pytest.mark.parametrize("size", [7, 1000])
@pytest.mark.parametrize("early", [0, 3])
def test_what_markup_asks_of_a_token_begins_where_it_is_heard(size: int, early: int) -> None:
    """Each token lasts four units, eight frames."""
    made = regulated({"early_frames": early}, size, louder=10)
    np.testing.assert_array_equal(np.flatnonzero(made.gain), np.arange(80, 88) - early)

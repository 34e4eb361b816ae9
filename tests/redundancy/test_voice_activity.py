"""Silence beside speech, and silence anywhere."""

from __future__ import annotations

import numpy as np

from tests.redundancy.conftest import hum
from vivavoce.redundancy.features import features
from vivavoce.redundancy.voice_activity import initial_state, step


def verdicts(samples: np.ndarray) -> list[bool]:
    frames, state, made = features(samples), initial_state(), []
    for start in range(0, len(frames) - 1, 2):
        state, silent = step(state, frames[start : start + 2])
        made.append(silent)
    return made


def test_speech_is_not_silent_and_zeros_are() -> None:
    assert not any(verdicts(hum(0.5, gain=0.01)))
    assert all(verdicts(np.zeros(8000, np.float32)))


def test_hiss_is_silent_beside_loud_speech_alone() -> None:
    hiss = 4e-4 * np.random.default_rng(0).standard_normal(8000).astype(np.float32)
    assert not any(verdicts(hiss))
    after = verdicts(np.concatenate([hum(0.5, gain=0.7), hiss]))
    assert not any(after[:25])
    assert all(after[27:])

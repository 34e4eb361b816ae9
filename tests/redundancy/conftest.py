from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.redundancy.networks import tiny_addon
from vivavoce.redundancy.codec.vivavoce.decoder import Decoder, load_decoder
from vivavoce.redundancy.codec.vivavoce.encoder import Encoder, EncoderState, load_encoder


@pytest.fixture(scope="session")
def addon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_addon(tmp_path_factory.mktemp("addons") / "tiny")


@pytest.fixture(scope="session")
def encoder(addon: Path) -> Encoder:
    return load_encoder(addon)


@pytest.fixture(scope="session")
def decoder(addon: Path) -> Decoder:
    return load_decoder(addon)


@pytest.fixture(scope="session")
def heard(encoder: Encoder) -> EncoderState:
    """The state after three seconds of something that is not silent."""
    return listen(encoder, hum(3.0))


def hum(seconds: float, gain: float = 0.2) -> np.ndarray:
    """A warbling tone with noise, (samples,) at 16 kHz."""
    time = np.arange(int(seconds * 16_000)) / 16_000
    noise = np.random.default_rng(5).standard_normal(len(time))
    return (gain * (np.sin(2 * np.pi * (150 * time + 20 * np.sin(3 * time))) + 0.1 * noise)).astype(np.float32)


def listen(encoder: Encoder, samples: np.ndarray) -> EncoderState:
    """The state after all whole packets of a recording."""
    state = encoder.initial_state()
    for start in range(0, len(samples) - 319, 320):
        state = encoder.step(state, samples[start : start + 320])
    return state

"""Payloads of ten stretches, as an earlier version of the code wrote them: the wire changes only with its version."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vivavoce.audio import read_audio
from vivavoce.redundancy.codec.vivavoce.encoder import Encoder, load_encoder

DATA = Path(__file__).parents[1] / "data"
PACKET = 320
EDGES_S = {"kathleen": (0.0, 0.8, 1.6, 2.4, 3.0), "kerstin": (0.0, 0.7, 1.4, 2.1), "nathalie": (0.0, 0.6, 1.2, 1.8)}
STRETCHES = [(name, *edges) for name, times in EDGES_S.items() for edges in pairwise(times)]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def payload(encoder: Encoder, name: str, start_s: float, stop_s: float) -> bytes:
    """What the last packet of a stretch says of it."""
    samples = read_audio(DATA / f"{name}.opus", 16_000).samples[round(start_s * 16_000) : round(stop_s * 16_000)]
    state = encoder.initial_state()
    for packet in np.split(samples[: len(samples) // PACKET * PACKET], len(samples) // PACKET):
        state = encoder.step(state, packet)
    return encoder.encode(state, amount_s=1.0)


@pytest.mark.parametrize(("name", "start_s", "stop_s"), STRETCHES)
def test_a_payload_is_what_it_was(encoder: Encoder, name: str, start_s: float, stop_s: float) -> None:
    stored = json.loads((DATA / "payloads.json").read_text())
    assert payload(encoder, name, start_s, stop_s).hex() == stored[f"{name} {start_s}-{stop_s}"]

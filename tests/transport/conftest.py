"""Speech that the tests of the link share."""

from __future__ import annotations

from pathlib import Path

import pytest

from vivavoce.audio import Audio, Samples, read_audio
from vivavoce.transport.opus_codec import FRAME, RATE_HZ, OpusEncoder, OpusSettings
from vivavoce.transport.sender import Protector, chunks, protect_samples

from .fakes import FakeCodec

SPEECH = Path(__file__).parents[1] / "data" / "kathleen.opus"


@pytest.fixture(scope="session")
def speech() -> Audio:
    return read_audio(SPEECH, RATE_HZ)


@pytest.fixture(scope="session")
def frames(speech: Audio) -> list[Samples]:
    return list(chunks([speech.samples]))


@pytest.fixture(scope="session")
def plain(frames: list[Samples]) -> list[bytes]:
    encoder = OpusEncoder(OpusSettings(bitrate_bps=40_000, lbrr=True))
    return [encoder.encode(frame) for frame in frames]


@pytest.fixture(scope="session")
def carrying(speech: Audio) -> list[bytes]:
    return [packet.data for packet in protect_samples(speech.samples, Protector(FakeCodec()))]


def loudness(samples: Samples) -> float:
    return float(samples.reshape(-1, FRAME)[0].mean())

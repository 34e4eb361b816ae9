"""The whole way with the real codec, vocoder and predictor, whose networks are small and untrained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.redundancy.carry_networks import carry_addons
from tests.redundancy.networks import tiny_addon
from vivavoce.audio import Audio
from vivavoce.redundancy.codec.vivavoce.decoder import load_decoder
from vivavoce.redundancy.codec.vivavoce.encoder import load_encoder
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.transport.channel import ChannelSettings, GilbertElliott, transmit
from vivavoce.transport.loss_simulation import simulate_loss
from vivavoce.transport.opus_codec import FRAME, OpusSettings
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.rtp import RtpPacket, pack
from vivavoce.transport.sender import ProtectionSettings, protect


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("addons")
    carry_addons(folder)
    tiny_addon(folder / "redundancy")
    return folder


@pytest.fixture(scope="module")
def concealer(folder: Path) -> Concealer:
    return Concealer.load(folder / "carry-vocoder", folder / "predictor")


@pytest.fixture(scope="module")
def packets(folder: Path, speech: Audio) -> tuple[bytes, ...]:
    settings = ProtectionSettings(OpusSettings(40_000, lbrr=True))
    return protect(speech, load_encoder(folder / "redundancy"), settings).packets


@pytest.mark.parametrize("loss", [0.0, 0.3, 0.9, 1.0])
def test_a_file_through_a_loss(loss: float, packets: tuple[bytes, ...], concealer: Concealer, folder: Path) -> None:
    lost = [bool(value) for value in np.random.default_rng(3).random(len(packets)) < loss]
    passage = simulate_loss(packets, lost, concealer, load_decoder(folder / "redundancy"))
    assert passage.samples.shape == (len(packets) * FRAME,)
    assert np.isfinite(passage.samples).all()
    assert np.abs(passage.samples).max() < 1.5
    assert (Source.REDUNDANCY in passage.sources) == (0.0 < loss < 1.0)


def test_a_stream_through_a_network(packets: tuple[bytes, ...], concealer: Concealer, folder: Path) -> None:
    receiver = Receiver(concealer, load_decoder(folder / "redundancy"))
    sent = ((0.02 * n, pack(RtpPacket(n, 960 * n, data, 7))) for n, data in enumerate(packets))
    arriving = transmit(ChannelSettings(GilbertElliott.of(0.3, 3.0), jitter_s=0.01), sent)
    for tick in range(200):
        while arriving and arriving[0].at_s <= 0.02 * tick:
            delivery = arriving.pop(0)
            receiver.arrive(delivery.data, delivery.at_s)
        assert np.isfinite(receiver.pull(0.02 * tick)).all()
    played = receiver.played
    assert played[Source.REDUNDANCY] > 10
    assert played[Source.LBRR] > 3
    assert played[Source.PACKET] + played[Source.LBRR] + played[Source.REDUNDANCY] >= len(packets) - 3

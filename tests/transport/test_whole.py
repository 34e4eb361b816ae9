"""The whole way with the real codecs, vocoder and predictor."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.audio import Audio
from vivavoce.redundancy.codec.payload_codec import default_codecs, load_codec
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.transport.channel import ChannelSettings, GilbertElliott, transmit
from vivavoce.transport.loss_simulation import simulate_loss
from vivavoce.transport.opus_codec import FRAME, OpusSettings
from vivavoce.transport.opus_extension import ExtensionId, extract
from vivavoce.transport.opus_packet import parse
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.rtp import RtpPacket, pack
from vivavoce.transport.sender import ProtectionSettings, protect

LBRR = ProtectionSettings(OpusSettings(40_000, lbrr=True))


@pytest.fixture(scope="module")
def concealer() -> Concealer:
    return Concealer.load()


@pytest.fixture(scope="module")
def packets(speech: Audio) -> tuple[bytes, ...]:
    return protect(speech, load_codec(), LBRR).packets


@pytest.mark.parametrize("loss", [0.0, 0.3, 0.9, 1.0])
def test_a_file_through_a_loss(loss: float, packets: tuple[bytes, ...], concealer: Concealer) -> None:
    lost = [bool(value) for value in np.random.default_rng(3).random(len(packets)) < loss]
    played = simulate_loss(packets, lost, concealer, default_codecs())
    assert played.samples.shape == (len(packets) * FRAME,)
    assert np.isfinite(played.samples).all()
    assert np.abs(played.samples).max() <= 1.0
    assert (Source.REDUNDANCY in played.sources) == (0.0 < loss < 1.0)


def test_a_stream_through_a_network(packets: tuple[bytes, ...]) -> None:
    receiver = Receiver.load()
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


def test_every_kind_of_packet_in_one_stream(packets: tuple[bytes, ...], concealer: Concealer, speech: Audio) -> None:
    """DRED with LBRR, our own payload, plain packets and rubbish, taken in turn."""
    ours = protect(speech, load_codec("vivavoce"), LBRR).packets
    plain = protect(speech, None, ProtectionSettings(OpusSettings(40_000))).packets
    mixture = [(packets, ours, plain)[number // 7 % 3][number] for number in range(len(plain))]
    mixture[60] = b"\xff\x00"
    lost = [number % 10 in (3, 4, 5) for number in range(len(mixture))]
    played = simulate_loss(mixture, lost, concealer, default_codecs())
    filled = [source for source, missing in zip(played.sources, lost, strict=True) if missing]
    assert {Source.REDUNDANCY, Source.LBRR} <= set(filled)
    assert np.isfinite(played.samples).all()


def test_of_a_receiver_that_knows_no_payload_nothing_is_asked(packets: tuple[bytes, ...], concealer: Concealer) -> None:
    lost = [number % 10 in (3, 4, 5) for number in range(len(packets))]
    played = simulate_loss(packets, lost, concealer, lbrr=False)
    assert Source.REDUNDANCY not in played.sources


def test_dred_of_another_version_is_passed_by(packets: tuple[bytes, ...], concealer: Concealer) -> None:
    extension = ExtensionId.of(load_codec())
    changed = [data.replace(b"D\x0c", b"D\x0b") for data in packets]
    assert all(extract(parse(data), extension) is None for data in changed)
    lost = [number % 10 in (3, 4, 5) for number in range(len(packets))]
    played = simulate_loss(changed, lost, concealer, default_codecs(), lbrr=False)
    assert Source.REDUNDANCY not in played.sources
    assert Source.PREDICTION in played.sources

"""Payloads and packets that were damaged on the way, or made to do damage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.redundancy.networks import tiny_addon
from vivavoce.audio import Samples
from vivavoce.redundancy.codec.vivavoce.decoder import Decoder, load_decoder
from vivavoce.redundancy.codec.vivavoce.encoder import load_encoder
from vivavoce.transport.opus_codec import OpusDecoder, PacketError
from vivavoce.transport.opus_extension import embed, extract
from vivavoce.transport.opus_packet import assemble, parse
from vivavoce.transport.playout_policy import ReceivedPacket
from vivavoce.transport.sender import Protector

SOME, MANY = 2_000, 100_000


@pytest.fixture(scope="module")
def addon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_addon(tmp_path_factory.mktemp("fuzz") / "addon")


@pytest.fixture(scope="module")
def decoder(addon: Path) -> Decoder:
    return load_decoder(addon)


@pytest.fixture(scope="module")
def protected(addon: Path, frames: list[Samples]) -> list[bytes]:
    protector = Protector(load_encoder(addon))
    return [protector.step(frame).data for frame in frames]


def damaged(payload: bytes, rng: np.random.Generator) -> bytes:
    """Flipped, cut, foreign, repeat_trace, or something else altogether."""
    kind = rng.integers(6)
    changed = bytearray(payload)
    if kind == 0:
        changed[rng.integers(len(changed))] ^= int(rng.integers(1, 256))
    elif kind == 1:
        del changed[int(rng.integers(len(changed))) :]
    elif kind == 2:
        changed[0] = int(rng.integers(256))
    elif kind == 3:
        changed += rng.bytes(int(rng.integers(1, 400)))
    elif kind == 4:
        changed = bytearray(rng.bytes(int(rng.integers(0, 900))))
    else:
        for place in rng.integers(0, len(changed), 8):
            changed[place] = int(rng.integers(256))
    return bytes(changed)


def attacks(packets: list[bytes], count: int) -> Iterator[tuple[bytes, bytes]]:
    """Packets as they were, and with a damaged payload."""
    rng = np.random.default_rng(1)
    for number in range(count):
        packet = packets[50 + number % (len(packets) - 50)]
        payload = extract(parse(packet))
        assert payload is not None
        plain = parse(packet).with_padding(b"")
        yield assemble(plain), assemble(embed(plain, damaged(payload, rng)))


def survive_payloads(packets: list[bytes], decoder: Decoder, count: int) -> None:
    ours, theirs = OpusDecoder(), OpusDecoder()
    slowest_s = 0.0
    for plain, attack in attacks(packets, count):
        arrived = ReceivedPacket(100, attack, decoder)
        start_s = time.process_time()
        made = [arrived.features(100 - back) for back in (50, 3, 1, 200)]
        slowest_s = max(slowest_s, time.process_time() - start_s)
        assert all(features is None or np.isfinite(features).all() for features in made)
        assert np.array_equal(ours.decode(attack), theirs.decode(plain))
    assert slowest_s < 1.0


def survive_packets(packets: list[bytes], decoder: Decoder, count: int) -> None:
    rng, opus = np.random.default_rng(2), OpusDecoder()
    for number in range(count):
        arrived = ReceivedPacket(100, damaged(packets[number % len(packets)], rng), decoder)
        features = arrived.features(99)
        assert features is None or np.isfinite(features).all()
        try:
            assert np.isfinite(opus.decode(arrived.data)).all()
        except PacketError:
            continue


def test_every_byte_of_a_payload_may_be_wrong(protected: list[bytes], decoder: Decoder) -> None:
    payload = extract(parse(protected[100]))
    assert payload is not None
    for place in range(len(payload)):
        wrong = bytes([*payload[:place], payload[place] ^ 0x55, *payload[place + 1 :]])
        arrived = ReceivedPacket(100, assemble(embed(parse(protected[100]).with_padding(b""), wrong)), decoder)
        assert arrived.features(99) is None
        assert arrived.audible


def test_damaged_payloads_harm_no_sound(protected: list[bytes], decoder: Decoder) -> None:
    survive_payloads(protected, decoder, SOME)


def test_damaged_packets_harm_nobody(protected: list[bytes], decoder: Decoder) -> None:
    survive_packets(protected, decoder, SOME)


@pytest.mark.nightly
def test_very_many_damaged_payloads(protected: list[bytes], decoder: Decoder) -> None:
    survive_payloads(protected, decoder, MANY)


@pytest.mark.nightly
def test_very_many_damaged_packets(protected: list[bytes], decoder: Decoder) -> None:
    survive_packets(protected, decoder, MANY)

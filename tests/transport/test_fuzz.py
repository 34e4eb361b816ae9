"""Payloads and packets that were damaged on the way, or made to do damage."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from vivavoce.audio import Samples
from vivavoce.redundancy.codec.payload_codec import PayloadCodec, load_codec
from vivavoce.transport.opus_codec import OpusDecoder, PacketError
from vivavoce.transport.opus_extension import ExtensionId, embed, extract
from vivavoce.transport.opus_packet import assemble, parse
from vivavoce.transport.playout_policy import ReceivedPacket
from vivavoce.transport.sender import Protector

SOME, MANY = 120, 100_000
MOST_S, TRIES = 0.02, 20
"""Of processor time for one payload, in the quickest of so many tries."""


@pytest.fixture(scope="module", params=["dred", "vivavoce"])
def codec(request: pytest.FixtureRequest) -> PayloadCodec:
    return load_codec(request.param)


@pytest.fixture(scope="module")
def protected(codec: PayloadCodec, frames: list[Samples]) -> list[bytes]:
    protector = Protector(codec)
    return [protector.step(frame).data for frame in frames]


def damaged(payload: bytes, rng: np.random.Generator) -> bytes:
    """Flipped, cut, foreign, lengthened, or something else altogether."""
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


def attacks(packets: list[bytes], codec: PayloadCodec, count: int) -> Iterator[tuple[bytes, bytes]]:
    """Packets as they were, and with a damaged payload."""
    rng, extension = np.random.default_rng(1), ExtensionId.of(codec)
    for number in range(count):
        packet = packets[50 + number % (len(packets) - 50)]
        payload = extract(parse(packet), extension)
        if payload is None:
            continue
        plain = parse(packet).with_padding(b"")
        yield assemble(plain), assemble(embed(plain, damaged(payload, rng), extension))


def survive_payloads(packets: list[bytes], codec: PayloadCodec, count: int) -> None:
    ours, theirs = OpusDecoder(), OpusDecoder()
    for plain, attack in attacks(packets, codec, count):
        made, spent_s = describe(attack, codec)
        # A stall of the machine is not the payload's doing: what is slow is slow every time.
        tries = 1
        while spent_s >= MOST_S and tries < TRIES:
            spent_s, tries = min(spent_s, describe(attack, codec)[1]), tries + 1
        assert spent_s < MOST_S, attack.hex()
        assert all(features is None or np.isfinite(features).all() for features in made)
        assert np.array_equal(ours.decode(attack), theirs.decode(plain))


def describe(packet: bytes, codec: PayloadCodec) -> tuple[list[Samples | None], float]:
    """What a packet says of those before it, the furthest first, and the processor time of that."""
    arrived = ReceivedPacket(100, packet, [codec])
    start_s = time.process_time()
    return [arrived.features(100 - back) for back in (200, 50, 3, 1)], time.process_time() - start_s


def survive_packets(packets: list[bytes], codec: PayloadCodec, count: int) -> None:
    rng, opus = np.random.default_rng(2), OpusDecoder()
    for number in range(count):
        arrived = ReceivedPacket(100, damaged(packets[number % len(packets)], rng), [codec])
        features = arrived.features(99)
        assert features is None or np.isfinite(features).all()
        try:
            assert np.isfinite(opus.decode(arrived.data)).all()
        except PacketError:
            continue


def test_every_byte_of_our_own_payload_is_checked(frames: list[Samples]) -> None:
    codec = load_codec("vivavoce")
    extension, protector = ExtensionId.of(codec), Protector(codec)
    packet = parse([protector.step(frame).data for frame in frames[:101]][-1])
    payload = extract(packet, extension)
    assert payload is not None
    for place in range(len(payload)):
        wrong = bytes([*payload[:place], payload[place] ^ 0x55, *payload[place + 1 :]])
        arrived = ReceivedPacket(100, assemble(embed(packet.with_padding(b""), wrong, extension)), [codec])
        assert arrived.features(99) is None
        assert arrived.audible


def test_damaged_payloads_harm_no_sound(protected: list[bytes], codec: PayloadCodec) -> None:
    survive_payloads(protected, codec, SOME)


def test_damaged_packets_harm_nobody(protected: list[bytes], codec: PayloadCodec) -> None:
    survive_packets(protected, codec, SOME)


@pytest.mark.nightly
def test_very_many_damaged_payloads(protected: list[bytes], codec: PayloadCodec) -> None:
    survive_payloads(protected, codec, MANY)


@pytest.mark.nightly
def test_very_many_damaged_packets(protected: list[bytes], codec: PayloadCodec) -> None:
    survive_packets(protected, codec, MANY)

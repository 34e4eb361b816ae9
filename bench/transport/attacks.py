"""What may come in place of a packet: damaged on the way, cut, foreign, or made to do harm.

Every attack takes an RTP packet with a protected Opus packet inside, and a source of chance; it gives the datagram
that comes instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from vivavoce.redundancy.codec.payload_codec import PayloadCodec, default_codecs
from vivavoce.transport import red
from vivavoce.transport.opus_extension import ExtensionId, embed, extract
from vivavoce.transport.opus_packet import Packet, assemble, parse
from vivavoce.transport.red import RedBlock, pack_red
from vivavoce.transport.rtp import FRAME_TICKS, RtpPacket, pack

Random = np.random.Generator
Attack = Callable[[RtpPacket, Random], bytes]
_LARGEST = 1_400


def damage(data: bytes, random: Random) -> bytes:
    """One to eight bytes that are others."""
    changed = bytearray(data)
    for place in random.integers(0, len(changed), int(random.integers(1, 9))) if changed else ():
        changed[place] = int(random.integers(256))
    return bytes(changed)


def cut(data: bytes, random: Random) -> bytes:
    """Its beginning alone."""
    return data[: int(random.integers(len(data) + 1))]


def lengthen(data: bytes, random: Random) -> bytes:
    """With noise after it."""
    return data + random.bytes(int(random.integers(1, 400)))


def noise(_: bytes, random: Random) -> bytes:
    """Something else altogether."""
    return random.bytes(int(random.integers(_LARGEST)))


def constant(_: bytes, random: Random) -> bytes:
    """One byte over and over: the ends of the number line of an entropy coder."""
    return bytes([int(random.choice([0, 1, 127, 128, 254, 255]))]) * int(random.integers(1, _LARGEST))


Change = Callable[[bytes, Random], bytes]
CHANGES: Mapping[str, Change] = {
    "damaged": damage, "cut": cut, "lengthened": lengthen, "noise": noise, "constant": constant
}  # fmt: skip


def _on_payload(change: Change) -> Attack:
    """The payload alone; the packet around it stays whole, and so must its sound."""

    def attack(packet: RtpPacket, random: Random) -> bytes:
        opus, codec, payload = taken_apart(packet.payload)
        changed = assemble(embed(opus.with_padding(b""), change(payload, random), ExtensionId.of(codec)))
        return pack(replace(packet, payload=changed))

    return attack


def _on_padding(packet: RtpPacket, random: Random) -> bytes:
    """Extensions whose ids, versions and lengths are not true."""
    opus = parse(packet.payload)
    head = damage(opus.padding[:6], random) + opus.padding[6:]
    return pack(replace(packet, payload=assemble(opus.with_padding(head if head[0] else b"\x01" + head))))


def _on_packet(change: Change) -> Attack:
    return lambda packet, random: pack(replace(packet, payload=change(packet.payload, random)))


def _on_datagram(change: Change) -> Attack:
    return lambda packet, random: change(pack(packet), random)


def _untrue_sizes(packet: RtpPacket, random: Random) -> bytes:
    """An Opus packet whose kind, count of frames and padding are not true."""
    return pack(replace(packet, payload=random.bytes(2 + int(random.integers(3))) + packet.payload[2:]))


def _untrue_header(packet: RtpPacket, random: Random) -> bytes:
    """An RTP header with sources, an extension and padding that are not there."""
    data = bytearray(pack(packet))
    data[0] = 0x80 | int(random.integers(64))
    return bytes(data[:12]) + damage(bytes(data[12:]), random)


def _foreign_stream(packet: RtpPacket, random: Random) -> bytes:
    return pack(replace(packet, ssrc=int(random.integers(1 << 32))))


def _leap(packet: RtpPacket, random: Random) -> bytes:
    """A time far from now, both ways, beside the grid of packets."""
    return pack(replace(packet, timestamp=packet.timestamp + int(random.integers(-700, 700)) * FRAME_TICKS + 17))


def _red(packet: RtpPacket, random: Random) -> bytes:
    """Copies that are damaged, of times that never were, RED inside RED."""
    kinds = (111, 0, red.PAYLOAD_TYPE)
    blocks = [
        RedBlock(int(random.choice(kinds)), int(random.integers(1 << 14)), damage(packet.payload[:900], random))
        for _ in range(int(random.integers(4)))
    ]
    payload = pack_red([*blocks, RedBlock(111, 0, packet.payload)])
    payload = payload if random.random() < 0.5 else damage(payload, random)
    return pack(replace(packet, payload=payload, payload_type=red.PAYLOAD_TYPE))


PAYLOADS: Mapping[str, Attack] = {f"payload {name}": _on_payload(change) for name, change in CHANGES.items()}
PACKETS: Mapping[str, Attack] = {
    "extension untrue": _on_padding,
    **{f"packet {name}": _on_packet(change) for name, change in CHANGES.items()},
    "packet's sizes untrue": _untrue_sizes,
    **{f"datagram {name}": _on_datagram(change) for name, change in CHANGES.items()},
    "RTP header untrue": _untrue_header,
    "foreign stream": _foreign_stream,
    "leap in time": _leap,
    "RED untrue": _red,
}
ATTACKS: Mapping[str, Attack] = {**PAYLOADS, **PACKETS}


def taken_apart(data: bytes) -> tuple[Packet, PayloadCodec, bytes]:
    """A protected packet, the codec of its payload, and the payload."""
    opus = parse(data)
    for codec in default_codecs():
        payload = extract(opus, ExtensionId.of(codec))
        if payload is not None:
            return opus, codec, payload
    raise ValueError("a packet without a payload")

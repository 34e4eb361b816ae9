"""RTP packets (RFC 3550) that carry Opus (RFC 7587): the clock runs at 48 kHz whatever the sound's rate."""

from __future__ import annotations

import struct
from dataclasses import dataclass

CLOCK_HZ = 48_000
FRAME_TICKS = 960
PAYLOAD_TYPE = 111
STATIC_TYPES = range(35)
"""Payload types that RFC 3551 gives to other codings, PCMU and PCMA among them."""

_HEADER = struct.Struct(">BBHII")
_VERSION, _PADDING, _EXTENSION, _MARKER = 2, 0x20, 0x10, 0x80


class RtpError(ValueError):
    """A datagram that is not an RTP packet."""


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet; `sequence` of 16 and `timestamp` of 32 bits wrap around."""

    sequence: int
    timestamp: int
    payload: bytes
    ssrc: int
    payload_type: int = PAYLOAD_TYPE
    marker: bool = False
    """Set on the first packet after silence that was not sent."""


def pack(packet: RtpPacket) -> bytes:
    """The datagram."""
    second = packet.payload_type | (_MARKER if packet.marker else 0)
    sequence, timestamp = packet.sequence & 0xFFFF, packet.timestamp & 0xFFFFFFFF
    return _HEADER.pack(_VERSION << 6, second, sequence, timestamp, packet.ssrc) + packet.payload


def unpack(datagram: bytes) -> RtpPacket:
    """Read a datagram. Raises `RtpError`."""
    if len(datagram) < _HEADER.size:
        raise RtpError("shorter than an RTP header")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
    if first >> 6 != _VERSION:
        raise RtpError(f"RTP version {first >> 6}")
    start = _HEADER.size + 4 * (first & 0x0F)
    if first & _EXTENSION:
        if len(datagram) < start + 4:
            raise RtpError("ends in its header extension")
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4])
    end = len(datagram)
    if first & _PADDING:
        end -= datagram[-1]
    if start > end:
        raise RtpError("shorter than it says")
    return RtpPacket(sequence, timestamp, datagram[start:end], ssrc, second & 0x7F, bool(second & _MARKER))


def unwrap(value: int, near: int, bits: int) -> int:
    """The number that ends in these `bits` bits and lies nearest to `near`: 65535 after 65536 is -1 step, not 65535."""
    span = 1 << bits
    return near + (value - near + span // 2) % span - span // 2

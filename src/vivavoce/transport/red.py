"""Copies of earlier packets in RTP (RFC 2198): a packet of type RED holds blocks, the last of which is its own.

| bits | what |
|---|---|
| 1 | 1: another block follows, and four bytes describe this one; 0: the last, described by one byte |
| 7 | payload type of the block |
| 14 | by how much earlier its timestamp is |
| 10 | its length in bytes |
"""

from __future__ import annotations

from dataclasses import dataclass

from vivavoce.transport.rtp import FRAME_TICKS, STATIC_TYPES, RtpError, RtpPacket

PAYLOAD_TYPE = 63
"""As browsers use it."""
_MORE, _HEADER = 0x80, 4
_MAX_BLOCKS = 32
_LARGEST, _EARLIEST = (1 << 10) - 1, (1 << 14) - 1


@dataclass(frozen=True, slots=True)
class RedBlock:
    """One packet inside a RED payload."""

    payload_type: int
    earlier: int
    """Ticks by which it is older than the packet that carries it; 0 for its own."""
    payload: bytes


def parse_red(payload: bytes) -> list[RedBlock]:
    """The blocks, oldest first as they stand. Raises `RtpError` for one that is cut short or too many of them."""
    headers: list[tuple[int, int, int]] = []
    place = 0
    while place < len(payload) and payload[place] & _MORE:
        if place + _HEADER > len(payload) or len(headers) == _MAX_BLOCKS:
            raise RtpError("RED that ends in its headers")
        word = int.from_bytes(payload[place : place + _HEADER])
        headers.append((word >> 24 & 0x7F, word >> 10 & _EARLIEST, word & _LARGEST))
        place += _HEADER
    if place >= len(payload):
        raise RtpError("RED without a block of its own")
    own = payload[place] & 0x7F
    place += 1
    blocks: list[RedBlock] = []
    for payload_type, earlier, size in headers:
        if place + size > len(payload):
            raise RtpError("RED shorter than its blocks")
        blocks.append(RedBlock(payload_type, earlier, payload[place : place + size]))
        place += size
    return [*blocks, RedBlock(own, 0, payload[place:])]


def split_copies(packet: RtpPacket, red_payload_type: int | None) -> tuple[bytes, list[tuple[int, bytes]]]:
    """The packet's own Opus packet, and copies of earlier ones, the newest first, each with how many packets earlier.

    `red_payload_type`: what makes it RED. Raises `RtpError` for RED cut short, inside RED or around another coding.
    """
    if packet.payload_type != red_payload_type:
        return packet.payload, []
    *copies, own = parse_red(packet.payload)
    if any(block.payload_type == red_payload_type for block in (*copies, own)):
        raise RtpError("RED inside RED")
    if own.payload_type in STATIC_TYPES:
        raise RtpError("RED around another coding")
    kept = [block for block in reversed(copies) if block.payload and block.payload_type not in STATIC_TYPES]
    return own.payload, [(block.earlier // FRAME_TICKS, block.payload) for block in kept]


def pack_red(blocks: list[RedBlock]) -> bytes:
    """The payload of an RTP packet of type RED. Raises `ValueError` for a copy that is too old or too long."""
    headers = b""
    for block in blocks[:-1]:
        if block.earlier > _EARLIEST or len(block.payload) > _LARGEST:
            raise ValueError(f"a copy of {len(block.payload)} bytes, {block.earlier} ticks old")
        word = _MORE << 24 | block.payload_type << 24 | block.earlier << 10 | len(block.payload)
        headers += word.to_bytes(_HEADER)
    return headers + bytes([blocks[-1].payload_type]) + b"".join(block.payload for block in blocks)

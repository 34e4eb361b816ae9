"""Ogg pages (RFC 3533): packets in, bytes out, and back, each page checked by its CRC."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vivavoce.errors import InputError

CONTINUED, FIRST, LAST = 1, 2, 4
_HEADER = struct.Struct("<4sBBqIIIB")
MAGIC = b"OggS"
_CRC_AT = 22
_ONES = 0xFFFFFFFF
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_MOST_SEGMENTS = 255
_LARGEST_PACKET = 1 << 20


class OggError(InputError):
    """Bytes that are not an Ogg stream."""


@dataclass(frozen=True, slots=True)
class OggPacket:
    """A packet, and the granule position of its page where it is the last to end on it."""

    data: bytes
    granule: int | None
    last: bool = False


def page(packets: Sequence[bytes], granule: int, serial: int, number: int, flags: int = 0) -> bytes:
    """One page of whole packets. Raises `ValueError` when they need more than 255 segments."""
    segments = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    if len(segments) > _MOST_SEGMENTS:
        raise ValueError("packets that do not fit on one page")
    header = _HEADER.pack(MAGIC, 0, flags, granule, serial, number, 0, len(segments))
    whole = bytearray(header + segments + b"".join(packets))
    struct.pack_into("<I", whole, _CRC_AT, crc(whole))
    return bytes(whole)


def packets(data: bytes, name: str) -> Iterator[OggPacket]:
    """The packets of the first logical stream. Raises `OggError` naming the file and the byte."""
    place, serial, number, unfinished = 0, None, None, b""
    while place < len(data):
        flags, granule, page_serial, page_number, segments, body = _read_page(data, place, name)
        place += _HEADER.size + len(segments) + len(body)
        serial = page_serial if serial is None else serial
        if page_serial != serial:
            continue
        if (number is not None and page_number != number + 1) or not flags & CONTINUED:
            unfinished = b""
        number = page_number
        pieces = list(_pieces(segments, body))
        ends = [done for _, done in pieces]
        last_end = len(ends) - 1 - ends[::-1].index(True) if True in ends else None
        for index, (piece, done) in enumerate(pieces):
            unfinished += piece
            if len(unfinished) > _LARGEST_PACKET:
                raise OggError(f"{name}: a packet over 1 MiB, not speech")
            if done:
                closing = index == last_end
                yield OggPacket(unfinished, granule if closing else None, closing and bool(flags & LAST))
                unfinished = b""


def crc(data: bytes | bytearray) -> int:
    """The checksum of a page whose own field is zero.

    Ogg's is the mirror image of zlib's, and starts from zero.
    """
    mirrored = zlib.crc32(data.translate(_MIRRORED), _ONES) ^ _ONES
    return int(f"{mirrored:032b}"[::-1], 2)


def _read_page(data: bytes, place: int, name: str) -> tuple[int, int, int, int, bytes, bytes]:
    if data[place : place + 4] != MAGIC or len(data) < place + _HEADER.size:
        raise OggError(f"{name}: no Ogg page at byte {place}, the file is damaged or not Ogg")
    _, version, flags, granule, serial, number, expected, count = _HEADER.unpack_from(data, place)
    segments = data[place + _HEADER.size : place + _HEADER.size + count]
    start = place + _HEADER.size + count
    end = start + sum(segments)
    if version or len(segments) < count or end > len(data):
        raise OggError(f"{name}: the Ogg page at byte {place} is cut short")
    whole = bytearray(data[place:end])
    whole[_CRC_AT : _CRC_AT + 4] = bytes(4)
    if crc(whole) != expected:
        raise OggError(f"{name}: the Ogg page at byte {place} is damaged, its checksum is wrong")
    return flags, granule, serial, number, segments, data[start:end]


def _pieces(segments: bytes, body: bytes) -> Iterator[tuple[bytes, bool]]:
    """What the page holds of each packet, and whether the packet ends here."""
    start = end = 0
    for segment in segments:
        end += segment
        if segment < 255:
            yield body[start:end], True
            start = end
    if start < end:
        yield body[start:end], False

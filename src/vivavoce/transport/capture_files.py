"""The packets of a capture file: pcap as tcpdump writes it, pcapng as Wireshark does."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from vivavoce.errors import InputError
from vivavoce.transport.link_layer import LINKS

_PCAP_UNITS_S = {0xA1B2C3D4: 1e-6, 0xA1B23C4D: 1e-9}
_PCAP_HEAD = 24
_SECTION, _INTERFACE, _OLD_PACKET, _PACKET = 0x0A0D0D0A, 1, 2, 6
_SIMPLE_PACKET = 3
_BYTE_ORDER = 0x1A2B3C4D
_RESOLUTION, _OFFSET = 9, 14
_LARGEST_PACKET = 1 << 18
_LARGEST_BLOCK = 1 << 24


@dataclass(frozen=True, slots=True)
class CapturedPacket:
    """A packet as it was on the link, and when."""

    at_s: float
    link: int
    """The link's type, as captures number them."""
    data: bytes
    whole: bool
    """Whether all of it, and its time, was captured."""


@dataclass(frozen=True, slots=True)
class _Interface:
    """What a section of a pcapng file says of one of the links."""

    link: int
    unit_s: float = 1e-6
    offset_s: int = 0


def read_packets(data: bytes, name: str) -> Iterator[CapturedPacket | None]:
    """The packets of a file in bytes, and None at the end where it ends in the middle of one.

    `name` is what errors call it. Raises `InputError` for a file of another kind or a damaged one.
    """
    if len(data) < _PCAP_HEAD:
        raise InputError(f"{name}: {len(data)} bytes, not a capture")
    if struct.unpack_from("<I", data)[0] == _SECTION:
        return _read_pcapng(data, name)
    return _read_pcap(data, name)


def _read_pcap(data: bytes, name: str) -> Iterator[CapturedPacket | None]:
    order, unit_s, link = _read_pcap_head(data, name)
    place = _PCAP_HEAD
    while place + 16 <= len(data):
        seconds, fraction, size, sent = struct.unpack_from(f"{order}IIII", data, place)
        if size > _LARGEST_PACKET:
            raise InputError(f"{name}: a packet of {size} bytes at byte {place}, the file is damaged")
        packet = data[place + 16 : place + 16 + size]
        place += 16 + size
        if len(packet) == size:
            yield CapturedPacket(seconds + fraction * unit_s, link, packet, size >= sent)
    if place != len(data):
        yield None


def _read_pcap_head(data: bytes, name: str) -> tuple[str, float, int]:
    """-> byte order, seconds of a unit of time, link type."""
    for order in "<>":
        magic, link = struct.unpack_from(f"{order}I16xI", data)
        if magic in _PCAP_UNITS_S:
            link &= 0x0FFFFFFF
            if link not in LINKS:
                raise InputError(
                    f"{name}: captured on a link of type {link}: only Ethernet, raw IP and cooked are read"
                )
            return order, _PCAP_UNITS_S[magic], link
    raise InputError(f"{name}: not a capture (pcap or pcapng)")


def _read_pcapng(data: bytes, name: str) -> Iterator[CapturedPacket | None]:
    """Blocks, each with its length before and behind; a section says the byte order of those after it."""
    interfaces: list[_Interface] = []
    order, place = "<", 0
    while place + 12 <= len(data):
        if data[place : place + 4] == b"\n\r\r\n":
            order = "<" if struct.unpack_from("<I", data, place + 8)[0] == _BYTE_ORDER else ">"
            interfaces = []
        kind, size = struct.unpack_from(f"{order}II", data, place)
        if size < 12 or size % 4 or size > _LARGEST_BLOCK:
            raise InputError(f"{name}: a block of {size} bytes at byte {place}, the file is damaged")
        body = data[place + 8 : place + size - 4]
        place += size
        if place > len(data):
            break
        if kind == _INTERFACE:
            interfaces.append(_read_interface(body, order))
        elif kind in (_PACKET, _OLD_PACKET):
            yield _read_packet_block(body, order, kind, interfaces)
        elif kind == _SIMPLE_PACKET:  # has no time
            yield CapturedPacket(0.0, -1, b"", False)
    if place != len(data):
        yield None


def _read_packet_block(body: bytes, order: str, kind: int, interfaces: list[_Interface]) -> CapturedPacket:
    number = struct.unpack_from(f"{order}{'I' if kind == _PACKET else 'H'}", body)[0] if len(body) >= 4 else -1
    if len(body) < 20 or not 0 <= number < len(interfaces):
        return CapturedPacket(0.0, -1, b"", False)
    high, low, size, sent = struct.unpack_from(f"{order}4xIIII", body)
    interface, packet = interfaces[number], body[20 : 20 + size]
    at_s = (high << 32 | low) * interface.unit_s + interface.offset_s
    return CapturedPacket(at_s, interface.link, packet, len(packet) == size >= sent)


def _read_interface(body: bytes, order: str) -> _Interface:
    """Its link, and the unit and the zero of its times, which options say."""
    if len(body) < 8:
        return _Interface(-1)
    link, place = struct.unpack_from(f"{order}H", body)[0], 8
    unit_s, offset_s = 1e-6, 0
    while place + 4 <= len(body):
        code, size = struct.unpack_from(f"{order}HH", body, place)
        value = body[place + 4 : place + 4 + size]
        if code == _RESOLUTION and len(value) == 1:
            unit_s = 2.0 ** -(value[0] & 0x7F) if value[0] & 0x80 else 10.0 ** -value[0]
        elif code == _OFFSET and len(value) == 8:
            offset_s = struct.unpack(f"{order}q", value)[0]
        place += 4 + size + -size % 4
    return _Interface(link, unit_s, offset_s)

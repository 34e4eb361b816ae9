"""RTP out of packet captures (pcap): Ethernet, raw IP, Linux's cooked captures and loopback; VLANs, IPv4 and IPv6."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.transport.rtp import RtpError, unpack

MAX_BYTES = 1 << 30
_MAGICS = {0xA1B2C3D4: 1e-6, 0xA1B23C4D: 1e-9}
_PCAPNG = 0x0A0D0D0A
_LARGEST_PACKET = 1 << 18
_ETHERNET, _RAW, _RAW_BSD, _LOOPBACK, _COOKED, _COOKED_2 = 1, 101, 12, 0, 113, 276
_IPV4, _IPV6, _VLAN, _QINQ = 0x0800, 0x86DD, 0x8100, 0x88A8
_UDP, _FRAGMENT_HEADER = 17, 44
_EXTENSION_HEADERS = {0, 43, 60}
_HEAD = 24


@dataclass(frozen=True, slots=True)
class CapturedDatagram:
    """A UDP datagram and when it was seen."""

    at_s: float
    port: int
    """Where it went."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Capture:
    """The datagrams of a file, and how many packets were left aside."""

    datagrams: tuple[CapturedDatagram, ...]
    others: int
    """Of other protocols, fragments, or cut short when they were captured."""
    cut: bool
    """Whether the file ends in the middle of a packet."""


def read_pcap(path: Path) -> Capture:
    """Read a capture, one that is cut short as far as it goes. Raises `InputError` for a file of another kind."""
    with open(path, "rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: over {MAX_BYTES >> 30} GiB, cut it with editcap")
    order, unit_s, link = _read_head(data, str(path))
    datagrams: list[CapturedDatagram] = []
    others = 0
    place = _HEAD
    while place + 16 <= len(data):
        seconds, fraction, size, whole = struct.unpack_from(f"{order}IIII", data, place)
        if size > _LARGEST_PACKET:
            raise InputError(f"{path}: a packet of {size} bytes at byte {place}, the file is damaged")
        packet = data[place + 16 : place + 16 + size]
        place += 16 + size
        if len(packet) < size:
            break
        found = _find_udp(packet, link) if size >= whole else None
        if found is None:
            others += 1
        else:
            datagrams.append(CapturedDatagram(seconds + fraction * unit_s, *found))
    return Capture(tuple(datagrams), others, place != len(data))


def select_stream(capture: Capture, path: Path, ssrc: int | None = None) -> list[CapturedDatagram]:
    """The datagrams of the RTP stream with the most packets, or of `ssrc`, as they came.

    Raises `InputError` where there is none.
    """
    streams: Counter[int] = Counter(number for datagram in capture.datagrams for number in _ssrc_of(datagram))
    if not streams:
        raise InputError(
            f"{path}: no RTP in it, {len(capture.datagrams)} UDP datagrams and {capture.others} other packets"
        )
    chosen = streams.most_common(1)[0][0] if ssrc is None else ssrc
    if chosen not in streams:
        known = ", ".join(f"{number:#010x}" for number, _ in streams.most_common(5))
        raise InputError(f"{path}: no stream {chosen:#010x}, there are {known}")
    return [datagram for datagram in capture.datagrams if chosen in _ssrc_of(datagram)]


def _ssrc_of(datagram: CapturedDatagram) -> Iterator[int]:
    """The SSRC where the datagram is RTP; RTCP, whose types are 64 to 95 here, is not."""
    try:
        packet = unpack(datagram.data)
    except RtpError:
        return
    if not 64 <= packet.payload_type <= 95 and packet.payload:
        yield packet.ssrc


def _read_head(data: bytes, name: str) -> tuple[str, float, int]:
    """-> byte order, seconds of a unit of time, link type."""
    if len(data) < _HEAD:
        raise InputError(f"{name}: {len(data)} bytes, not a capture")
    if struct.unpack_from("<I", data)[0] == _PCAPNG:
        raise InputError(f"{name}: a pcapng capture: convert it with `editcap -F pcap`")
    for order in "<>":
        magic, link = struct.unpack_from(f"{order}I16xI", data)
        if magic in _MAGICS:
            link &= 0x0FFFFFFF
            if link not in (_ETHERNET, _RAW, _RAW_BSD, _LOOPBACK, _COOKED, _COOKED_2):
                raise InputError(
                    f"{name}: captured on a link of type {link}: only Ethernet, raw IP and cooked are read"
                )
            return order, _MAGICS[magic], link
    raise InputError(f"{name}: not a capture (pcap)")


def _find_udp(packet: bytes, link: int) -> tuple[int, bytes] | None:
    """Port and content of the datagram in a packet; None for other protocols, fragments and what is cut short."""
    try:
        place, kind = _skip_link(packet, link)
        version = packet[place] >> 4
        if (kind == _IPV4 or kind is None) and version == 4:
            return _find_in_ipv4(packet, place)
        if (kind == _IPV6 or kind is None) and version == 6:
            return _find_in_ipv6(packet, place)
    except (IndexError, struct.error):
        pass
    return None


def _skip_link(packet: bytes, link: int) -> tuple[int, int | None]:
    """Where the network's header begins, and its type where the link says it."""
    if link in (_RAW, _RAW_BSD):
        return 0, None
    if link == _LOOPBACK:
        return 4, None
    if link == _COOKED:
        place, kind = 16, struct.unpack_from(">H", packet, 14)[0]
    elif link == _COOKED_2:
        place, kind = 20, struct.unpack_from(">H", packet, 0)[0]
    else:
        place, kind = 14, struct.unpack_from(">H", packet, 12)[0]
    while kind in (_VLAN, _QINQ):
        kind = struct.unpack_from(">H", packet, place + 2)[0]
        place += 4
    return place, kind


def _find_in_ipv4(packet: bytes, place: int) -> tuple[int, bytes] | None:
    header = 4 * (packet[place] & 15)
    total, flags = struct.unpack_from(">H2xH", packet, place + 2)
    if header < 20 or packet[place + 9] != _UDP or flags & 0x3FFF or place + total > len(packet):
        return None
    return _find_in_udp(packet[place + header : place + total])


def _find_in_ipv6(packet: bytes, place: int) -> tuple[int, bytes] | None:
    size, kind = struct.unpack_from(">HB", packet, place + 4)
    end = place + 40 + size
    if end > len(packet):
        return None
    place += 40
    while kind in _EXTENSION_HEADERS and place + 2 <= end:
        kind, place = packet[place], place + 8 * (packet[place + 1] + 1)
    return _find_in_udp(packet[place:end]) if kind == _UDP and kind != _FRAGMENT_HEADER else None


def _find_in_udp(segment: bytes) -> tuple[int, bytes] | None:
    port, size = struct.unpack_from(">2xHH", segment)
    return (port, segment[8:size]) if 8 <= size <= len(segment) else None

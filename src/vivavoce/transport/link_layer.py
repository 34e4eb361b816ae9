"""From a captured packet to the UDP datagram in it: Ethernet and other links, VLANs, PPPoE, IPv4 and IPv6."""

from __future__ import annotations

import struct

_ETHERNET, _RAW, _RAW_BSD, _LOOPBACK, _COOKED, _COOKED_2 = 1, 101, 12, 0, 113, 276
_IPV4, _IPV6, _VLAN, _QINQ, _QINQ_OLD, _PPPOE = 0x0800, 0x86DD, 0x8100, 0x88A8, 0x9100, 0x8864
_UDP, _FRAGMENT_HEADER = 17, 44
_EXTENSION_HEADERS = {0, 43, 60}
LINKS = (_ETHERNET, _RAW, _RAW_BSD, _LOOPBACK, _COOKED, _COOKED_2)
"""The link types that are read, by their numbers in captures."""


def find_udp(packet: bytes, link: int) -> tuple[int, bytes] | None:
    """Port and content of the datagram in a packet; None for other links, protocols, fragments, what is cut."""
    if link not in LINKS:
        return None
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
    while kind in (_VLAN, _QINQ, _QINQ_OLD):
        kind = struct.unpack_from(">H", packet, place + 2)[0]
        place += 4
    return (place + 8, None) if kind == _PPPOE else (place, kind)


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
    return _find_in_udp(packet[place:end]) if kind == _UDP else None


def _find_in_udp(segment: bytes) -> tuple[int, bytes] | None:
    port, size = struct.unpack_from(">2xHH", segment)
    return (port, segment[8:size]) if 8 <= size <= len(segment) else None

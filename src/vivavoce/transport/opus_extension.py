"""A payload in the padding of a legal Opus packet, where every decoder steps over it.

Opus extensions (draft-ietf-mlcodec-opus-extension) live in the padding of a code-3 packet. A payload is a long one
whose content begins with a prefix, because the numbers in use are experimental:

| bytes | what |
|---|---|
| 1 | id << 1 &#124; L |
| 0, or more where L = 1 | length: 255 means 255 and more to come; where L = 0 it reaches to the end |
| 2 or more | prefix |
| the rest | the payload |

It is put before extensions that are there already, so a last one without a length stays last.
"""

from __future__ import annotations

from dataclasses import dataclass

from vivavoce.errors import InputError
from vivavoce.transport.interfaces import PayloadCodec
from vivavoce.transport.opus_packet import Packet

MAX_PACKET_BYTES = 1188
"""With the RTP header of 12 bytes a datagram stays within 1,200 bytes, which crosses every network whole."""

OVERHEAD_BYTES = 16
"""By how much more than the payload a packet grows, at most."""

_PADDING, _REPEAT, _FIRST_LONG, _LAST = 0, 2, 32, 127
_LONGEST_PREFIX = 4


@dataclass(frozen=True, slots=True)
class ExtensionId:
    """The number and the first bytes by which an extension is recognised."""

    number: int
    prefix: bytes

    def __post_init__(self) -> None:
        if not _FIRST_LONG <= self.number <= _LAST:
            raise InputError(f"extension id {self.number}: give one that holds a payload, 32 to 127")
        if len(self.prefix) > _LONGEST_PREFIX:
            raise InputError(f"an extension's prefix of {len(self.prefix)} bytes: give {_LONGEST_PREFIX} at most")

    @classmethod
    def of(cls, codec: PayloadCodec) -> ExtensionId:
        """The id of a codec's payloads."""
        return cls(codec.extension_id, codec.prefix)


def embed(packet: Packet, payload: bytes, extension: ExtensionId) -> Packet:
    """The packet with `payload` in its padding. Raises `ValueError` where other extensions leave no room for one.

    That is a packet of several frames with a "repeat these extensions", which would repeat ours too.
    """
    if len(packet.frames) > 1 and any(identity == _REPEAT for identity, _ in extensions(packet)):
        raise ValueError("a packet of several frames that repeats its extensions")
    content = extension.prefix + payload
    if not packet.padding and len(packet.frames) == 1:
        return packet.with_padding(bytes([extension.number << 1]) + content)
    size = b"\xff" * (len(content) // 255) + bytes([len(content) % 255])
    return packet.with_padding(bytes([extension.number << 1 | 1]) + size + content + packet.padding)


def extract(packet: Packet, extension: ExtensionId) -> bytes | None:
    """The payload of our kind and version in the packet; None where there is none or the padding is damaged."""
    for identity, content in extensions(packet):
        if identity == extension.number and content.startswith(extension.prefix):
            return content[len(extension.prefix) :]
    return None


def extensions(packet: Packet) -> list[tuple[int, bytes]]:
    """Ids and bytes in order, as far as the padding makes sense and up to what a repeat brings."""
    data, place = packet.padding, 0
    found: list[tuple[int, bytes]] = []
    while place < len(data):
        identity, flag = data[place] >> 1, data[place] & 1
        place += 1
        if identity == _PADDING and not flag:
            break
        if identity >= _FIRST_LONG:
            size, place = _length(data, place) if flag else (len(data) - place, place)
        else:
            size = flag if identity > _PADDING and identity != _REPEAT else 0
        if place + size > len(data):
            break
        found.append((identity, data[place : place + size]))
        place += size
        if identity == _REPEAT and len(packet.frames) > 1:
            break
    return found


def _length(data: bytes, place: int) -> tuple[int, int]:
    """A laced length and where the content begins; beyond the data where it is cut short."""
    size = 0
    while place < len(data):
        size += data[place]
        place += 1
        if data[place - 1] < 255:
            return size, place
    return len(data) + 1, place

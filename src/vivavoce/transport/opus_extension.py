"""A payload in the padding of a legal Opus packet, where every decoder steps over it.

Opus extensions (draft-ietf-mlcodec-opus-extension) live in the padding of a code-3 packet. Ours is a long extension
with an experimental id, which we tell from others' by two letters and a version, as the draft asks:

| bytes | what |
|---|---|
| 1 | id << 1 &#124; 1 |
| 1 or more | length: 255 means 255 and more to come |
| 2 | `vv` |
| 1 | version of the payload |
| the rest | the payload |

It is put before extensions that are there already, so a last one without a length stays last.
"""

from __future__ import annotations

from dataclasses import dataclass

from vivavoce.errors import InputError
from vivavoce.transport.opus_packet import Packet

EXTENSION_ID = 122
MAX_PACKET_BYTES = 1188
"""With the RTP header of 12 bytes a datagram stays within 1,200 bytes, which crosses every network whole."""

OVERHEAD_BYTES = 16
"""By how much more than the payload a packet grows, at most."""

_MARK = b"vv"
_PADDING, _REPEAT, _FIRST_LONG, _LAST = 0, 2, 32, 127


@dataclass(frozen=True, slots=True)
class ExtensionId:
    """What our extension is known by."""

    extension_id: int = EXTENSION_ID
    version: int = 1

    def __post_init__(self) -> None:
        if not _FIRST_LONG <= self.extension_id <= _LAST:
            raise InputError(f"extension id {self.extension_id}: give one that holds a payload, 32 to 127")
        if not 0 <= self.version <= 255:
            raise InputError(f"payload version {self.version}: give 0 to 255")

    @property
    def prefix(self) -> bytes:
        return _MARK + bytes([self.version])


OURS = ExtensionId()


def embed(packet: Packet, payload: bytes, tag: ExtensionId = OURS) -> Packet:
    """The packet with `payload` in its padding. Raises `ValueError` where other extensions leave no room for one.

    That is a packet of several frames with a "repeat these extensions", which would repeat ours too.
    """
    if len(packet.frames) > 1 and any(identity == _REPEAT for identity, _ in _extensions(packet)):
        raise ValueError("a packet of several frames that repeats its extensions")
    content = tag.prefix + payload
    size = b"\xff" * (len(content) // 255) + bytes([len(content) % 255])
    return packet.with_padding(bytes([tag.extension_id << 1 | 1]) + size + content + packet.padding)


def extract(packet: Packet, tag: ExtensionId = OURS) -> bytes | None:
    """The payload of our kind and version in the packet; None where there is none or the padding is damaged."""
    for identity, content in _extensions(packet):
        if identity == tag.extension_id and content.startswith(tag.prefix):
            return content[len(tag.prefix) :]
    return None


def _extensions(packet: Packet) -> list[tuple[int, bytes]]:
    """Ids and contents in order, as far as the padding makes sense and up to what a repeat brings."""
    data, place, found = packet.padding, 0, []
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

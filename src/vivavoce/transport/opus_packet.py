"""The inside of an Opus packet (RFC 6716, section 3): frames, padding, and what a packet says of itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vivavoce.transport.opus_codec import PacketError

_LARGEST_FRAME = 1275
_MOST_FRAMES = 48
_VARIABLE, _PADDED = 0x80, 0x40
_SILK_MS = (10.0, 20.0, 40.0, 60.0)
_HYBRID_MS = (10.0, 20.0)
_CELT_MS = (2.5, 5.0, 10.0, 20.0)


@dataclass(frozen=True, slots=True)
class Packet:
    """An Opus packet taken apart."""

    config: int
    """Mode, bandwidth and frame size: the upper five bits of the first byte."""
    stereo: bool
    frames: tuple[bytes, ...]
    padding: bytes = b""

    @property
    def duration_ms(self) -> float:
        """How much sound the packet holds."""
        if self.config < 12:
            frame_ms = _SILK_MS[self.config % 4]
        elif self.config < 16:
            frame_ms = _HYBRID_MS[self.config % 2]
        else:
            frame_ms = _CELT_MS[self.config % 4]
        return frame_ms * len(self.frames)

    @property
    def has_lbrr(self) -> bool:
        """Whether the packet holds the one before it, at a lower rate."""
        if self.config >= 16 or not self.frames[0]:
            return False
        halves = max(1, round(self.duration_ms / len(self.frames) / 20.0))
        flags = self.frames[0][0]
        return bool(flags >> (7 - halves) & 1 or (self.stereo and flags >> (6 - 2 * halves) & 1))

    @property
    def is_silent(self) -> bool:
        """Whether DTX left nothing to send: no frame has more than one byte."""
        return all(len(frame) <= 1 for frame in self.frames)

    def with_padding(self, padding: bytes) -> Packet:
        """The same sound with other padding."""
        return replace(self, padding=padding)


def parse(data: bytes) -> Packet:
    """Take a packet apart. Raises `PacketError` for bytes that RFC 6716 calls malformed."""
    if not data:
        raise PacketError("an empty Opus packet")
    head, code, body = data[0], data[0] & 3, data[1:]
    if code == 0:
        frames = (body,)
    elif code == 1:
        frames = _equal(body, 2)
    elif code == 2:
        size, start = _size(body, 0)
        frames = _split(body[start:], (size,))
    else:
        return _parse_counted(head, body)
    return _check_packet(Packet(head >> 3, bool(head & 4), frames))


def assemble(packet: Packet) -> bytes:
    """Bytes of a packet: the shortest form without padding, code 3 with it."""
    head = packet.config << 3 | packet.stereo << 2
    frames = packet.frames
    equal = len({len(frame) for frame in frames}) == 1
    if not packet.padding and len(frames) == 1:
        return bytes([head]) + frames[0]
    if not packet.padding and len(frames) == 2 and equal:
        return bytes([head | 1]) + frames[0] + frames[1]
    if not packet.padding and len(frames) == 2:
        return bytes([head | 2]) + _coded_size(frames[0]) + frames[0] + frames[1]
    count = len(frames) | (0 if equal else _VARIABLE) | (_PADDED if packet.padding else 0)
    sizes = b"" if equal else b"".join(_coded_size(frame) for frame in frames[:-1])
    return bytes([head | 3, count]) + _coded_padding(len(packet.padding)) + sizes + b"".join(frames) + packet.padding


def _parse_counted(head: int, body: bytes) -> Packet:
    if not body:
        raise PacketError("an Opus packet without its frame count")
    count, start, padding = body[0] & 0x3F, 1, 0
    if not 1 <= count <= _MOST_FRAMES:
        raise PacketError(f"an Opus packet of {count} frames")
    if body[0] & _PADDED:
        padding, start = _padding_size(body)
    sizes: list[int] = []
    if body[0] & _VARIABLE:
        for _ in range(count - 1):
            size, start = _size(body, start)
            sizes.append(size)
    end = len(body) - padding
    if end < start:
        raise PacketError("an Opus packet shorter than its padding")
    sound = body[start:end]
    frames = _split(sound, tuple(sizes)) if body[0] & _VARIABLE else _equal(sound, count)
    return _check_packet(Packet(head >> 3, bool(head & 4), frames, body[end:]))


def _padding_size(body: bytes) -> tuple[int, int]:
    """Bytes of padding and where the sizes begin; 255 stands for 254 and more to come."""
    total, start = 0, 1
    while start < len(body):
        total += min(body[start], 254)
        start += 1
        if body[start - 1] < 255:
            return total, start
    raise PacketError("an Opus packet that ends in the size of its padding")


def _coded_padding(size: int) -> bytes:
    return b"" if not size else b"\xff" * ((size - 1) // 254) + bytes([(size - 1) % 254 + 1])


def _size(body: bytes, start: int) -> tuple[int, int]:
    """A frame's size, of one or two bytes, and where it ends."""
    if start >= len(body):
        raise PacketError("an Opus packet that ends in a frame's size")
    if body[start] < 252:
        return body[start], start + 1
    if start + 1 >= len(body):
        raise PacketError("an Opus packet that ends in a frame's size")
    return body[start] + 4 * body[start + 1], start + 2


def _coded_size(frame: bytes) -> bytes:
    size = len(frame)
    return bytes([size]) if size < 252 else bytes([252 + size % 4, (size - 252 - size % 4) // 4])


def _split(sound: bytes, sizes: tuple[int, ...]) -> tuple[bytes, ...]:
    """Frames of the given sizes and, last, the rest."""
    frames: list[bytes] = []
    start = 0
    for size in sizes:
        frames.append(sound[start : start + size])
        start += size
    if start > len(sound):
        raise PacketError("an Opus packet shorter than its frames")
    return (*frames, sound[start:])


def _equal(sound: bytes, count: int) -> tuple[bytes, ...]:
    if len(sound) % count:
        raise PacketError("an Opus packet whose frames are not of one size")
    size = len(sound) // count
    return tuple(sound[place * size : (place + 1) * size] for place in range(count))


def _check_packet(packet: Packet) -> Packet:
    if max(map(len, packet.frames)) > _LARGEST_FRAME:
        raise PacketError(f"an Opus frame over {_LARGEST_FRAME} bytes")
    if packet.duration_ms > 120:
        raise PacketError("an Opus packet over 120 ms")
    return packet

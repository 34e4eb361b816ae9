"""Ogg Opus (RFC 7845): a recording as packets of 20 ms, with the head, the tags and the times that players need."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from vivavoce.files import whole_file
from vivavoce.transport import ogg
from vivavoce.transport.opus_packet import parse
from vivavoce.transport.rtp import CLOCK_HZ, FRAME_TICKS

MAX_BYTES = 1 << 30
_HEAD = struct.Struct("<8sBBHIhB")
_HEAD_MAGIC, _TAGS_MAGIC = b"OpusHead", b"OpusTags"
_PACKETS_PER_PAGE = 50
_SEGMENTS_PER_PAGE = 255


@dataclass(frozen=True, slots=True)
class OpusFile:
    """A recording: packet `n` holds samples from `960 n - pre_skip` on, counted at 48 kHz."""

    packets: tuple[bytes, ...]
    pre_skip: int
    """Samples at 48 kHz that a player drops from the front: the coder's delay."""
    length: int
    """Samples at 48 kHz that are played."""
    input_rate_hz: int = CLOCK_HZ


def dump(file: OpusFile, serial: int = 1) -> Iterator[bytes]:
    """The Ogg pages of a file, bytes each; `serial` is the number of its stream."""
    head = _HEAD.pack(_HEAD_MAGIC, 1, 1, file.pre_skip, file.input_rate_hz, 0, 0)
    yield ogg.page([head], 0, serial, 0, ogg.FIRST)
    vendor = f"vivavoce {version('vivavoce')}".encode()
    tags = _TAGS_MAGIC + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    yield ogg.page([tags], 0, serial, 1)
    done = 0
    groups = list(_group_packets(file.packets))
    for number, group in enumerate(groups, start=2):
        done += len(group)
        last = number == len(groups) + 1
        granule = file.pre_skip + file.length if last else done * FRAME_TICKS
        yield ogg.page(group, granule, serial, number, ogg.LAST if last else 0)


def write(path: Path, file: OpusFile) -> None:
    """Write a file that appears whole or not at all. Raises `InputError` where no plain file can be put."""
    with whole_file(path) as temporary, open(temporary, "wb") as stream:
        stream.writelines(dump(file))


def read(path: Path) -> OpusFile:
    """Read a file whose packets are of 20 ms. Raises `OggError` or `PacketError` naming file and place."""
    with open(path, "rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ogg.OggError(f"{path}: over {MAX_BYTES >> 30} GiB, split it")
    return load(data, str(path))


def load(data: bytes, name: str) -> OpusFile:
    """`read` from memory; `name` is what errors call it."""
    stream = ogg.packets(data, name)
    pre_skip, rate_hz = _read_head(next(stream, None), name)
    tags = next(stream, None)
    if tags is None or not tags.data.startswith(_TAGS_MAGIC):
        raise ogg.OggError(f"{name}: no OpusTags after the head, not an Opus file")
    packets: list[bytes] = []
    granule: int | None = None
    for packet in stream:
        packets.append(packet.data)
        granule = granule if packet.granule is None else packet.granule
    for number, data in enumerate(packets):
        _check(data, number, number == len(packets) - 1, name)
    most = max(len(packets) * FRAME_TICKS - pre_skip, 0)
    length = most if granule is None else min(max(granule - pre_skip, 0), most)
    return OpusFile(tuple(packets), pre_skip, length, rate_hz)


def _read_head(packet: ogg.OggPacket | None, name: str) -> tuple[int, int]:
    if packet is None or len(packet.data) < _HEAD.size or not packet.data.startswith(_HEAD_MAGIC):
        raise ogg.OggError(f"{name}: not an Opus file")
    _, major, channels, pre_skip, rate_hz, _, mapping = _HEAD.unpack_from(packet.data)
    if major > 15 or mapping or channels not in (1, 2):
        raise ogg.OggError(f"{name}: Opus of {channels} channels, family {mapping}: only mono and stereo are read")
    return pre_skip, rate_hz


def _check(data: bytes, number: int, last: bool, name: str) -> None:
    """Damaged packets stay, the receiver treats them as lost; those of another length have no place here.

    Some writers end on a shorter one.
    """
    try:
        duration_ms = parse(data).duration_ms
    except ValueError:
        return
    if duration_ms > 20.0 or (duration_ms < 20.0 and not last):
        raise ogg.OggError(f"{name}: packet {number} lasts {duration_ms:g} ms, only 20 ms are read: encode it anew")


def _group_packets(packets: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Packets that go on one page each: a second at most, and whole."""
    group: list[bytes] = []
    segments = 0
    for packet in packets:
        needed = len(packet) // 255 + 1
        if group and (len(group) == _PACKETS_PER_PAGE or segments + needed > _SEGMENTS_PER_PAGE):
            yield group
            group, segments = [], 0
        group.append(packet)
        segments += needed
    if group:
        yield group

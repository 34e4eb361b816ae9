"""Files of `opus_demo`, the test program of libopus: packets, each behind its size and the encoder's final range."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.files import whole_file
from vivavoce.transport.opus_codec import OpusDecoder, PacketError

_HEADER = struct.Struct(">II")
_LARGEST = 1 << 16
_MAX_BYTES = 1 << 30


def read_bitstream(path: Path) -> list[bytes]:
    """The packets of a file, empty ones where DTX sent none. Raises `InputError` naming the byte."""
    with open(path, "rb") as stream:
        data = stream.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise InputError(f"{path}: over {_MAX_BYTES >> 30} GiB, split it")
    packets: list[bytes] = []
    place = 0
    while place < len(data):
        size = _HEADER.unpack_from(data, place)[0] if place + _HEADER.size <= len(data) else _LARGEST
        end = place + _HEADER.size + size
        if size >= _LARGEST or end > len(data):
            raise InputError(
                f"{path}: no packet of opus_demo at byte {place}, the file is cut short or of another kind"
            )
        packets.append(data[place + _HEADER.size : end])
        place = end
    return packets


def write_bitstream(path: Path, packets: Sequence[bytes]) -> None:
    """Write packets for `opus_demo -d`, which checks that its decoder ends each as ours does."""
    decoder = OpusDecoder()
    with whole_file(path) as temporary, open(temporary, "wb") as stream:
        for packet in packets:
            try:
                decoder.decode(packet)
                final_range = decoder.final_range
            except PacketError:
                final_range = 0
            stream.write(_HEADER.pack(len(packet), final_range) + packet)

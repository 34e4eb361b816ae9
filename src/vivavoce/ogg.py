"""The serial number of an Ogg file, which libsndfile draws at random: with it set, the same sound is the same bytes."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

SERIAL = 1
_HEADER_BYTES = 27
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Every byte with its bits the other way round: the CRC of Ogg is that of zlib with all bits reversed."""


def set_serial(path: Path) -> None:
    """Give all pages of an Ogg file of one stream the number `SERIAL`, and the checksums that go with it, in place.

    Raises `ValueError` where no page begins as it should.
    """
    with path.open("r+b") as file:
        while header := file.read(_HEADER_BYTES):
            if len(header) < _HEADER_BYTES or not header.startswith(b"OggS"):
                raise ValueError(f"{path}: no page of Ogg at byte {file.tell() - len(header)}")
            sizes = file.read(header[26])
            page = bytearray(header + sizes + file.read(sum(sizes)))
            page[14:18], page[22:26] = struct.pack("<I", SERIAL), bytes(4)
            page[22:26] = struct.pack("<I", checksum(bytes(page)))
            file.seek(-len(page), 1)
            file.write(page)


def checksum(page: bytes) -> int:
    """The CRC of a page whose own field of it is zero: polynomial 0x04C11DB7 from 0, highest bit first."""
    reversed_crc = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{reversed_crc:032b}"[::-1], 2)

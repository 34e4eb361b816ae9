"""The bytes that a packet carries of its past.

| part | size | what |
|---|---|---|
| version | 4 bits | of this format: 2 |
| revision | 4 bits | of the codebook and networks |
| check | 8 bits | CRC-32 of the rest, its last byte |
| offset | coded | packets from the carrying one back to the newest that is described |
| schedule | coded | levels of the chunks |
| chunks | coded | how many latents follow; 0: nothing but silence was heard |
| start vector | coded | for the decoder, at the level of the first chunk |
| latents | coded | newest first, each of 40 ms |

All that is coded is one number of `vivavoce.redundancy.codec.vivavoce.entropy`; zeros may follow the last byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vivavoce.errors import InputError
from vivavoce.redundancy.codec.vivavoce.entropy import TOTAL, Interval, Reader, Table, interval, join, to_bytes
from vivavoce.redundancy.codec.vivavoce.quantiser import Codebook, Steps
from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS, SLOPES, RateAllocation

VERSION = 2
MAX_OFFSET = 127
MAX_CHUNKS = 63
MAX_BYTES = 4096
"""Far more than the finest schedule of the longest payload takes."""

MAX_HEADER_BITS = 43
"""Version, revision, check, and the costliest offset, schedule and number of chunks."""


class PayloadError(InputError):
    """Bytes that are not a payload, or are of another version or codebook. The packet's own sound is not affected."""


@dataclass(frozen=True, slots=True)
class Header:
    """What comes before the latents."""

    offset: int
    chunks: int
    schedule: RateAllocation

    def __post_init__(self) -> None:
        if not (0 <= self.offset <= MAX_OFFSET and 0 <= self.chunks <= MAX_CHUNKS):
            raise InputError(f"offset {self.offset} and {self.chunks} chunks, use up to {MAX_OFFSET} and {MAX_CHUNKS}")


@dataclass(frozen=True, slots=True)
class Contents:
    """A payload that was read."""

    header: Header
    start: Steps
    latents: tuple[Steps, ...]
    """Newest first; fewer than the header says where no more were asked for."""


def write(header: Header, parts: Iterable[Interval], revision: int) -> bytes:
    """A payload. `parts`: the interval of the start vector, then of each latent; none where there are no chunks."""
    fields = (header.offset, _schedule_number(header.schedule), header.chunks)
    body = to_bytes(join([interval(fields, _FIELDS), *parts]))
    return bytes([VERSION << 4 | revision, zlib.crc32(body) & 0xFF]) + body


def read(data: bytes, codebook: Codebook, chunks: int = MAX_CHUNKS) -> Contents:
    """Read a payload, or only its newest `chunks`. Time and memory are bounded by what a payload may hold.

    Raises `PayloadError` for whatever `write` did not make.
    """
    if len(data) < 2 or len(data) > MAX_BYTES:
        raise PayloadError(f"a payload of {len(data)} bytes, expected 2 to {MAX_BYTES}")
    body = data[2:].rstrip(b"\0")
    if data[0] != VERSION << 4 | codebook.revision:
        raise PayloadError(
            f"a payload of version {data[0] >> 4}, revision {data[0] & 15}; "
            f"this codec reads version {VERSION}, revision {codebook.revision}"
        )
    if data[1] != zlib.crc32(body) & 0xFF:
        raise PayloadError("a payload whose check does not fit, it was damaged on the way")
    try:
        return _read_body(Reader(body), codebook, chunks)
    except ValueError as error:
        raise PayloadError(f"a payload with {error}") from None


def _read_body(reader: Reader, codebook: Codebook, chunks: int) -> Contents:
    offset, number, described = reader.read(_FIELDS)
    header = Header(offset, described, _schedule(number))
    if not header.chunks:
        return Contents(header, np.zeros(codebook.starts.dimensions, np.int64), ())
    start = codebook.starts.read(reader, header.schedule.first)
    levels = header.schedule.levels(min(header.chunks, chunks))
    return Contents(header, start, tuple(codebook.latents.read(reader, level) for level in levels))


def _schedule_number(schedule: RateAllocation) -> int:
    return (schedule.first * len(SLOPES) + schedule.slope) * LEVELS + schedule.last


def _schedule(number: int) -> RateAllocation:
    rest, last = divmod(number, LEVELS)
    return RateAllocation(*divmod(rest, len(SLOPES)), last)


def _favouring(symbols: int, favourite: int) -> Table:
    """One symbol takes a bit, each of the others as many as it must."""
    share = TOTAL // 2 // (symbols - 1)
    frequencies = [share] * symbols
    frequencies[favourite] += TOTAL - sum(frequencies)
    return Table.of(frequencies)


_FIELDS = (
    _favouring(MAX_OFFSET + 1, 0),
    _favouring(LEVELS * LEVELS * len(SLOPES), _schedule_number(RateAllocation())),
    _favouring(MAX_CHUNKS + 1, 25),
)

"""Ogg Opus as it is made: libsndfile would hold back more than half a second."""

from __future__ import annotations

import struct

import numpy as np
import soxr
from opuslib_next import Encoder

from vivavoce.audio import Samples
from vivavoce.transport.ogg import FIRST, LAST, page

CLOCK_HZ = 48_000
_RATES_HZ = (8_000, 12_000, 16_000, 24_000, 48_000)
BIT_RATE_BPS = 32_000
_PACKETS_A_PAGE = 50
_SERIAL = 0x76697661


class OpusStream:
    """Sound in pieces of any length to Opus packets of 20 ms."""

    def __init__(self, rate_hz: int, bit_rate_bps: int = BIT_RATE_BPS) -> None:
        self.rate_hz = next((rate for rate in _RATES_HZ if rate >= rate_hz), _RATES_HZ[-1])
        self._resampler = (
            None if self.rate_hz == rate_hz else soxr.ResampleStream(rate_hz, self.rate_hz, 1, dtype="float32")
        )
        self._encoder = Encoder(self.rate_hz, 1, "audio")
        self._encoder.bitrate = bit_rate_bps
        self.frame = self.rate_hz // 50
        self._rest = np.zeros(0, np.float32)
        self.samples = 0
        """Taken in, at `rate_hz`."""

    @property
    def lookahead(self) -> int:
        """Samples by which what is decoded comes later."""
        return int(self._encoder.lookahead)

    def packets(self, samples: Samples, last: bool = False) -> list[bytes]:
        """The packets that are full with (samples,); with `last`, all, filled up with silence."""
        if self._resampler:
            samples = self._resampler.resample_chunk(np.ascontiguousarray(samples, np.float32), last=last)
        self.samples += len(samples)
        ready = np.concatenate([self._rest, np.clip(samples, -1.0, 1.0)])
        if last:
            ready = np.pad(ready, (0, self.lookahead))
            ready = np.pad(ready, (0, -len(ready) % self.frame))
        whole = len(ready) // self.frame * self.frame
        self._rest = ready[whole:]
        return [
            self._encoder.encode_float(np.ascontiguousarray(frame, np.float32).tobytes(), self.frame)
            for frame in ready[:whole].reshape(-1, self.frame)
        ]


class OggOpusWriter:
    """Opus packets on Ogg pages, a page for what each write completes."""

    def __init__(self, rate_hz: int, bit_rate_bps: int = BIT_RATE_BPS) -> None:
        self._stream = OpusStream(rate_hz, bit_rate_bps)
        self._source_rate_hz = rate_hz
        self._ticks = CLOCK_HZ // self._stream.rate_hz
        self._pre_skip = self._stream.lookahead * self._ticks
        self._pages = self._packets = 0

    def header(self) -> bytes:
        head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, self._pre_skip, self._source_rate_hz, 0, 0)
        tags = b"OpusTags" + struct.pack("<I", 8) + b"vivavoce" + struct.pack("<I", 0)
        return self._page([head], 0, FIRST) + self._page([tags], 0)

    def write(self, samples: Samples) -> bytes:
        return self._write_page(self._stream.packets(samples))

    def close(self) -> bytes:
        packets = self._stream.packets(np.zeros(0, np.float32), last=True)
        end = self._pre_skip + self._stream.samples * self._ticks
        return self._write_page(packets[:-1]) + self._page(packets[-1:], end, LAST)

    def _write_page(self, packets: list[bytes]) -> bytes:
        pages: list[bytes] = []
        for start in range(0, len(packets), _PACKETS_A_PAGE):
            group = packets[start : start + _PACKETS_A_PAGE]
            self._packets += len(group)
            pages.append(self._page(group, self._packets * CLOCK_HZ // 50))
        return b"".join(pages)

    def _page(self, packets: list[bytes], granule: int, flags: int = 0) -> bytes:
        self._pages += 1
        return page(packets, granule, _SERIAL, self._pages - 1, flags)

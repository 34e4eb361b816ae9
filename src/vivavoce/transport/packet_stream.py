"""Sound as it comes, of any rate and in pieces of any length, as packets of 20 ms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr

from vivavoce.audio import Samples
from vivavoce.redundancy.codec.payload_codec import DEFAULT, load_codec
from vivavoce.transport.opus_codec import FRAME, RATE_HZ
from vivavoce.transport.sender import ProtectedPacket, ProtectionSettings, Protector


class FrameSplitter:
    """Cuts sound of `rate_hz` into frames of 20 ms at 16 kHz."""

    def __init__(self, rate_hz: int) -> None:
        self._resampler = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="float32", quality="HQ")
        self._rest = np.zeros(0, np.float32)

    def push(self, samples: Samples) -> Iterator[Samples]:
        """The whole frames, (320,), that are there with these samples."""
        yield from self._cut(self._resampler.resample_chunk(np.ascontiguousarray(samples, np.float32)))

    def flush(self, lookahead: int) -> Iterator[Samples]:
        """What is left, and silence for `lookahead` samples of the coder's delay."""
        yield from self._cut(self._resampler.resample_chunk(np.zeros(0, np.float32), last=True))
        flushed = len(self._rest) + lookahead
        yield from self._cut(np.zeros(lookahead + -flushed % FRAME, np.float32))

    def _cut(self, samples: Samples) -> Iterator[Samples]:
        held = np.concatenate([self._rest, samples])
        whole = len(held) // FRAME * FRAME
        self._rest = held[whole:]
        yield from held[:whole].reshape(-1, FRAME)


class PacketStream:
    """One stream of speech as protected Opus packets; each is 960 ticks of an RTP clock."""

    def __init__(
        self, rate_hz: int, *, codec: str | Path | None = DEFAULT, settings: ProtectionSettings | None = None
    ) -> None:
        """`codec` is a payload's name or addon, or None for plain packets. Raises `InputError` for an unknown one."""
        self._protector = Protector(load_codec(codec) if codec else None, settings)
        self._splitter = FrameSplitter(rate_hz)

    def push(self, samples: Samples) -> list[ProtectedPacket]:
        """The packets that are complete with these samples, (samples,) float32 at the stream's rate."""
        return [self._protector.step(frame) for frame in self._splitter.push(samples)]

    def flush(self) -> list[ProtectedPacket]:
        """The last packets; the stream ends here."""
        return [self._protector.step(frame) for frame in self._splitter.flush(self._protector.lookahead)]

"""Encoders of sound that comes in pieces: what their methods return, in order, is the file."""

# pyright: reportUnknownMemberType=false
# (PyAV's stubs leave the parameter of `Packet` open)

from __future__ import annotations

import io
import struct
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import soundfile
import soxr

from vivavoce.audio import Samples
from vivavoce.serve.ogg_opus import BIT_RATE_BPS as OPUS_BIT_RATE_BPS
from vivavoce.serve.ogg_opus import OggOpusWriter

UNKNOWN_SIZE = 0xFFFFFFFF
_WAV_TAGS = {"pcm": (1, 2), "f32": (3, 4), "alaw": (6, 1), "mulaw": (7, 1)}
"""What RIFF calls a coding, and its bytes a sample."""


class AudioEncoder(ABC):
    """One stream of mono sound. What its three methods return, one after the other, is the encoded file."""

    def begin(self) -> bytes:
        """What stands before all sound."""
        return b""

    @abstractmethod
    def encode(self, samples: Samples) -> bytes:
        """Bytes for (samples,) in [-1, 1], or for some before them; a coder may hold some back."""

    def finish(self) -> bytes:
        """What was held back."""
        return b""


class Pcm(AudioEncoder):
    """16-bit little-endian samples."""

    def encode(self, samples: Samples) -> bytes:
        return pcm16(samples)


class Wav(AudioEncoder):
    """What another encoder makes, after a WAV header whose sizes mark the length as unknown."""

    def __init__(self, rate_hz: int, inner: AudioEncoder, coding: str = "pcm") -> None:
        self._rate_hz, self._inner, self._coding = rate_hz, inner, coding

    def begin(self) -> bytes:
        return wav_header(self._rate_hz, coding=self._coding)

    def encode(self, samples: Samples) -> bytes:
        return self._inner.encode(samples)

    def finish(self) -> bytes:
        return self._inner.finish()


class Float32(AudioEncoder):
    """32-bit little-endian floats."""

    def encode(self, samples: Samples) -> bytes:
        return samples.astype("<f4").tobytes()


class LibsndfileEncoder(AudioEncoder):
    """FLAC, MP3 or Vorbis by libsndfile, which may seek in a buffer; only what it appends is sent."""

    def __init__(self, rate_hz: int, container: str, subtype: str, **options: Any) -> None:
        self._buffer: Any = _AppendOnly()
        self._file = soundfile.SoundFile(self._buffer, "w", rate_hz, 1, subtype, format=container, **options)

    def encode(self, samples: Samples) -> bytes:
        self._file.write(np.frombuffer(pcm16(samples), "<i2"))
        self._file.flush()
        return self._buffer.take()

    def finish(self) -> bytes:
        self._file.close()
        return self._buffer.take()


class OggOpus(AudioEncoder):
    """Ogg Opus, a page for each chunk."""

    def __init__(self, rate_hz: int, bit_rate_bps: int | None = None) -> None:
        self._writer = OggOpusWriter(rate_hz, bit_rate_bps or OPUS_BIT_RATE_BPS)

    def begin(self) -> bytes:
        return self._writer.header()

    def encode(self, samples: Samples) -> bytes:
        return self._writer.write(samples)

    def finish(self) -> bytes:
        return self._writer.close()


class Aac(AudioEncoder):
    """AAC in ADTS frames by PyAV."""

    def __init__(self, rate_hz: int, bit_rate_bps: int | None = None) -> None:
        import av

        self._av, self._rate_hz, self._place = av, rate_hz, 0
        self._buffer = _AppendOnly()
        self._container = av.open(self._buffer, "w", format="adts")
        self._stream: Any = self._container.add_stream("aac", rate=rate_hz, layout="mono")
        if bit_rate_bps:
            self._stream.bit_rate = bit_rate_bps

    def encode(self, samples: Samples) -> bytes:
        if len(samples):
            frame = self._av.AudioFrame.from_ndarray(np.clip(samples, -1, 1)[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = self._rate_hz, self._place
            self._place += len(samples)
            self._container.mux(self._stream.encode(frame))
        return self._buffer.take()

    def finish(self) -> bytes:
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._buffer.take()


class Resampled(AudioEncoder):
    """Another encoder at another rate."""

    def __init__(self, inner: AudioEncoder, from_hz: int, to_hz: int) -> None:
        self._inner = inner
        self._resampler = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="HQ")

    def begin(self) -> bytes:
        return self._inner.begin()

    def encode(self, samples: Samples) -> bytes:
        return self._inner.encode(self._resampler.resample_chunk(np.ascontiguousarray(samples, np.float32)))

    def finish(self) -> bytes:
        rest = self._resampler.resample_chunk(np.zeros(0, np.float32), last=True)
        return self._inner.encode(rest) + self._inner.finish()


def pcm16(samples: Samples) -> bytes:
    """(samples,) as 16-bit little-endian, what exceeds [-1, 1] clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()


def wav_header(rate_hz: int, data_bytes: int | None = None, coding: str = "pcm") -> bytes:
    """44 bytes before mono samples; both sizes are 0xFFFFFFFF where the length is not known."""
    size = UNKNOWN_SIZE if data_bytes is None else data_bytes
    riff = UNKNOWN_SIZE if data_bytes is None else 36 + data_bytes
    tag, width = _WAV_TAGS[coding]
    form = struct.pack("<IHHIIHH", 16, tag, 1, rate_hz, width * rate_hz, width, 8 * width)
    return b"RIFF" + struct.pack("<I", riff) + b"WAVEfmt " + form + b"data" + struct.pack("<I", size)


class _AppendOnly(io.RawIOBase):
    """A file that keeps only what was not taken yet; what is written over is dropped."""

    def __init__(self) -> None:
        self._place = self._length = 0
        self._new = bytearray()

    def take(self) -> bytes:
        data = bytes(self._new)
        self._new.clear()
        return data

    def write(self, data: Any) -> int:
        view = bytes(data)
        beyond = max(0, self._place + len(view) - self._length)
        if beyond:
            self._new += view[len(view) - beyond :]
            self._length += beyond
        self._place += len(view)
        return len(view)

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._length}[whence]
        self._place = base + place
        return self._place

    def tell(self) -> int:
        return self._place

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

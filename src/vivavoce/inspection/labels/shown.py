"""A moment as a browser shows it."""

# pyright: reportUnknownMemberType=false
# (PyAV's stubs leave the parameter of `Packet` open)

from __future__ import annotations

import io
import wave
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.packet import Packet

from vivavoce.inspection.media import SAMPLE_RATE_HZ, Plane, Samples, shrink

MAX_WIDTH = 960


def png_of(luma: Plane) -> bytes:
    """Luma (height, width) as a grey PNG, at most 960 pixels wide."""
    height, width = luma.shape
    if width > MAX_WIDTH:
        luma = shrink(luma, max(1, round(height * MAX_WIDTH / width)), MAX_WIDTH)
    context = av.CodecContext.create("png", "w")
    context.height, context.width = luma.shape
    context.pix_fmt, context.time_base = "gray", Fraction(1)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(luma), "gray")
    packets: list[Packet[Any]] = [*context.encode(frame), *context.encode(None)]
    return b"".join(map(bytes, packets))


def wav_of(samples: Samples) -> bytes:
    """Sound (samples,) at 48 kHz as 16-bit WAV."""
    memory = io.BytesIO()
    with wave.open(memory, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return memory.getvalue()

"""Pictures for the page: thumbnails and spectrograms."""

# pyright: reportUnknownMemberType=false
# (PyAV's stubs leave the parameter of `Packet` open)

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from vivavoce.inspection.media import Samples, VideoFrame, shrink

Rgb = npt.NDArray[np.uint8]

WIDTH = 320
COLUMNS, ROWS = 640, 160
WINDOW = 1024
TOP_HZ = 16_000
LOW_DB, HIGH_DB = -95.0, -15.0
SHADES = ((0.0, (8, 8, 24)), (0.35, (70, 20, 110)), (0.6, (200, 60, 70)), (0.8, (250, 160, 40)), (1.0, (255, 250, 200)))


def scale_picture(picture: VideoFrame, width: int = WIDTH) -> av.VideoFrame:
    """A picture as a frame of at most `width` pixels' width, even sizes, at least 2 x 2."""
    height, full = picture.luma.shape
    wide = max(2, min(width, full) & ~1)
    tall = max(2, round(height * wide / full) & ~1)
    frame = av.VideoFrame(wide, tall, "yuv420p")
    planes = (picture.luma, tall, wide), (picture.blue, tall // 2, wide // 2), (picture.red, tall // 2, wide // 2)
    for index, (plane, rows, columns) in enumerate(planes):
        target = frame.planes[index]
        padded = np.zeros((target.buffer_size // target.line_size, target.line_size), np.uint8)
        padded[:rows, :columns] = shrink(plane, rows, columns)
        target.update(padded.tobytes())
    frame.color_range = 2 if picture.full_range else 1
    return frame


def jpeg(frame: av.VideoFrame) -> bytes:
    """A frame as JPEG."""
    return _encode(frame.reformat(format="yuvj420p", dst_color_range=2), "mjpeg", {"q:v": "4"})


def picture_of(pixels: Rgb) -> av.VideoFrame:
    """(rows, columns, 3) as a frame."""
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24")


def spectrogram(mono: Samples, rate_hz: int) -> Rgb:
    """Levels of 0 to 16 kHz over time, lowest row last: (160, 640, 3)."""
    padded = np.pad(mono, WINDOW // 2)
    starts = np.linspace(0, max(0, len(padded) - WINDOW), COLUMNS).astype(int)
    windows = padded[np.minimum(starts[:, None] + np.arange(WINDOW), len(padded) - 1)]
    power = np.abs(np.fft.rfft(windows * np.hanning(WINDOW), axis=1)) ** 2 / (WINDOW / 4) ** 2
    bins = np.linspace(0, TOP_HZ / rate_hz * WINDOW, ROWS + 1).astype(int)[:-1]
    levels = 10 * np.log10(np.maximum.reduceat(power[:, : bins[-1] + 3], bins, axis=1) + 1e-12)
    shade = np.clip((levels.T[::-1] - LOW_DB) / (HIGH_DB - LOW_DB), 0.0, 1.0)
    places = [place for place, _ in SHADES]
    channels = [np.interp(shade, places, [colour[index] for _, colour in SHADES]) for index in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def _encode(frame: av.VideoFrame, codec: str, options: dict[str, str]) -> bytes:
    context = av.CodecContext.create(codec, "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = frame.width, frame.height, frame.format.name
    context.time_base, context.options = Fraction(1, 25), options
    frame.pts, frame.time_base = 0, Fraction(1, 25)
    packets: list[Packet[Any]] = [*context.encode(frame), *context.encode(None)]
    return b"".join(map(bytes, packets))

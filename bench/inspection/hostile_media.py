"""Small media files of every format that is read, and the ways in which they are broken: all from one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer

Random = np.random.Generator
WIDTH, HEIGHT, RATE_HZ, FRAMES = 160, 96, 25, 25
SAMPLE_RATE_HZ, AMR_RATE_HZ = 48_000, 8_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a healthy file is made: its suffix, FFmpeg's muxer, and the codecs of pictures and sound."""

    suffix: str
    muxer: str
    video: str = ""
    audio: str = ""
    options: tuple[tuple[str, str], ...] = ()
    pixel_format: str = "yuv420p"


FRAGMENTED = (("movflags", "frag_keyframe+empty_moov"),)
RECIPES = (
    Recipe(".mp4", "mp4", "libx264", "aac"),
    Recipe(".frag.mp4", "mp4", "libx264", "aac", FRAGMENTED),
    Recipe(".mov", "mov", "prores", "pcm_s16le", pixel_format="yuv422p10le"),
    Recipe(".m4a", "ipod", audio="alac"),
    Recipe(".hevc.mp4", "mp4", "libx265", "ac3"),
    Recipe(".3gp", "3gp", "h263", "aac"),
    Recipe(".mkv", "matroska", "libx264", "flac"),
    Recipe(".webm", "webm", "libvpx-vp9", "libopus"),
    Recipe(".ts", "mpegts", "mpeg2video", "mp2"),
    Recipe(".m2ts", "mpegts", "libx264", "eac3"),
    Recipe(".mpg", "mpeg", "mpeg1video", "mp2"),
    Recipe(".avi", "avi", "mpeg4", "libmp3lame"),
    Recipe(".flv", "flv", "flv", "libmp3lame"),
    Recipe(".ogg", "ogg", audio="flac"),
    Recipe(".mxf", "mxf", "mpeg2video", "pcm_s16le"),
    Recipe(".wmv", "asf", "wmv2", "libmp3lame"),
    Recipe(".nut", "nut", "ffv1", "pcm_f32le"),
    Recipe(".rm", "rm", "rv10", "ac3"),
    Recipe(".ivf", "ivf", "libvpx"),
    Recipe(".y4m", "yuv4mpegpipe", "wrapped_avframe"),
    Recipe(".h264", "h264", "libx264"),
    Recipe(".hevc", "hevc", "libx265"),
    Recipe(".gif", "gif", "gif", pixel_format="rgb8"),
    Recipe(".apng", "apng", "apng", pixel_format="rgb24"),
    Recipe(".wav", "wav", audio="pcm_s24le"),
    Recipe(".w64", "w64", audio="pcm_s16le"),
    Recipe(".caf", "caf", audio="pcm_f32be"),
    Recipe(".aiff", "aiff", audio="pcm_s16be"),
    Recipe(".au", "au", audio="pcm_mulaw"),
    Recipe(".mp3", "mp3", audio="libmp3lame"),
    Recipe(".flac", "flac", audio="flac"),
    Recipe(".opus", "opus", audio="libopus"),
    Recipe(".aac", "adts", audio="aac"),
    Recipe(".ac3", "ac3", audio="ac3"),
    Recipe(".wv", "wv", audio="wavpack"),
    Recipe(".amr", "amr", audio="libopencore_amrnb"),
)

CAPTIONS = {
    ".srt": "1\n00:00:00,200 --> 00:00:00,900\nFirst line\nsecond line\n\n2\n00:00:01,000 --> 00:00:02,000\nAnother\n",
    ".vtt": "WEBVTT\n\n00:00.200 --> 00:00.900 line:0\nFirst <i>line</i>\n\n00:01.000 --> 00:02.000\nAnother\n",
    ".ttml": '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="0.2s" end="0.9s">'
    'First<br/>line</p><p begin="00:00:01.000" end="00:00:02.000">Another</p></div></body></tt>',
}


def write_media(path: Path, recipe: Recipe) -> None:
    """A second of a moving gradient and of a voice-like sound. Raises FFmpeg's errors where a codec is missing."""
    with av.open(str(path), "w", format=recipe.muxer, options=dict(recipe.options)) as container:
        video = container.add_stream(recipe.video, rate=RATE_HZ) if recipe.video else None
        rate_hz = AMR_RATE_HZ if "amr" in recipe.audio else SAMPLE_RATE_HZ
        audio = container.add_stream(recipe.audio, rate=rate_hz, layout="mono") if recipe.audio else None
        if isinstance(video, av.VideoStream):
            width, height = (176, 144) if recipe.video in ("h263", "rv10") else (WIDTH, HEIGHT)
            video.width, video.height, video.pix_fmt = width, height, recipe.pixel_format
            video.codec_context.thread_count, video.codec_context.time_base = 1, Fraction(1, RATE_HZ)
            for number in range(FRAMES):
                frame = av.VideoFrame.from_ndarray(gradient(number, width, height), "gray")
                frame = frame.reformat(format=recipe.pixel_format)
                frame.pts, frame.time_base = number, Fraction(1, RATE_HZ)
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
        if isinstance(audio, av.AudioStream):
            _mux_sound(container, audio, rate_hz)


def gradient(number: int, width: int, height: int) -> np.ndarray:
    """Luma (height, width) of a pattern that moves by four pixels a frame."""
    columns, rows = np.arange(width) + 4 * number, np.arange(height)
    return (96 + 60 * np.sin(columns / 9.0)[None, :] * np.cos(rows / 7.0)[:, None] + rows[:, None] % 40).astype(
        np.uint8
    )


def tone(rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    """(samples,) float32 of a buzz that swells four times a second."""
    time_s = np.arange(round(rate_hz * seconds)) / rate_hz
    buzz = sum(np.sin(2 * np.pi * 150 * k * time_s) / k for k in range(1, 8))
    return (0.1 * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time_s))).astype(np.float32)


def _mux_sound(container: OutputContainer, stream: av.AudioStream, rate_hz: int) -> None:
    frame = AudioFrame.from_ndarray(tone(rate_hz).reshape(1, -1), format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
    resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=rate_hz)
    fifo = av.AudioFifo()
    for converted in (*resampler.resample(frame), *resampler.resample(None)):
        fifo.write(converted)
    while (block := fifo.read(stream.codec_context.frame_size or 960, partial=False)) is not None:
        container.mux(stream.encode(block))
    container.mux(stream.encode(None))


def truncate(data: bytearray, random: Random, other: bytes) -> bytearray:
    """Cut at a place anywhere in the file."""
    return data[: int(random.integers(0, max(1, len(data))))]


def flip_bits(data: bytearray, random: Random, other: bytes) -> bytearray:
    """One bit in ten thousand to one in a hundred bytes."""
    count = max(1, int(len(data) * 10 ** random.uniform(-4, -2)))
    for place in random.integers(0, max(1, len(data)), count if data else 0):
        data[place] ^= 1 << int(random.integers(8))
    return data


def fill_with_zeros(data: bytearray, random: Random, other: bytes) -> bytearray:
    """A stretch of up to half the file."""
    start, length = random.integers(0, max(1, len(data))), int(random.integers(1, max(2, len(data) // 2)))
    end = min(len(data), int(start) + length)
    data[int(start) : end] = bytes(end - int(start))
    return data


def swap_header(data: bytearray, random: Random, other: bytes) -> bytearray:
    """The first bytes of a file of another format."""
    length = int(random.choice([8, 64, 512, 4096]))
    data[:length] = other[:length]
    return data


def declare_huge_sizes(data: bytearray, random: Random, other: bytes) -> bytearray:
    """Fields of four bytes near the start or the end become as large as they can."""
    values = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80\x00\x00\x00")
    reach = min(len(data), 2048)
    for _ in range(int(random.integers(1, 6))):
        place = int(random.integers(0, max(1, reach - 4)))
        place = len(data) - reach + place if random.random() < 0.5 else place
        data[place : place + 4] = values[int(random.integers(len(values)))]
    return data


def shuffle_blocks(data: bytearray, random: Random, other: bytes) -> bytearray:
    """Blocks of 188 to 4,096 bytes in another order, some twice, some lost."""
    size = int(random.choice([188, 512, 4096]))
    blocks = [data[place : place + size] for place in range(0, len(data), size)]
    return bytearray().join(
        blocks[i] for i in sorted(range(len(blocks)), key=lambda i: i + random.normal(0, 3)) if random.random() > 0.05
    )


def splice_noise(data: bytearray, random: Random, other: bytes) -> bytearray:
    """Noise in the middle."""
    place = int(random.integers(0, max(1, len(data))))
    return data[:place] + random.bytes(int(random.integers(1, 20_000))) + data[place:]


Breakage = Callable[[bytearray, Random, bytes], bytearray]
BREAKAGES: tuple[Breakage, ...] = (
    truncate, flip_bits, fill_with_zeros, swap_header, declare_huge_sizes, shuffle_blocks, splice_noise,
)  # fmt: skip

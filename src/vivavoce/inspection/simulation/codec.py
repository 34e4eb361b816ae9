"""Through real encoders and back: defects that were not coded again are too easy to find."""

# pyright: reportUnknownMemberType=false
# (PyAV's stubs leave the parameter of `Packet` open)

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from vivavoce.files import whole_file
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, Samples, VideoFrame
from vivavoce.inspection.simulation.clip import Clip, Yuv

TICKS_HZ = 90_000
SOUND_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Coding:
    """A container and the encoders of its tracks, by FFmpeg's names."""

    container: str
    video: str = "libx264"
    sound: str = "aac"


CODINGS = {
    ".mp4": Coding("mp4"),
    ".mkv": Coding("matroska"),
    ".ts": Coding("mpegts"),
    ".webm": Coding("webm", "libvpx", "libopus"),
}
"""By the suffix of a file."""

FAST = {
    "libx264": {"preset": "veryfast", "threads": "1"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "threads": "1"},
}
FIXED_RATE, FIXED_RATE_HZ = frozenset({"mpeg4", "mpeg2video"}), 25.0
"""Encoders that count pictures, not ticks of a clock, and take few rates; no decoded picture tells which it was."""


def write_clip(path: Path, clip: Clip, crf: int = 20, sound_bps: int = 128_000) -> None:
    """Encode to .mp4, .mkv or .ts (H.264, AAC) or .webm (VP8, Opus); the file appears whole or not at all.

    Raises `MediaError` for another suffix or a clip without pictures and sound, `InputError` where no plain file can
    be put.
    """
    coding = CODINGS.get(path.suffix.lower())
    if coding is None:
        raise MediaError(f"{path}: unknown suffix, use one of {' '.join(CODINGS)}")
    if not clip.frames and clip.sound is None:
        raise MediaError(f"{path}: neither pictures nor sound to write")
    with whole_file(path) as temporary, av.open(str(temporary), "w", format=coding.container) as container:
        _encode(container, clip, coding, crf, sound_bps)


def transcode_audio(samples: Samples, codec: str = "aac", bit_rate_bps: int = 128_000) -> Samples:
    """(channels, samples) at 48 kHz through `aac`, `libopus` or `libmp3lame` and back, the codec's delay taken off."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="matroska") as container:
        _mux_sound(container, _sound(container, samples, codec, bit_rate_bps), samples)
    memory.seek(0)
    with open_media(memory) as media:
        decoded = np.concatenate([part.samples for part in media.parts() if isinstance(part, AudioBlock)], axis=1)
    lag = _lag(samples, decoded)
    shifted = decoded[:, lag:] if lag >= 0 else np.pad(decoded, ((0, 0), (-lag, 0)))
    missing = max(0, samples.shape[1] - shifted.shape[1])
    return np.pad(shifted, ((0, 0), (0, missing)))[:, : samples.shape[1]]


def transcode_frames(frames: Sequence[Yuv], rate_hz: float, crf: int = 23, deblock: bool = True) -> tuple[Yuv, ...]:
    """Pictures through H.264 and back, without the encoder's deblocking filter if so wished."""
    unfiltered = {} if deblock else {"x264-params": f"no-deblock=1:qp={crf}"}
    return transcode_with(frames, rate_hz, "libx264", {"crf": str(crf), **unfiltered})


def transcode_with(
    frames: Sequence[Yuv], rate_hz: float, codec: str, options: Mapping[str, str], bit_rate_bps: int = 0
) -> tuple[Yuv, ...]:
    """Pictures through an encoder of FFmpeg with its `options` and back, at a rate of bits where one is given.

    Raises `MediaError` when what was written cannot be read.
    """
    memory = io.BytesIO()
    with av.open(memory, "w", format=CODINGS[".mkv"].container) as container:
        clip = Clip(tuple(frames), FIXED_RATE_HZ if codec in FIXED_RATE else rate_hz)
        _mux_pictures(container, _video(container, clip, codec, options, bit_rate_bps), clip)
    memory.seek(0)
    with open_media(memory) as media:
        return tuple(yuv_of(part) for part in media.parts() if isinstance(part, VideoFrame))


def transcode(clip: Clip, crf: int = 23, codec: str = "aac", bit_rate_bps: int = 128_000) -> Clip:
    """A clip through both encoders and back, in memory."""
    frames = transcode_frames(clip.frames, clip.rate_hz, crf) if clip.frames else ()
    sound = None if clip.sound is None else transcode_audio(clip.sound, codec, bit_rate_bps)
    return replace(clip, frames=frames, sound=sound)


def yuv_of(picture: VideoFrame) -> Yuv:
    """A picture's planes, copied."""
    return Yuv(picture.luma.copy(), picture.blue.copy(), picture.red.copy())


def frame_of(yuv: Yuv) -> av.VideoFrame:
    """A frame for an encoder; odd sizes lose their last row or column."""
    height, width = yuv.luma.shape[0] & ~1, yuv.luma.shape[1] & ~1
    frame = av.VideoFrame(width, height, "yuv420p")
    for index, plane in enumerate((yuv.luma, yuv.blue, yuv.red)):
        rows, columns = (height, width) if index == 0 else (height // 2, width // 2)
        line = frame.planes[index].line_size
        padded = np.zeros((frame.planes[index].buffer_size // line, line), np.uint8)
        padded[:rows, :columns] = plane[:rows, :columns]
        frame.planes[index].update(padded.tobytes())
    return frame


def _encode(container: OutputContainer, clip: Clip, coding: Coding, crf: int, sound_bps: int) -> None:
    bits = clip.frames[0].luma.size * 4 if clip.frames and coding.video == "libvpx" else 0
    video = _video(container, clip, coding.video, {"crf": str(crf)}, bits) if clip.frames else None
    sound = _sound(container, clip.sound, coding.sound, sound_bps or 128_000) if clip.sound is not None else None
    if video is not None:
        _mux_pictures(container, video, clip)
    if sound is not None and clip.sound is not None:
        _mux_sound(container, sound, clip.sound)


def _mux_pictures(container: OutputContainer, video: VideoStream, clip: Clip) -> None:
    for number, yuv in enumerate(clip.frames):
        frame = frame_of(yuv)
        delay_s = clip.delays_s[number] if clip.delays_s else 0.0
        frame.pts, frame.time_base = round((number / clip.rate_hz + delay_s) * TICKS_HZ), Fraction(1, TICKS_HZ)
        container.mux(video.encode(frame))
    container.mux(video.encode(None))


def _video(
    container: OutputContainer, clip: Clip, codec: str, options: Mapping[str, str], bit_rate_bps: int
) -> VideoStream:
    rate = Fraction(clip.rate_hz).limit_denominator(1001)
    stream = container.add_stream(codec, rate=rate)
    assert isinstance(stream, VideoStream)
    height, width = clip.frames[0].luma.shape
    stream.width, stream.height, stream.pix_fmt = width & ~1, height & ~1, "yuv420p"
    stream.time_base = stream.codec_context.time_base = 1 / rate if codec in FIXED_RATE else Fraction(1, TICKS_HZ)
    stream.options = {**options, **FAST.get(codec, {"threads": "1"})}
    if bit_rate_bps:
        stream.bit_rate = bit_rate_bps
    return stream


def _sound(container: OutputContainer, samples: Samples, codec: str, bit_rate_bps: int) -> AudioStream:
    stream = container.add_stream(codec, rate=SAMPLE_RATE_HZ, layout=_layout(samples))
    assert isinstance(stream, AudioStream)
    stream.bit_rate = bit_rate_bps
    return stream


def _mux_sound(container: OutputContainer, stream: AudioStream, samples: Samples) -> None:
    clipped = np.ascontiguousarray(np.clip(samples, -1, 1), np.float32)
    for start in range(0, clipped.shape[1], SOUND_BLOCK):
        block = np.ascontiguousarray(clipped[:, start : start + SOUND_BLOCK])
        frame = AudioFrame.from_ndarray(block, format="fltp", layout=_layout(samples))
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, start, Fraction(1, SAMPLE_RATE_HZ)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _layout(samples: Samples) -> str:
    channels = samples.shape[0]
    layouts = {1: "mono", 2: "stereo", 6: "5.1"}
    if channels not in layouts:
        raise MediaError(f"{channels} channels of sound, give 1, 2 or 6")
    return layouts[channels]


def _lag(before: Samples, after: Samples) -> int:
    """Samples by which `after` is late, found by correlation within 0.1 s."""
    reach = SAMPLE_RATE_HZ // 10
    length = min(before.shape[1], after.shape[1], 10 * SAMPLE_RATE_HZ)
    if length < reach:
        return 0
    size = 1 << (2 * length).bit_length()
    one, two = before.mean(axis=0)[:length], after.mean(axis=0)[:length]
    product = np.fft.irfft(np.fft.rfft(two, size) * np.conj(np.fft.rfft(one, size)), size)
    lags = np.concatenate([product[:reach], product[-reach:]])
    best = int(np.argmax(lags))
    return best if best < reach else best - 2 * reach

"""What the page shows of an event: a picture, a spectrogram, a few seconds to play."""

# pyright: reportUnknownMemberType=false
# (PyAV's stubs leave the parameter of `Packet` open)

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from vivavoce.inspection.decode import open_media
from vivavoce.inspection.event import Event
from vivavoce.inspection.limits import Limits
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, Samples, VideoFrame
from vivavoce.inspection.registry import is_audible
from vivavoce.inspection.report.images import jpeg, picture_of, scale_picture, spectrogram

LEAD_S, MOST_S = 1.0, 5.0
MILLISECONDS = Fraction(1, 1000)
OPUS_BLOCK = 960


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Bytes for the page; None where there is nothing to show."""

    start_s: float
    end_s: float
    picture: bytes | None
    spectrogram: bytes | None
    clip: bytes | None


def excerpt(path: Path, event: Event, limits: Limits) -> Excerpt:
    """Decode a few seconds around an event, from a second before it.

    Raises `InputError` when the file cannot be opened any more.
    """
    start_s = max(0.0, event.start_s - LEAD_S)
    end_s = min(event.end_s + LEAD_S, start_s + MOST_S)
    shown_s = min((event.start_s + event.end_s) / 2, end_s - 0.1)
    frames: list[tuple[float, av.VideoFrame]] = []
    sounds: list[AudioBlock] = []
    with open_media(path, limits) as media:
        has_pictures, has_sound = media.info.video is not None, bool(media.info.sounds)
        stream = int(event.evidence.get("stream", 0))
        for part in media.parts(start_s):
            if isinstance(part, VideoFrame) and start_s <= part.time_s <= end_s:
                frames.append((part.time_s, scale_picture(part)))
            elif (
                isinstance(part, AudioBlock) and part.stream == stream and part.end_s > start_s and part.start_s < end_s
            ):
                sounds.append(part)
            pictures_done = not has_pictures or (isinstance(part, VideoFrame) and part.time_s > end_s)
            sound_done = not has_sound or (bool(sounds) and sounds[-1].end_s >= end_s)
            if (pictures_done and sound_done) or (isinstance(part, VideoFrame) and part.time_s > end_s + 5):
                break
    sound = _join_sound(sounds, start_s, end_s)
    picture = min(frames, key=lambda frame: abs(frame[0] - shown_s), default=None)
    show_sound = sound is not None and is_audible(event.defect)
    return Excerpt(
        start_s,
        end_s,
        jpeg(picture[1]) if picture else None,
        jpeg(picture_of(spectrogram(sound.mean(axis=0), SAMPLE_RATE_HZ))) if show_sound and sound is not None else None,
        _clip(frames, sound, start_s) if frames or sound is not None else None,
    )


def _join_sound(sounds: list[AudioBlock], start_s: float, end_s: float) -> Samples | None:
    """Stereo at most, silence where nothing is."""
    if not sounds:
        return None
    joined = np.zeros((min(2, sounds[0].samples.shape[0]), round((end_s - start_s) * SAMPLE_RATE_HZ)), np.float32)
    for sound in sounds:
        place = round((sound.start_s - start_s) * SAMPLE_RATE_HZ)
        samples = sound.samples[: len(joined), max(0, -place) :]
        place = max(0, place)
        room = max(0, joined.shape[1] - place)
        joined[:, place : place + samples.shape[1]] = samples[:, :room]
    return joined


def _clip(frames: list[tuple[float, av.VideoFrame]], sound: Samples | None, start_s: float) -> bytes:
    """WebM with VP8 and Opus, which every browser plays."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="webm") as container:
        video = _video(container, frames[0][1]) if frames else None
        audio = None
        if sound is not None:
            audio = container.add_stream("libopus", rate=SAMPLE_RATE_HZ, layout=_layout(sound))
            audio.bit_rate = 64_000
        if video is not None:
            _mux_pictures(container, video, frames, start_s)
        if audio is not None and sound is not None:
            _mux_sound(container, audio, sound)
    return memory.getvalue()


def _video(container: OutputContainer, first: av.VideoFrame) -> VideoStream:
    stream = container.add_stream("libvpx", rate=30)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
    stream.bit_rate, stream.options = 300_000, {"deadline": "realtime", "cpu-used": "8"}
    stream.codec_context.time_base = MILLISECONDS
    return stream


def _mux_pictures(
    container: OutputContainer, stream: VideoStream, frames: list[tuple[float, av.VideoFrame]], start_s: float
) -> None:
    last = -1
    for time_s, frame in frames:
        if (frame.width, frame.height) != (stream.width, stream.height):
            frame = frame.reformat(stream.width, stream.height)
        last = max(last + 1, round(1000 * (time_s - start_s)))
        frame.pts, frame.time_base = last, MILLISECONDS
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _mux_sound(container: OutputContainer, stream: AudioStream, sound: Samples) -> None:
    clipped = np.clip(sound, -1.0, 1.0)
    for start in range(0, clipped.shape[1], OPUS_BLOCK):
        block = np.ascontiguousarray(clipped[:, start : start + OPUS_BLOCK].T.reshape(1, -1))
        frame = AudioFrame.from_ndarray(block, format="flt", layout=_layout(sound))
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, start, Fraction(1, SAMPLE_RATE_HZ)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _layout(sound: Samples | None) -> str:
    return "stereo" if sound is not None and len(sound) == 2 else "mono"

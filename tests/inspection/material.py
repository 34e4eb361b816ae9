"""Tiny clips, drawn and spoken by arithmetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, AudioInfo, MediaInfo, Samples, VideoFrame, VideoInfo
from vivavoce.inspection.simulation import Clip, Yuv, write_clip

HEIGHT, WIDTH, RATE_HZ = 96, 160, 25.0


def moving(seconds: float = 3.0, height: int = HEIGHT, width: int = WIDTH, sound: bool = True) -> Clip:
    """A textured scene that pans, with speech-like sound."""
    count = round(seconds * RATE_HZ)
    random = np.random.default_rng(1)
    scene = _scene(random, height, width + 4 * count)
    tint = 80 + 0.4 * _scene(random, height, width + 4 * count)
    frames, x = [], 0
    for number in range(count):
        x += 1 + number % 2
        luma = scene[:, x : x + width]
        chroma = tint[: height // 2, x // 2 : x // 2 + width // 2]
        frames.append(Yuv(*(np.ascontiguousarray(p.astype(np.uint8)) for p in (luma, chroma, 255 - chroma))))
    return Clip(tuple(frames), RATE_HZ, babble(seconds) if sound else None)


def babble(seconds: float, channels: int = 2) -> Samples:
    """Sound that swells and falls like syllables over a quiet room, the same in all channels but for the room."""
    random = np.random.default_rng(2)
    count = round(seconds * SAMPLE_RATE_HZ)
    time_s = np.arange(count) / SAMPLE_RATE_HZ
    pitch = sum(np.sin(2 * np.pi * 140 * k * time_s + k) / k for k in range(1, 12))
    voice = 0.12 * pitch * (0.55 + 0.45 * np.sin(2 * np.pi * 3.7 * time_s))
    room = random.normal(0, 0.002, (channels, count))
    return (voice + room).astype(np.float32)


def pictures(clip: Clip) -> list[VideoFrame]:
    """The frames of a clip as the runner would show them."""
    step_s = 1.0 / clip.rate_hz
    return [VideoFrame(n, n * step_s, step_s, f.luma, f.blue, f.red) for n, f in enumerate(clip.frames)]


def sounds(samples: Samples, stream: int = 0) -> list[AudioBlock]:
    """Samples second by second."""
    starts = range(0, samples.shape[1], SAMPLE_RATE_HZ)
    return [AudioBlock(n / SAMPLE_RATE_HZ, samples[:, n : n + SAMPLE_RATE_HZ], stream) for n in starts]


def info(clip: Clip, captions: tuple[str, ...] = ()) -> MediaInfo:
    """What a container would say of a clip."""
    video = None
    if clip.frames:
        height, width = clip.frames[0].luma.shape
        video = VideoInfo("h264", width, height, clip.rate_hz, "yuv420p")
    heard = (AudioInfo("aac", SAMPLE_RATE_HZ, clip.sound.shape[0]),) if clip.sound is not None else ()
    return MediaInfo("clip", seconds=clip.seconds, video=video, sounds=heard, captions=captions)


def written(path: Path, clip: Clip) -> Path:
    """A clip as a file."""
    write_clip(path, clip)
    return path


def _scene(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Large, middling and fine structure with edges, as pictures have."""
    levels = np.full((height, width), 128.0)
    for side, strength in ((40, 60), (10, 25), (1, 4)):
        noise = random.uniform(-strength, strength, (height // side + 1, width // side + 1))
        levels += np.repeat(np.repeat(noise, side, axis=0), side, axis=1)[:height, :width]
    return np.clip(levels, 20, 230)

"""Media that is whole but unusual: small and narrow pictures, strange rates, layouts and times, odd names."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame

from bench.inspection.hostile_media import CAPTIONS, Random, gradient, tone

SIZES = ((2, 2), (16, 16), (18, 34), (1920, 2), (64, 480), (350, 200), (720, 576))
RATES_HZ = (Fraction(1), Fraction(15, 2), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(50), Fraction(240))
PIXEL_FORMATS = ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv444p12le", "gray", "yuvj420p", "bgr0", "gray16le")
SOUND_RATES_HZ = (8_000, 11_025, 22_050, 44_100, 96_000, 192_000)
LAYOUTS = ("mono", "stereo", "5.1", "7.1")
NAMES = (
    b"caf\xe9 %d", b"line\nbreak %d", b"-dash %d", b"=formula %d", b"quote\" ' %d", "日本語 %d".encode(),
    b"percent%% %d", b"a|b %d", b"<b>tag %d", b"tab\t %d", b" space %d ", "emoji 🎬 %d".encode(),
)  # fmt: skip


def write_odd(folder: Path, number: int, random: Random) -> Path:
    """One file under a name that few expect, in bytes that need not be UTF-8; its path."""
    kind = int(random.integers(4))
    suffix = (b".nut", b".wav", b".nut", b".srt")[kind]
    path = Path(os.fsdecode(os.fsencode(folder) + b"/" + NAMES[number % len(NAMES)] % number + suffix))
    if kind == 3:
        path.write_text(CAPTIONS[".srt"], encoding=str(random.choice(["utf-8-sig", "utf-16", "utf-8", "utf-32"])))
        return path
    plain = folder / "plain"
    with av.open(str(plain), "w", format=suffix[1:].decode()) as container:
        tracks = int(random.choice([0, 1, 2, 20])) if suffix == b".nut" else 1
        video = None
        if suffix == b".nut":
            width, height = SIZES[int(random.integers(len(SIZES)))]
            rate = RATES_HZ[int(random.integers(len(RATES_HZ)))]
            form = PIXEL_FORMATS[int(random.integers(len(PIXEL_FORMATS)))]
            video = container.add_stream("rawvideo", rate=rate)
            video.width, video.height, video.pix_fmt, video.codec_context.time_base = width, height, form, 1 / rate
        rate_hz = int(random.choice(SOUND_RATES_HZ))
        layout = str(random.choice(LAYOUTS))
        sounds = [container.add_stream("pcm_s16le", rate=rate_hz, layout=layout) for _ in range(tracks)]
        if video:
            stamp = int(random.choice([-5, 0, 0, 100_000]))
            for index in range(int(random.choice([1, 2, 12]))):
                frame = av.VideoFrame.from_ndarray(gradient(index, video.width, video.height), "gray")
                frame = frame.reformat(format=video.pix_fmt)
                stamp += int(random.choice([1, 1, 1, 4]))
                frame.pts, frame.time_base = stamp, video.codec_context.time_base
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
        for stream in sounds:
            samples = (32767 * tone(rate_hz, float(random.choice([0.001, 0.3, 1.0])))).astype(np.int16)
            samples = np.repeat(samples, stream.codec_context.channels).reshape(1, -1)
            frame = AudioFrame.from_ndarray(samples, format="s16", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return plain.rename(path)

"""A short clip to inspect: hills that pass by under a sun, drawn by formula, so that it belongs to nobody."""

# pyright: reportUnknownMemberType=false
# (PyAV's stubs leave the parameter of `Packet` open)

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from vivavoce.audio import Audio

WIDTH, HEIGHT = 480, 270
RATE_HZ = 25.0
ROOM = 1e-4
"""Root mean square of what is heard where the sound says nothing: digital silence would be a loss."""


def draw_landscape(seconds: float) -> list[npt.NDArray[np.uint8]]:
    """Pictures (270, 480, 3) of red, green and blue, 25 a second, for `seconds`."""
    across = np.arange(WIDTH)[None, :]
    down = np.arange(HEIGHT)[:, None]
    grain = np.random.default_rng(7).normal(0.0, 2.0, (HEIGHT, WIDTH + 400))
    frames: list[np.ndarray] = []
    for number in range(round(seconds * RATE_HZ)):
        time_s = number / RATE_HZ
        sky = (150 + 0.35 * down, 185 - 0.1 * down, 225 - 0.35 * down)
        red, green, blue = (channel + 0.0 * across for channel in sky)
        sun = np.exp(-((across - 360 + 12 * time_s) ** 2 + (down - 70 + 4 * time_s) ** 2) / 900.0)
        red, green, blue = red + 90 * sun, green + 70 * sun, blue + 10 * sun
        for layer, (speed, height, colour) in enumerate(
            ((18.0, 140.0, (110, 130, 150)), (45.0, 180.0, (70, 105, 85)), (95.0, 225.0, (45, 75, 45)))
        ):
            place = across + speed * time_s + 300 * layer
            ridge = height - 22 * np.sin(place / (70 - 14 * layer)) - 9 * np.sin(place / 23.0 + layer)
            hill = down > ridge
            texture = 14 * np.sin(place / 9.0) * np.cos((down - ridge) / 7.0)
            red, green, blue = (
                np.where(hill, tone + texture, channel)
                for channel, tone in zip((red, green, blue), colour, strict=True)
            )
        noise = np.roll(grain, -round(40 * time_s), axis=1)[:, :WIDTH]
        frames.append(np.clip(np.stack((red, green, blue), axis=-1) + noise[..., None], 0, 255).astype(np.uint8))
    return frames


def write_landscape(path: Path, seconds: float, sound: Audio) -> None:
    """Write `seconds` s of the clip as WebM (VP9 and Opus) with a sound at 48 kHz, cut or filled up with room noise to
    its length. Needs PyAV."""
    import av

    length = round(seconds * sound.rate_hz)
    room = np.random.default_rng(7).normal(0.0, ROOM, length).astype(np.float32)
    room[: len(sound.samples)] += sound.samples[:length]
    with av.open(path, "w") as media:
        stream = media.add_stream("libvpx-vp9", rate=round(RATE_HZ), options={"crf": "30", "b": "0", "cpu-used": "6"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        heard = media.add_stream("libopus", rate=sound.rate_hz, layout="mono")
        for picture in draw_landscape(seconds):
            media.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        media.mux(stream.encode())
        frame = av.AudioFrame.from_ndarray(room[None], format="flt", layout="mono")
        frame.sample_rate, frame.pts = sound.rate_hz, 0
        media.mux(heard.encode(frame))
        media.mux(heard.encode())

"""A short clip in memory: what simulators take and give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.captions import find_sidecar, read_captions
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, Cue, Plane, Samples, VideoFrame

MAX_BYTES = 4 << 30
INTERLEAVED_S = 2.0
"""How far apart the streams of a file may lie."""


@dataclass(frozen=True, slots=True, eq=False)
class Yuv:
    """One picture: luma (height, width), Cb and Cr (height / 2, width / 2), 8 bits, 16-235."""

    luma: Plane
    blue: Plane
    red: Plane

    def mapped(self, luma: Plane) -> Yuv:
        """The same colours under another luma (rows, columns)."""
        return Yuv(np.ascontiguousarray(luma), self.blue, self.red)


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Pictures at a steady rate, sound (channels, samples) at 48 kHz, captions."""

    frames: tuple[Yuv, ...] = ()
    rate_hz: float = 25.0
    sound: Samples | None = None
    cues: tuple[Cue, ...] = ()
    delays_s: tuple[float, ...] = ()
    """How much later than due each picture is shown; empty: not at all."""

    @property
    def seconds(self) -> float:
        pictures_s = len(self.frames) / self.rate_hz
        sound_s = self.sound.shape[1] / SAMPLE_RATE_HZ if self.sound is not None else 0.0
        return max(pictures_s, sound_s, max((cue.end_s for cue in self.cues), default=0.0))

    @property
    def heard(self) -> Samples:
        """The sound (channels, samples). Raises `MediaError` when there is none."""
        if self.sound is None:
            raise MediaError("the clip has no sound")
        return self.sound

    def picture_span(self, start_s: float, seconds: float) -> range:
        """Numbers of the pictures that are shown in a stretch, at least one.

        Raises `MediaError` when there are none.
        """
        first = round(start_s * self.rate_hz)
        last = min(len(self.frames), max(first + 1, round((start_s + seconds) * self.rate_hz)))
        if not 0 <= first < last:
            raise MediaError(
                f"no pictures at {start_s:g} s, the clip has {len(self.frames) / self.rate_hz:g} s of them"
            )
        return range(first, last)

    def sound_span(self, start_s: float, seconds: float) -> slice:
        """Samples of a stretch. Raises `MediaError` when there are none."""
        length = 0 if self.sound is None else self.sound.shape[1]
        first, last = round(start_s * SAMPLE_RATE_HZ), min(length, round((start_s + seconds) * SAMPLE_RATE_HZ))
        if not 0 <= first < last:
            raise MediaError(f"no sound at {start_s:g} s, the clip has {length / SAMPLE_RATE_HZ:g} s of it")
        return slice(first, last)

    def with_frames(self, span: range, frames: Sequence[Yuv]) -> Clip:
        """Other pictures in place of those of `span`."""
        return replace(self, frames=(*self.frames[: span.start], *frames, *self.frames[span.stop :]))

    def with_sound(self, span: slice, samples: npt.NDArray[np.floating]) -> Clip:
        """Other samples of any float type, clipped to full scale, in place of those of `span`."""
        sound = self.heard.copy()
        sound[:, span] = np.clip(samples, -1.0, 1.0)
        return replace(self, sound=sound)


@dataclass(frozen=True, slots=True)
class Truth:
    """The ground truth of an injected defect."""

    defect: str
    start_s: float
    end_s: float
    strength: float
    details: dict[str, Any] = field(default_factory=dict[str, Any])


def read_clip(path: Path, limits: Limits = DEFAULT_LIMITS, seconds: float = math.inf) -> Clip:
    """A file, or its first `seconds`, with its first sound stream and the captions in or beside it.

    Raises `MediaError` when it cannot be read or takes more than 4 GiB decoded.
    """
    frames: list[Yuv] = []
    sounds: list[Samples] = []
    sidecar = find_sidecar(path)
    cues = read_captions(sidecar, limits) if sidecar else []
    sound_start_s, size = 0.0, 0
    with open_media(path, limits) as media:
        for part in media.parts():
            begun_s = part.time_s if isinstance(part, VideoFrame) else part.start_s
            if begun_s > seconds + INTERLEAVED_S:
                break
            if isinstance(part, VideoFrame) and begun_s < seconds - 1e-6:
                planes = part.luma.copy(), part.blue.copy(), part.red.copy()
                frames.append(Yuv(*planes))
                size += sum(plane.nbytes for plane in planes)
            elif isinstance(part, Cue):
                cues.append(part)
            elif isinstance(part, AudioBlock) and part.stream == 0:
                sound_start_s = sound_start_s if sounds else part.start_s
                sounds.append(part.samples)
                size += part.samples.nbytes
            if size > MAX_BYTES:
                raise MediaError(f"{path}: over {MAX_BYTES >> 30} GiB decoded, cut out a shorter clip")
        rate_hz = media.info.video.rate_hz if media.info.video else 0.0
    sound = np.concatenate(sounds, axis=1) if sounds else None
    if sound is not None:
        sound = np.pad(sound, ((0, 0), (round(sound_start_s * SAMPLE_RATE_HZ), 0)))
        sound = sound[:, : round(min(seconds, sound.shape[1]) * SAMPLE_RATE_HZ)]
    return Clip(tuple(frames), rate_hz or 25.0, sound, tuple(cues))

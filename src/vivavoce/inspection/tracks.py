"""From decoded frames to what detectors take: pictures, seconds of sound, cues."""

# pyright: reportUnknownMemberType=false
# (PyAV's stubs leave the parameter of `Packet` open)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.packet import Packet
from av.sidedata.sidedata import Type
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from vivavoce.inspection.captions.line21 import Line21Captions
from vivavoce.inspection.captions.markup import plain_lines
from vivavoce.inspection.closer_look import CloserLook
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.limits import Limits
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, Cue, Plane, Samples, VideoFrame, plane_of
from vivavoce.inspection.timestamps import BestEffortStamp, ContainerIssues, TimestampNormalizer

GAP_S = 0.04
SHORTEST_S = 0.001
EARLY_S = 0.04
"""Short blocks of Vorbis that follow a long one are stamped half its length too early: 16 ms at 48 kHz, 35 at 22."""

PRIMING_S = 0.1
"""At the start encoders fill their first blocks, which the stamps leave out."""

RESTART_S = 0.2
"""Until when the stamps of sound may begin again: the first page of Vorbis may say that it holds less than it does."""

FULL_RANGE = 2
HALF_SIZE_CHROMA = {"yuv420p": False, "yuvj420p": True}


class VideoTrack:
    """One video stream as frames of 8-bit planes. A frame is given once the next one says how long it was shown."""

    def __init__(
        self,
        stream: VideoStream,
        origin_s: float,
        limits: Limits,
        issues: ContainerIssues,
        closer: CloserLook | None = None,
    ) -> None:
        """`closer` tells where pictures are left out, if any are."""
        self._clock, self._closer = TimestampNormalizer(origin_s, "pictures", issues), closer
        self._stamps = BestEffortStamp()
        self._limits, self._issues = limits, issues
        rate = stream.average_rate or stream.guessed_rate
        self._usual_s = 1.0 / float(rate) if rate else 0.04
        self._number = 0
        self._size: tuple[int, int] | None = None
        self._held: VideoFrame | None = None
        self._line21: Line21Captions | None = None
        self._scaler = VideoReformatter()

    def cues(self, decoded: av.VideoFrame) -> Iterator[Cue]:
        """Captions that are over with the picture that `frames` took last."""
        beside: Any = decoded.side_data  # whose stubs want text for a key, and the code a type
        data = beside.get(Type.A53_CC)
        if data is not None and self._held:
            self._line21 = self._line21 or Line21Captions()
            yield from self._line21.read(bytes(data), self._held.time_s)

    def frames(self, decoded: av.VideoFrame) -> Iterator[VideoFrame]:
        """The frame before this one. Raises `MediaError` for one that is over the limit."""
        if decoded.width * decoded.height > self._limits.pixels:
            raise MediaError(f"a picture of {decoded.width} x {decoded.height} pixels, over the limit")
        if self._closer and self._closer.passes_over(decoded.pts):
            return
        time_s = self._time_s(decoded)
        if self._held:
            yield replace(self._held, seconds=time_s - self._held.time_s)
        self._held = self._convert(decoded, time_s)
        self._number += 1

    def finish(self) -> Iterator[VideoFrame | Cue]:
        """The last frame, and the caption that is still shown."""
        if self._held:
            yield self._held
            if self._line21:
                yield from self._line21.finish(self._held.time_s + self._held.seconds)
        self._held = None

    def _time_s(self, decoded: av.VideoFrame) -> float:
        stamp = self._stamps.choose(decoded.pts, decoded.dts)
        stamp_s = float(stamp * decoded.time_base) if stamp is not None and decoded.time_base else None
        return self._clock.normalize(stamp_s, SHORTEST_S, self._usual_s)

    def _convert(self, decoded: av.VideoFrame, time_s: float) -> VideoFrame:
        if self._size not in (None, (decoded.width, decoded.height)):
            self._issues.add("the picture changes its size", time_s, 0.3)
        self._size = decoded.width, decoded.height
        if decoded.is_corrupt:
            self._issues.add("the decoder made up parts of pictures", time_s, 0.8)
        interlaced, corrupt, seconds = decoded.interlaced_frame, decoded.is_corrupt, self._duration_s(decoded)
        full_range = decoded.color_range == FULL_RANGE or HALF_SIZE_CHROMA.get(decoded.format.name, False)
        sparse = self._closer is not None and self._closer.is_sparse(decoded.pts)
        full = self._full_luma(decoded) if self._closer and not sparse else None
        decoded = self._reformat(decoded)
        height, width = decoded.height, decoded.width
        half = (height + 1) // 2, (width + 1) // 2
        planes = plane_of(decoded, 0, height, width), plane_of(decoded, 1, *half), plane_of(decoded, 2, *half)
        return VideoFrame(self._number, time_s, seconds, *planes, full_range, corrupt, interlaced, sparse, full)

    def _reformat(self, decoded: av.VideoFrame) -> av.VideoFrame:
        """Planes of eight bits with chroma at half size, no wider than the tier has them."""
        most = self._limits.tier.width
        if most and decoded.width > most:
            height = max(2, round(decoded.height * most / decoded.width) & ~1)
            return self._scaler.reformat(decoded, most, height, "yuv420p", interpolation="FAST_BILINEAR")
        return _eight_bits(decoded)

    def _full_luma(self, decoded: av.VideoFrame) -> Plane | None:
        """Luma as it is where the tier makes it smaller."""
        if decoded.width <= self._limits.tier.width:
            return None
        return plane_of(_eight_bits(decoded), 0, decoded.height, decoded.width)

    def _duration_s(self, decoded: av.VideoFrame) -> float:
        """What the container says, which counts for the last frame alone."""
        if decoded.duration and decoded.time_base:
            seconds = float(decoded.duration * decoded.time_base)
            if 0 < seconds <= 10:
                return seconds
        return self._usual_s


def _eight_bits(decoded: av.VideoFrame) -> av.VideoFrame:
    """Planes of eight bits with chroma at half size."""
    return decoded if decoded.format.name in HALF_SIZE_CHROMA else decoded.reformat(format="yuv420p")


class AudioTrack:
    """One sound stream as seconds of float samples at 48 kHz; what the stamps leave out is silence."""

    def __init__(
        self, number: int, stream: AudioStream, origin_s: float, limits: Limits, issues: ContainerIssues
    ) -> None:
        self._number, self._limits, self._issues = number, limits, issues
        self._clock = TimestampNormalizer(origin_s, "sound", issues, EARLY_S, RESTART_S)
        self._resampler: AudioResampler | None = None
        self._form: tuple[str, str, int] | None = None
        self._layout = ""
        self._start_s: float | None = None
        self._given = 0
        self._waiting: list[Samples] = []
        self._waiting_samples = 0

    def sounds(self, frame: AudioFrame) -> Iterator[AudioBlock]:
        """Whole seconds that are full with this frame. Raises `MediaError` for more channels than the limit."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if len(frame.layout.channels) > self._limits.channels:
            raise MediaError(f"{len(frame.layout.channels)} channels of sound, over the limit")
        if form != self._form:
            if self._form:
                self._issues.add("the sound changes its format", self._clock_s, 0.3)
                self._take(self._drain())
            self._layout = self._layout or frame.layout.name
            self._resampler = AudioResampler(format="flt", layout=self._layout, rate=SAMPLE_RATE_HZ)
            self._form = form
        time_s = self._clock.normalize(frame.time, frame.samples / frame.sample_rate)
        if self._start_s is None:
            self._start_s = time_s
        else:
            self._fill_gap(time_s)
        assert self._resampler is not None
        self._take(self._resampler.resample(frame))
        yield from self._whole_seconds()

    def finish(self) -> Iterator[AudioBlock]:
        """Give what is left at the end."""
        self._take(self._drain())
        yield from self._whole_seconds()
        if self._waiting_samples:
            yield self._cut(self._waiting_samples)

    @property
    def _clock_s(self) -> float:
        return (self._start_s or 0.0) + (self._given + self._waiting_samples) / SAMPLE_RATE_HZ

    def _fill_gap(self, time_s: float) -> None:
        gap_s = time_s - self._clock_s
        if gap_s > GAP_S and self._waiting:
            if self._given + self._waiting_samples > PRIMING_S * SAMPLE_RATE_HZ:
                self._issues.add("the sound's timestamps leave a gap", self._clock_s)
            silence = np.zeros((self._waiting[-1].shape[0], round(gap_s * SAMPLE_RATE_HZ)), np.float32)
            self._waiting.append(silence)
            self._waiting_samples += silence.shape[1]

    def _drain(self) -> list[AudioFrame]:
        return self._resampler.resample(None) if self._resampler else []

    def _take(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            # interleaved: of eight planes PyAV reads a ninth, which is not there
            decoded = frame.to_ndarray().reshape(frame.samples, -1).T
            if not np.isfinite(decoded).all():
                self._issues.add("samples that are no numbers", self._clock_s, 0.9)
                decoded = np.nan_to_num(decoded, nan=0.0, posinf=1.0, neginf=-1.0)
            samples = decoded.astype(np.float32, copy=False)
            self._waiting.append(samples)
            self._waiting_samples += samples.shape[1]

    def _whole_seconds(self) -> Iterator[AudioBlock]:
        while self._waiting_samples >= SAMPLE_RATE_HZ:
            yield self._cut(SAMPLE_RATE_HZ)

    def _cut(self, count: int) -> AudioBlock:
        joined = np.concatenate(self._waiting, axis=1)
        start_s = (self._start_s or 0.0) + self._given / SAMPLE_RATE_HZ
        self._waiting = [joined[:, count:]]
        self._waiting_samples -= count
        self._given += count
        return AudioBlock(start_s, joined[:, :count], self._number)


class CueTrack:
    """One embedded caption stream as cues."""

    def __init__(self, stream: SubtitleStream, origin_s: float, limits: Limits) -> None:
        self._stream, self._origin_s, self._limits = stream, origin_s, limits
        self._track = f"track {stream.index}"
        self._number = 0

    def cues(self, packet: Packet[Any]) -> Iterator[Cue]:
        """The cues of a packet; bitmaps hold no text and give none."""
        if packet.pts is None or not packet.time_base:
            return
        start_s = float(packet.pts * packet.time_base) - self._origin_s
        seconds = float((packet.duration or 0) * packet.time_base)
        for subtitle in self._stream.decode(packet):
            if isinstance(subtitle, AssSubtitle) and self._number < self._limits.cues:
                lines = plain_lines(subtitle.dialogue.decode("utf-8", "replace"))
                if lines:
                    self._number += 1
                    yield Cue(start_s, start_s + seconds, lines, self._number, track=self._track)

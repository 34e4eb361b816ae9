"""All meters of one file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from vivavoce.inspection.captions.line21 import TRACK
from vivavoce.inspection.content import is_chart
from vivavoce.inspection.measurements.content import ContentMeter
from vivavoce.inspection.media import AudioBlock, Cue, MediaInfo, VideoFrame
from vivavoce.loudness import LoudnessMeter

LOWEST, HIGHEST = 5, 246
LOOK_EVERY_S = 0.5
SMALLEST = 16
"""Pixels a side under which nothing can be made out."""

VARIABLE = 1.5
"""The longest picture against the shortest, from which the rate counts as variable."""


class Meters:
    """Takes every picture and sound and keeps sums."""

    def __init__(self, info: MediaInfo) -> None:
        self._info = info
        self._content, self._line21 = ContentMeter(), False
        self._loudness = [LoudnessMeter(block.channels) for block in info.sounds]
        self._pictures = self._interlaced = self._charts = self._looks = 0
        self._outside, self._judged, self._due_s = 0, 0, 0.0
        self._end_s = 0.0
        self._last_s: float | None = None
        self._shortest_s, self._longest_s = float("inf"), 0.0

    def on_frame(self, frame: VideoFrame) -> None:
        """Count a frame, and measure how much it differs from the one before."""
        if self._last_s is not None:
            self._shortest_s = min(self._shortest_s, frame.time_s - self._last_s)
            self._longest_s = max(self._longest_s, frame.time_s - self._last_s)
        self._last_s = frame.time_s
        self._pictures += 1
        self._interlaced += frame.interlaced
        if frame.time_s >= self._due_s:
            self._due_s = frame.time_s + LOOK_EVERY_S
            self._looks += 1
            self._charts += is_chart(frame.small)
            self._count_levels(frame)
            if min(frame.luma.shape) >= SMALLEST:
                self._content.on_look(frame, LOOK_EVERY_S)
        self._end_s = frame.time_s + frame.seconds

    def _count_levels(self, frame: VideoFrame) -> None:
        """EBU R 103: luma of 8 bits is to stay within 5 to 246, but for 1 % of the picture."""
        self._judged += frame.luma.size
        over_lowest = frame.luma - np.uint8(LOWEST)  # what is lower is over 246 then
        self._outside += 0 if frame.full_range else int(np.count_nonzero(over_lowest > HIGHEST - LOWEST))

    def on_audio(self, block: AudioBlock) -> None:
        """Measure a second of sound."""
        self._loudness[block.stream].on_audio(block.samples)
        self._content.on_audio(block)

    def on_caption(self, cue: Cue) -> None:
        """Note captions of which the container says nothing."""
        self._line21 = self._line21 or cue.track == TRACK

    def notices(self) -> list[str]:
        """What is odd about the tracks: pictures without sound, and sound that is silent throughout."""
        if not self._end_s and not self._info.sounds:
            return []
        silent = [meter.is_silent for meter in self._loudness]
        said = [f"sound {number} is silent throughout" for number, is_silent in enumerate(silent, 1) if is_silent]
        return said if self._info.sounds else ["there is no sound in it"]

    def readings(self) -> dict[str, Any]:
        """Plain values: `container`, `pictures` and, for each sound stream, `sounds`."""
        info = self._info
        container = {"format": info.container, "seconds": info.seconds, "bit_rate_bps": info.bit_rate_bps}
        captions = [*info.captions, *((TRACK,) if self._line21 else ())]
        readings: dict[str, Any] = {"container": {**container, "captions": captions}}
        if info.video:
            rate = self._pictures / self._end_s if self._end_s else 0.0
            readings["pictures"] = {
                **asdict(info.video),
                "count": self._pictures,
                "measured_rate_hz": round(rate, 3),
                "variable_rate": self._longest_s > VARIABLE * self._shortest_s,
                "longest_picture_s": round(self._longest_s, 3),
                "outside_levels_percent": round(100 * self._outside / max(1, self._judged), 3),
                "chart_share": round(self._charts / max(1, self._looks), 3),
                "interlaced_share": round(self._interlaced / max(1, self._pictures), 3),
            }
        readings["sounds"] = [
            {**asdict(block), **meter.reading()} for block, meter in zip(info.sounds, self._loudness, strict=True)
        ]
        readings["content"] = self._content.reading()
        return readings

"""All meters of one file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vivavoce.inspection.media import AudioBlock, MediaInfo, VideoFrame
from vivavoce.loudness import LoudnessMeter


class Meters:
    """Takes every picture and sound and keeps sums."""

    def __init__(self, info: MediaInfo) -> None:
        self._info = info
        self._loudness = [LoudnessMeter(block.channels) for block in info.sounds]
        self._pictures = 0
        self._end_s = 0.0

    def on_frame(self, frame: VideoFrame) -> None:
        """Count a picture."""
        self._pictures += 1
        self._end_s = frame.time_s + frame.seconds

    def on_audio(self, block: AudioBlock) -> None:
        """Measure a second of sound."""
        self._loudness[block.stream].on_audio(block.samples)

    def readings(self) -> dict[str, Any]:
        """Plain values: `container`, `pictures` and, for each sound stream, `sounds`."""
        info = self._info
        container = {"format": info.container, "seconds": info.seconds, "bit_rate_bps": info.bit_rate_bps}
        readings: dict[str, Any] = {"container": {**container, "captions": list(info.captions)}}
        if info.video:
            rate = self._pictures / self._end_s if self._end_s else 0.0
            readings["pictures"] = {**asdict(info.video), "count": self._pictures, "measured_rate_hz": round(rate, 3)}
        readings["sounds"] = [
            {**asdict(block), **meter.reading()} for block, meter in zip(info.sounds, self._loudness, strict=True)
        ]
        return readings

"""All meters of one file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vivavoce.inspection.media import MediaInfo, Picture, Sound
from vivavoce.loudness import LoudnessMeter


class Meters:
    """Takes every picture and sound and keeps sums."""

    def __init__(self, info: MediaInfo) -> None:
        self._info = info
        self._loudness = [LoudnessMeter(sound.channels) for sound in info.sounds]
        self._pictures = 0
        self._end_s = 0.0

    def see(self, picture: Picture) -> None:
        """Count a picture."""
        self._pictures += 1
        self._end_s = picture.time_s + picture.seconds

    def hear(self, sound: Sound) -> None:
        """Measure a second of sound."""
        self._loudness[sound.stream].on_audio(sound.samples)

    def readings(self) -> dict[str, Any]:
        """Plain values: `container`, `pictures` and, for each sound stream, `sounds`."""
        info = self._info
        container = {"format": info.container, "seconds": info.seconds, "bit_rate_bps": info.bit_rate_bps}
        readings: dict[str, Any] = {"container": {**container, "captions": list(info.captions)}}
        if info.video:
            rate = self._pictures / self._end_s if self._end_s else 0.0
            readings["pictures"] = {**asdict(info.video), "count": self._pictures, "measured_rate_hz": round(rate, 3)}
        readings["sounds"] = [
            {**asdict(sound), **meter.reading()} for sound, meter in zip(info.sounds, self._loudness, strict=True)
        ]
        return readings

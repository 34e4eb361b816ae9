"""Events with their frames and timecodes, as editors want them."""

from __future__ import annotations

from dataclasses import dataclass

from vivavoce.inspection.event import Event, Severity
from vivavoce.inspection.session import Inspection
from vivavoce.inspection.timecode import frame_number, timecode

SOUND_RATE_HZ = 25.0
"""Frames a second of a file without pictures, whose markers still need a timecode."""
COLOURS = {Severity.CRITICAL: "Red", Severity.MAJOR: "Yellow", Severity.MINOR: "Green"}


@dataclass(frozen=True, slots=True)
class Mark:
    """An event in an editor's terms."""

    event: Event
    start_frame: int | str
    end_frame: int | str
    start_timecode: str
    end_timecode: str

    @property
    def label(self) -> str:
        """What stands beside the marker."""
        return f"{self.event.defect} ({self.event.severity.name.lower()}, {self.event.score:.2f})"


def picture_rate_hz(result: Inspection) -> float | None:
    """Frames a second of a file's pictures; None where it has none."""
    pictures = result.measurements.get("pictures", {})
    rate = pictures.get("rate_hz") or pictures.get("measured_rate_hz")
    return float(rate) if rate and float(rate) >= 1 else None


def marks_of(result: Inspection) -> list[Mark]:
    """The events of a file in order of time; frames and timecode are empty where there are no pictures."""
    rate_hz = picture_rate_hz(result)
    if rate_hz is None:
        return [Mark(event, "", "", "", "") for event in result.events]
    return [
        Mark(
            event,
            frame_number(event.start_s, rate_hz),
            frame_number(event.end_s, rate_hz),
            timecode(event.start_s, rate_hz),
            timecode(event.end_s, rate_hz),
        )
        for event in result.events
    ]

"""Events as a CMX 3600 edit list with markers, as DaVinci Resolve imports them into a timeline."""

from __future__ import annotations

from collections.abc import Sequence

from vivavoce.inspection.export.marks import COLOURS, SOUND_RATE_HZ, picture_rate_hz
from vivavoce.inspection.export.text import printable
from vivavoce.inspection.session import Inspection
from vivavoce.inspection.timecode import dropped_per_minute, frame_number, timecode

FIELD_END = "|"
"""Of a marker's line, so that no name may hold it."""


def events_edl(results: Sequence[Inspection], start_s: float = 3600.0) -> str:
    """The list's text. Files follow one another, each from a whole second on; `start_s` is where the timeline begins
    (one hour, as is usual)."""
    rate_hz = next((rate for result in results if (rate := picture_rate_hz(result))), SOUND_RATE_HZ)
    drop = "DROP" if dropped_per_minute(rate_hz) else "NON-DROP"
    lines = ["TITLE: vivavoce inspection", f"FCM: {drop} FRAME", ""]
    number, offset_s = 0, start_s
    for result in results:
        for event in result.events:
            number += 1
            begin_s = offset_s + event.start_s
            first, last = timecode(begin_s, rate_hz), timecode(begin_s + 1.0 / rate_hz, rate_hz)
            frames = max(1, frame_number(event.end_s, rate_hz) - frame_number(event.start_s, rate_hz))
            label = f"{event.defect} ({event.severity.name.lower()}, {event.score:.2f})"
            lines += [
                f"{number % 1000:03d}  001      V     C        {first} {last} {first} {last}",
                f"* FROM CLIP NAME: {printable(result.file, FIELD_END)}",
                f" |C:ResolveColor{COLOURS[event.severity]} |M:{label} |D:{frames}",
                "",
            ]
        offset_s += float(-(-result.seconds // 1))
    return "\n".join(lines)

"""WebVTT and SRT: blocks with an arrow."""

from __future__ import annotations

import re

from vivavoce.inspection.captions.markup import plain_lines
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Cue

STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
ARROW = re.compile(rf"^\s*{STAMP}\s*-->\s*{STAMP}(?:\s.*)?$")


def read_timed_text(text: str, place: str, limit: int) -> list[Cue]:
    """Cues of WebVTT or SRT text; notes, styles and regions are passed over.

    Raises `MediaError` with the line for an arrow between what are no times, and for more than `limit` cues.
    """
    cues: list[Cue] = []
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        if "-->" not in lines[index]:
            index += 1
            continue
        match = ARROW.match(lines[index])
        if match is None:
            raise MediaError(f"{place}: line {index + 1}: not a caption's times: {lines[index][:40]}")
        if len(cues) == limit:
            raise MediaError(f"{place}: over {limit} captions")
        first = index = index + 1
        while index < len(lines) and lines[index].strip() and "-->" not in lines[index]:
            index += 1
        start_s, end_s = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
        cues.append(Cue(start_s, end_s, plain_lines("\n".join(lines[first:index])), len(cues) + 1))
    if not cues and text.strip() and not text.startswith("WEBVTT"):
        raise MediaError(f"{place}: no captions in it")
    return cues


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000

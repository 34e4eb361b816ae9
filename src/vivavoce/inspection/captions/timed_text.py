"""WebVTT and SRT: blocks with an arrow."""

from __future__ import annotations

import re

from vivavoce.inspection.captions.markup import plain_lines
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Cue

STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,9})"
ARROW = re.compile(rf"^\s*{STAMP}\s*-->\s*{STAMP}(?:\s+(.*))?$")
STRICT = re.compile(r"^\s*(?:\d{2,}:)?\d{2}:\d{2}[.,]\d{3}\s*-->\s*(?:\d{2,}:)?\d{2}:\d{2}[.,]\d{3}(?:\s.*)?$")
PLACED = re.compile(r"\b(?:line|position|region):[^\s]+|\b[XY][12]:\d+|\{\\an[1-9]\}")


def read_timed_text(text: str, place: str, limit: int) -> list[Cue]:
    """Cues of WebVTT or SRT text; notes, styles and regions are passed over.

    A cue whose times are not written as the format has them says so in its `problem`, and one whose times cannot be
    read has no lines. Raises `MediaError` for text without any arrow, and for a number of cues above `limit`.
    """
    cues: list[Cue] = []
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        if "-->" not in lines[index]:
            index += 1
            continue
        match = ARROW.match(lines[index])
        if len(cues) == limit:
            raise MediaError(f"{place}: over {limit} captions")
        times, where = lines[index], f"line {index + 1}"
        first = index = index + 1
        while index < len(lines) and lines[index].strip() and "-->" not in lines[index]:
            index += 1
        if match is None:
            at_s = cues[-1].end_s if cues else 0.0
            cues.append(Cue(at_s, at_s, (), len(cues) + 1, problem=f"{where}: no times: {times[:40].strip()}"))
            continue
        start_s, end_s = _seconds(match.groups()[:4]), _seconds(match.groups()[4:8])
        body = "\n".join(lines[first:index])
        position = " ".join(PLACED.findall(f"{match.group(9) or ''} {body}"))
        problem = "" if STRICT.match(times) else f"{where}: times are written oddly: {times[:40].strip()}"
        cues.append(Cue(start_s, end_s, plain_lines(body), len(cues) + 1, position, problem))
    if not cues and text.strip() and not text.startswith("WEBVTT"):
        raise MediaError(f"{place}: no captions in it")
    return cues


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")

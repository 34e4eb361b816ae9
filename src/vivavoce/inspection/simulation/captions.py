"""Captions out to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vivavoce.files import write_text
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Cue


def write_captions(path: Path, cues: Sequence[Cue]) -> None:
    """Write WebVTT or SRT by the suffix, in the order given; the file appears whole or not at all.

    Raises `MediaError` for another suffix, `InputError` where no plain file can be put.
    """
    suffix = path.suffix.lower()
    if suffix not in (".srt", ".vtt"):
        raise MediaError(f"{path}: unknown caption suffix, use .srt or .vtt")
    point = "," if suffix == ".srt" else "."
    blocks = ["WEBVTT\n"] if suffix == ".vtt" else []
    for number, cue in enumerate(cues, 1):
        times = f"{_stamp(cue.start_s, point)} --> {_stamp(cue.end_s, point)}"
        blocks.append("\n".join((str(number), times, *cue.lines)) + "\n")
    write_text(path, "\n".join(blocks))


def _stamp(seconds: float, point: str) -> str:
    milliseconds = max(0, round(seconds * 1000))
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"

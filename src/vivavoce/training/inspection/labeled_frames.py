"""Frames that people labelled."""

from __future__ import annotations

from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.labels import Label
from vivavoce.inspection.media import Plane, VideoFrame

EARLY_S, LATE_S = 2e-3, 0.1
"""How far before and after a label's time its frame may be: people mark events, whose middle lies between frames."""


def labeled_frames(label: Label, count: int) -> list[Plane]:
    """Luma, (height, width) each, of the labelled frame and of those before it, `count` in all.

    Raises `InputError` where the file has no such frame any more.
    """
    recent: list[Plane] = []
    with open_media(Path(label.file)) as media:
        for part in media.parts():
            if isinstance(part, VideoFrame):
                recent = [*recent[1 - count :], part.luma.copy()] if count > 1 else [part.luma.copy()]
                if -EARLY_S < part.time_s - label.start_s < LATE_S and len(recent) == count:
                    return recent
    raise InputError(f"{label.file}: no frame at {label.start_s:g} s any more, take its label out")

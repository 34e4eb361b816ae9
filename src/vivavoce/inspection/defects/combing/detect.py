"""Combing: two fields of different moments woven into one picture and not taken apart.

Where things move, rows that lie next to each other differ and rows two apart agree. Counted on every fourth column
in full height, in stretches of rows, and only where the picture moved, so that stripes that stand still do not count.

Fails where nothing moves sideways, on pictures scaled after weaving, and on fine horizontal stripes in motion.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper, ratio_to_threshold
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame

COLUMN_STEP = 4
EDGE = 6
AREA_ROWS, AREA_COLUMNS = 16, 8
TEETH_SHARE = 0.25
AREAS_SHARE = 0.0015
GAP_S = 0.8


class Combing(Detector):
    names = ("combing",)

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._spans = EventGrouper(GAP_S)

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        strength = combed_share(frame.luma) / AREAS_SHARE
        for span in self._spans.add(frame.time_s, frame.time_s + frame.seconds, strength):
            yield from self._make_events(span)

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield from self._make_events(span)

    def _make_events(self, span: EventGroup) -> Iterator[Event]:
        evidence = {"combed_share": round(span.mean * AREAS_SHARE, 4), "pictures": span.count}
        yield Event("combing", span.start_s, span.end_s, ratio_to_threshold(span.mean), evidence)


def combed_share(luma: Plane) -> float:
    """Part of the picture, in areas of 16 rows by 8 sampled columns, that is full of teeth."""
    lines = np.ascontiguousarray(luma[:, ::COLUMN_STEP]).astype(np.int16)
    step = lines[1:] - lines[:-1]
    teeth = (np.sign(step[1:]) * np.sign(step[:-1]) < 0) & (np.minimum(np.abs(step[1:]), np.abs(step[:-1])) > EDGE)
    apart = np.abs(lines[2:] - lines[:-2])
    teeth &= apart * 3 < np.abs(step[1:])
    rows, columns = teeth.shape[0] // AREA_ROWS, teeth.shape[1] // AREA_COLUMNS
    if rows == 0 or columns == 0:
        return 0.0
    cut = teeth[: rows * AREA_ROWS, : columns * AREA_COLUMNS]
    areas = cut.reshape(rows, AREA_ROWS, columns, AREA_COLUMNS).mean(axis=(1, 3))
    return float(np.count_nonzero(areas > TEETH_SHARE)) / areas.size

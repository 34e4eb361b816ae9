"""Combing: two fields of different moments woven into one frame and not taken apart.

Where things move, rows that lie next to each other differ and rows two apart agree: teeth. They are looked for on
every fourth column in full height, in areas of 16 rows by 32 columns. Thin horizontal lines (a facade, a striped
shirt) give teeth too, so an area counts only where a field match removes them: the even rows fit together with the
odd ones of a frame shortly before (telecine, fields out of step), or, where the area moved, with its own odd rows
moved sideways (interlaced film).

Frames that the file itself calls interlaced hold two fields by right and are passed over; their share is measured.

Fails where nothing moves sideways, where it moves by over 24 pixels between the fields, and on frames that were
scaled after weaving.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper, ratio_to_threshold
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame

COLUMN_STEP = 4
EDGE = 6
AREA_ROWS, AREA_COLUMNS = 16, 8
TEETH_SHARE = 0.25
REACH = 24
PAST = 3
"""Frames before this one whose fields are tried."""

MOVED = 0.8
"""Change since the frame before, against the difference of the fields, from which an area moves."""

MAX_MATCHED = 64
"""Areas that are matched, evenly spread over those with teeth: a frame that is combed all over has thousands."""
MATCHED_SHARE = 0.25
"""Of the areas with teeth, those that a match must rid of them: of combed frames 70 % and more, while of a texture of
fine lines that moves a few match by chance."""

WHOLE_SHARE = 0.6
"""Of all areas with teeth in the frames of an event, those that a match rids of them: what is woven is so throughout,
while a fine fabric has teeth in every frame and loses them in a few."""

GAP_S = 0.8
TIER_STEP = 3
"""Of frames that a tier makes smaller, to save time, one of so many is judged."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    combed_share: float = 0.0015
    """Part of the frame's areas that are combed."""
    match: float = 0.45
    """Difference of the fields at the best match, against that as they stand, under which an area is combed."""
    frames: float = 3.0
    """Combed frames, none over 0.8 s after the one before, that make an event."""


class Combing(Detector):
    names = ("combing",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._grouper = EventGrouper(GAP_S)
        self._past: deque[Plane] = deque(maxlen=PAST)
        self._within, self._since = np.zeros(2), np.zeros(2)
        """Areas with teeth in the frames of an open event, and those of them that a match rids of them; and the same
        of the frames since the last that was combed."""
        self._shown = 0

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        luma, step = (frame.luma, 1) if frame.full_luma is None else (frame.full_luma, TIER_STEP)
        self._shown += 1
        if self._past and self._past[-1].shape != luma.shape:
            self._past.clear()  # a tier may make pictures of another size into ones as large as before
        if self._shown % step:
            self._past.append(luma)
            return
        teeth = NO_TEETH if frame.interlaced else find_teeth(luma, self._past, self.thresholds.match)
        self._past.append(luma)
        ratio = teeth.combed_share / self.thresholds.combed_share
        for group in self._grouper.add(frame.time_s, frame.time_s + frame.seconds, ratio):
            yield from self._events(group)
        self._since += (teeth.areas, teeth.matched * teeth.areas)
        if ratio >= 1.0:
            self._within, self._since = self._within + self._since, np.zeros(2)
        elif self._grouper.open_s is None:
            self._since = np.zeros(2)

    def finish(self, end_s: float) -> Iterator[Event]:
        for group in self._grouper.finish():
            yield from self._events(group)

    def _events(self, group: EventGroup) -> Iterator[Event]:
        areas, matched = self._within
        self._within, self._since = np.zeros(2), np.zeros(2)
        if group.count >= self.thresholds.frames and matched >= WHOLE_SHARE * areas:
            share = round(group.mean * self.thresholds.combed_share, 4)
            evidence = {"combed_share": share, "pictures": group.count}
            yield Event("combing", group.start_s, group.end_s, ratio_to_threshold(group.mean), evidence)


@dataclass(frozen=True, slots=True)
class Teeth:
    """What is combed of one frame."""

    areas: int
    """Areas full of teeth."""
    matched: float
    """Part of them that a field match rids of their teeth."""
    of: int
    """Areas in all."""

    @property
    def combed_share(self) -> float:
        """Part of the frame's areas that are combed."""
        return self.matched * self.areas / self.of if self.areas and self.matched >= MATCHED_SHARE else 0.0


NO_TEETH = Teeth(0, 0.0, 1)


def find_teeth(luma: Plane, past: Sequence[Plane], match: float = Thresholds().match) -> Teeth:
    """The areas of a frame, luma (height, width), that are full of teeth, and which of them a field match removes.

    `past` holds the luma of up to some frames before.
    """
    areas = toothed_areas(luma)
    rows, columns = np.nonzero(areas)
    if not len(rows) or not past:
        return NO_TEETH
    chosen = np.unique(np.linspace(0, len(rows) - 1, MAX_MATCHED).astype(np.int64))
    matched = sum(field_match(luma, past, int(rows[n]), int(columns[n])) < match for n in chosen) / len(chosen)
    return Teeth(len(rows), matched, areas.size)


def toothed_areas(luma: Plane) -> npt.NDArray[np.bool_]:
    """Which areas of 16 rows by 32 columns are full of teeth, (height // 16, width // 32)."""
    lines = np.ascontiguousarray(luma[:, ::COLUMN_STEP]).astype(np.int16)
    step = lines[1:] - lines[:-1]
    size = np.abs(step)
    smaller = np.minimum(size[1:], size[:-1])
    turns = (step[1:] ^ step[:-1]) < 0
    apart = np.abs(lines[2:] - lines[:-2])
    teeth = turns & (smaller > EDGE) & (apart * 3 < size[1:])
    rows, columns = teeth.shape[0] // AREA_ROWS, teeth.shape[1] // AREA_COLUMNS
    if rows == 0 or columns == 0:
        return np.zeros((0, 0), bool)
    cut = teeth[: rows * AREA_ROWS, : columns * AREA_COLUMNS]
    counted = cut.reshape(rows, AREA_ROWS, columns, AREA_COLUMNS).sum(axis=(1, 3), dtype=np.uint16)
    return counted > TEETH_SHARE * AREA_ROWS * AREA_COLUMNS


def field_match(luma: Plane, past: Sequence[Plane], row: int, column: int) -> float:
    """Of one area, how far the fields are apart at the best match, against as they stand: 0 to 1 and over."""
    top, left, wide = row * AREA_ROWS, column * AREA_COLUMNS * COLUMN_STEP, AREA_COLUMNS * COLUMN_STEP
    odd_rows = slice(top + 1, top + AREA_ROWS, 2)
    low, high = max(0, left - REACH), min(luma.shape[1] - wide, left + REACH)
    even = luma[top : top + AREA_ROWS + 1 : 2, low : high + wide].astype(np.int16)
    between = (even[:-1] + even[1:]) >> 1
    odd = luma[odd_rows, left : left + wide].astype(np.int16)[: len(between)]
    here = slice(left - low, left - low + wide)
    still = float(np.abs(between[:, here] - odd).mean()) + 1e-3
    best = min(
        float(np.abs(between[:, here] - older[odd_rows, left : left + wide][: len(between)]).mean()) for older in past
    )
    whole = slice(top, top + AREA_ROWS), slice(left, left + wide)
    if float(np.abs(luma[whole].astype(np.int16) - past[-1][whole]).mean()) > MOVED * still:
        windows = np.lib.stride_tricks.sliding_window_view(between, wide, axis=1)
        best = min(best, float(np.abs(windows - odd[:, None]).mean(axis=(0, 2)).min()))
    return best / still

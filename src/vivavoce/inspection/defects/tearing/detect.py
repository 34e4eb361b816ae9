"""Tearing: one picture above a line and an older one below it, or the other way round."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.content import is_chart
from vivavoce.inspection.defects.tearing.features import row_profiles
from vivavoce.inspection.defects.tearing.older_rows import LEAST_ROWS, ROWS_SHARE, OlderRows, bobs, find_older_rows
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper, ratio_to_threshold
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame

BURST, REMEMBERED = 3, 6
"""Frames in a row that the network reads, and in which older rows are looked for."""

GAP_S = 1.0
SAME_ROW = 0.03
MIN_HEIGHT = 48
COLUMN_STEP, REACH = 8, 16
BAND, MOVED = 8, 2.0
"""Pixels of a band of columns, and mean difference in levels from which it moved."""

LEAST_CHANGE, LEFT_OVER = 0.2, 0.35


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    older_rows: float = 1.75
    """How much better rows fit an earlier frame than those since."""
    hardly_older_rows: float = 1.2
    """The same where the network is sure, and puts the line at the same row."""
    suspected: float = 0.3
    """Probability that a frame is torn, by the network."""
    probability: float = 0.6
    """The same where it puts the line at the same row."""
    certain: float = 0.92
    """The same of one frame of an event at least."""
    width: float = 0.1
    """Share of the width that moved at the line, in that frame at least."""
    looks: float = 3.0
    """Torn frames, none over a second after the one before, that make an event."""


class Tearing(Detector):
    """A frame that was shown before it was whole: rows of two moments meet at a horizontal line.

    On one side of the line the rows are those of an earlier frame, two to five back, though they had moved on since;
    on the other side they are not: time goes back. That is looked for in every frame, small. A network must agree, and
    in one frame at least put the line at the same row: it reads how each row follows the one above, and the same rows
    of the two frames before, in 16 bands of columns. Of interlaced frames one field is looked at.

    Limits: needs something that moves at the line, and a line that moves or a tear that comes and goes: then some
    rows are shown twice. A torn still is whole, and so is what rolls up or down as a whole, as credits do.
    Vertical tears and those of single windows on a screen are not meant. Test patterns and plain screens are passed
    over. Fails on: letterboxed inserts that flicker between two moments, loops of few frames in a part of the screen.
    """

    names: ClassVar[tuple[str, ...]] = ("tearing",)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._network = load_learned("tearing", "tearing").networks["tearing"]
        self._lumas: deque[Plane] = deque(maxlen=BURST)
        self._small: deque[Plane] = deque(maxlen=REMEMBERED)
        self._grouper = EventGrouper(GAP_S)
        self._clearest: OlderRows | None = None
        self._sure = False

    def judge(self, pictures: Sequence[Plane]) -> tuple[float, float]:
        """Luma of three frames in a row, or more -> how likely the last is torn, and at which share of its height."""
        made = self._network.run({"profiles": row_profiles(*pictures[-BURST:])[None]})
        rows = made["rows"][0]
        return float(made["torn"][0]), float(rows.argmax() + 1) / (len(rows) + 1)

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        rows = 2 if frame.interlaced else 1
        luma, small = frame.luma[::rows], frame.small[::rows]
        if self._lumas and self._lumas[-1].shape != luma.shape:
            self._lumas.clear()
            self._small.clear()
        self._lumas.append(luma)
        self._small.append(small)
        if len(self._small) < REMEMBERED or luma.shape[0] < MIN_HEIGHT:
            return
        older = find_older_rows(tuple(self._small))
        limits = self.thresholds
        if older is None or older.ratio < limits.hardly_older_rows or bobs(self._small[-2], small, older.row):
            return
        torn, row = self._ask_network(frame)
        agreed = torn >= limits.probability and abs(row - older.row) <= SAME_ROW
        if not agreed and (torn < limits.suspected or older.ratio < limits.older_rows):
            return
        for group in self._grouper.add(frame.time_s, frame.time_s + frame.seconds, max(1.0, older.ratio)):
            yield from self._event(group)
        wide = agreed and moved_width(self._small[-2], small, older.row) >= limits.width
        self._sure |= wide and torn >= limits.certain
        if self._clearest is None or older.ratio > self._clearest.ratio:
            self._clearest = older

    def finish(self, end_s: float) -> Iterator[Event]:
        for group in self._grouper.finish():
            yield from self._event(group)

    def _ask_network(self, frame: VideoFrame) -> tuple[float, float]:
        """How likely the frame is torn, and where; not at all where something else shows rows twice."""
        lumas = tuple(self._lumas)
        return (0.0, 0.0) if is_chart(frame.small) or scrolls(*lumas[-2:]) else self.judge(lumas)

    def _event(self, group: EventGroup) -> Iterator[Event]:
        clearest, self._clearest = self._clearest, None
        sure, self._sure = self._sure, False
        if clearest is None or not sure or group.count < self.thresholds.looks:
            return
        row = clearest.row
        box = [0.0, max(0.0, row - 0.01), 1.0, min(1.0, row + 0.01)]
        evidence = {"row": round(row, 3), "box": box, "pictures": group.count}
        score = ratio_to_threshold(group.mean / self.thresholds.older_rows)
        yield Event("tearing", group.start_s, group.end_s, score, evidence)


def moved_width(before: Plane, now: Plane, row: float) -> float:
    """The share of the width, 0 to 1, that changed on either side of a line at a share of the height, between two
    planes (height, width): where a small thing moves on an even ground, rows of any picture fit."""
    height, width = now.shape
    near = max(LEAST_ROWS, height // ROWS_SHARE)
    line = max(near, int(row * height))  # 8 of 98 rows is a share that is rounded down to 7
    apart = np.abs(now[line - near : line + near].astype(np.int16) - before[line - near : line + near])
    bands = apart[:, : width // BAND * BAND].reshape(2, near, width // BAND, BAND).mean(axis=(1, 3))
    return float((bands.max(axis=0) > MOVED).mean())


def scrolls(before: Plane, now: Plane) -> bool:
    """Whether all of a picture is the one before, moved up or down: nothing is left over, so nothing is torn."""
    if before.shape != now.shape:
        return False
    older, newer = (plane[:, ::COLUMN_STEP].astype(np.int16) for plane in (before, now))
    apart = {
        rows: float(np.abs(newer[REACH:-REACH] - older[REACH + rows : len(older) - REACH + rows]).mean())
        for rows in range(-REACH, REACH + 1)
    }
    moved = min(apart, key=lambda rows: apart[rows])
    return moved != 0 and apart[0] > LEAST_CHANGE and apart[moved] < LEFT_OVER * apart[0]

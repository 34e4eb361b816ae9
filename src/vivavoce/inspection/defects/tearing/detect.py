"""Tearing: one picture above a line and an older one below it, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.content import is_chart
from vivavoce.inspection.defects.tearing.features import row_profiles
from vivavoce.inspection.defects.tearing.older_rows import find_older_rows
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame

EVERY_S, BURST, READ = 0.32, 6, 3
"""A look takes six pictures: the network reads the last three, older rows are looked for in all."""

GAP_S = 1.0
MIN_HEIGHT = 48
COLUMN_STEP, REACH = 8, 16
LEAST_CHANGE, LEFT_OVER = 0.2, 0.35
SAME_ROW = 0.03


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    suspected: float = 0.3
    """Probability that a picture is torn from which older rows are looked for."""
    probability: float = 0.8
    """The same, over three views, that lengthens an event."""
    older_rows: float = 1.75
    """How much better rows fit an earlier picture than those after it, where an event begins."""
    looks: float = 1.0
    """Looks with older rows that make an event."""


@dataclass(frozen=True, slots=True)
class _Look:
    start_s: float
    end_s: float
    torn: float
    row: float
    sure: bool


class Tearing(Detector):
    """A picture that was shown before it was whole: rows of two moments meet at a horizontal line.

    A small network reads how each row follows the one above, and the same rows of the two pictures before, in 16
    bands of columns, and says whether the picture is torn. What it suspects must show: on one side of a line the rows
    are those of an earlier picture, two to five back, though they had moved on since; on the other side they are not.
    Looks at six pictures in a row, every third of a second; of interlaced ones at one field. Neighbouring looks that
    the network calls torn in three views, at the same row, belong to the event.

    Limits: needs something that moves at the line, and a line that moves or a tear that comes and goes: then some
    rows are shown twice. A torn still is whole, and so is what rolls up or down as a whole, as credits do.
    Vertical tears and those of single windows on a screen are not meant. Test patterns and plain screens are passed
    over. Fails on: letterboxed inserts that flicker between two moments, loops of few pictures in a part of the screen.
    """

    names: ClassVar[tuple[str, ...]] = ("tearing",)
    sampling: ClassVar[Sampling] = Sampling(every_s=EVERY_S, burst=BURST)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._network = load_learned("tearing", "tearing").networks["tearing"]
        self._recent: list[tuple[int, Plane]] = []
        self._looks: list[_Look] = []

    def judge(self, pictures: Sequence[Plane]) -> tuple[float, float]:
        """Luma of three pictures in a row, or more -> how likely the last is torn, and at which share of its height."""
        made = self._network.run({"profiles": row_profiles(*pictures[-READ:])[None]})
        rows = made["rows"][0]
        return float(made["torn"][0]), float(rows.argmax() + 1) / (len(rows) + 1)

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        if self._recent and frame.number != self._recent[-1][0] + 1:
            self._recent.clear()
        self._recent.append((frame.number, frame.luma[::2] if frame.interlaced else frame.luma))
        if len(self._recent) < BURST:
            return
        pictures = [luma for _, luma in self._recent]
        self._recent.clear()
        if pictures[-1].shape[0] < MIN_HEIGHT or len({picture.shape for picture in pictures}) > 1:
            return
        if self._looks and frame.time_s - self._looks[-1].end_s > GAP_S:
            yield from self._close(frame.time_s)
        if look := self._take_look(frame, pictures):
            self._looks.append(look)

    def finish(self, end_s: float) -> Iterator[Event]:
        yield from self._close(end_s)

    def _take_look(self, frame: VideoFrame, pictures: Sequence[Plane]) -> _Look | None:
        """The look at a burst, None where nothing is torn."""
        read = pictures[-READ:]
        if scrolls(*read[1:]):
            return None
        torn, row = self.judge(read)
        if torn < self.thresholds.suspected or is_chart(frame.small):
            return None
        older = find_older_rows(pictures)
        span = frame.time_s - EVERY_S, frame.time_s + frame.seconds
        if older and older.ratio >= self.thresholds.older_rows:
            return _Look(*span, torn, older.row, sure=True)
        return _Look(*span, torn, row, sure=False) if self._agree(read, torn, row) else None

    def _agree(self, read: Sequence[Plane], torn: float, row: float) -> bool:
        """Whether the picture is torn at the same row when it is mirrored and turned upside-down."""
        mirrored, mirrored_row = self.judge([picture[:, ::-1] for picture in read])
        turned, turned_row = self.judge([picture[::-1] for picture in read])
        same = max(abs(row - mirrored_row), abs(row - 1.0 + turned_row)) <= SAME_ROW
        return same and (torn + mirrored + turned) / 3 >= self.thresholds.probability

    def _close(self, end_s: float) -> Iterator[Event]:
        """The event of the looks so far, if there is one."""
        looks, self._looks = self._looks, []
        sure = [look for look in looks if look.sure]
        if not sure or len(sure) < self.thresholds.looks:
            return
        worst = max(sure, key=lambda look: look.torn)
        box = [0.0, max(0.0, worst.row - 0.01), 1.0, min(1.0, worst.row + 0.01)]
        evidence = {"row": round(worst.row, 3), "box": box, "pictures": len(looks)}
        score = 0.5 + 0.5 * worst.torn if len(sure) > 1 else worst.torn
        yield Event("tearing", max(0.0, looks[0].start_s), min(looks[-1].end_s, end_s), score, evidence)


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

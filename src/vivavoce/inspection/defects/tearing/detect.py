"""Tearing: one picture above a line and an older one below it, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.defects.tearing.features import row_profiles
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGrouper
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame

BURST = 3
GAP_S, HOLD = 0.7, 0.6
LEAST = 2
MIN_HEIGHT = 48
COLUMN_STEP, REACH = 8, 16
LEAST_CHANGE, LEFT_OVER = 0.2, 0.35


class Tearing(Detector):
    """A picture that was shown before it was whole: rows of two moments meet at a horizontal line.

    A small network reads how each row follows the one above, and the same rows of the two pictures before, in 16
    bands of columns, and says for each row whether the picture is torn there. Two torn pictures within 0.7 s are an
    event, which goes on while pictures come near the threshold. Looks at three pictures in a row, every third of a
    second.

    Limits: needs something that moves sideways, or changes, at the line: a torn still is whole, and so is what rolls
    up or down as a whole, as credits do. One torn picture
    alone is not an event. Vertical tears and those of single windows on a screen are not meant.
    Fails on: split screens and tickers that start to move at once, wipes that travel down, letterboxed inserts that
    appear, flashes that a rolling shutter cut in half.
    """

    names: ClassVar[tuple[str, ...]] = ("tearing",)
    sampling: ClassVar[Sampling] = Sampling(every_s=0.32, burst=BURST)

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        learned = load_learned("tearing", "tearing")
        self._network, self._threshold = learned.networks["tearing"], learned.figure("threshold")
        self._recent: list[tuple[int, Plane]] = []
        self._spans = EventGrouper(GAP_S, exit_ratio=HOLD)
        self._row, self._torn = 0.0, 0

    def judge(self, pictures: Sequence[Plane]) -> tuple[float, float]:
        """Luma of three pictures in a row -> how likely the last is torn, and at which share of its height."""
        made = self._network.run({"profiles": row_profiles(*pictures)[None]})
        rows = made["rows"][0]
        return float(made["torn"][0]), float(rows.argmax() + 1) / (len(rows) + 1)

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        if self._recent and frame.number != self._recent[-1][0] + 1:
            self._recent.clear()
        self._recent.append((frame.number, frame.luma.copy()))
        if len(self._recent) < BURST:
            return
        pictures = [luma for _, luma in self._recent]
        self._recent.clear()
        if frame.luma.shape[0] < MIN_HEIGHT:
            return
        torn, row = (0.0, 0.0) if scrolls(*pictures[1:]) else self.judge(pictures)
        start_s, end_s = frame.time_s - frame.seconds, frame.time_s + frame.seconds
        for span in self._spans.add(start_s, end_s, torn / self._threshold):
            yield from self._event(span.start_s, span.end_s, span.peak)
        if torn >= self._threshold:
            self._row, self._torn = row, self._torn + 1

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield from self._event(span.start_s, min(span.end_s, end_s), span.peak)

    def _event(self, start_s: float, end_s: float, peak: float) -> Iterator[Event]:
        count, self._torn = self._torn, 0
        if count >= LEAST:
            row = round(self._row, 3)
            evidence = {"row": row, "box": [0.0, max(0.0, row - 0.01), 1.0, min(1.0, row + 0.01)], "pictures": count}
            yield Event("tearing", start_s, end_s, min(1.0, peak * self._threshold), evidence)


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

"""Tearing: one picture above a line and an older one below it, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.defects.tearing.features import BANDS, row_profiles
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGrouper
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame

BURST = 3
GAP_S, HOLD = 0.7, 0.6
MIN_HEIGHT = 48
COLUMN_STEP, REACH = 8, 16
LEAST_CHANGE, LEFT_OVER = 0.2, 0.35


DOUBTFUL = 0.5
"""Probability from which the second look is taken."""

SAME_ROW, AROUND, SIDEWAYS = 0.03, 8, 16
LEAST_STEP, LEAST_AROUND = 0.6, 0.1


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    probability: float = 0.8
    """That a picture is torn, over three views."""
    looks: float = 2.0
    """Torn pictures, a third of a second apart, that make an event."""
    step_around: float = 1.6
    """How much worse the rows meet at the tear than around it."""
    step_before: float = 1.3
    """How much worse they meet than at the same place in the pictures before."""
    width: float = 0.12
    """Part of the width over which they do not meet."""
    border: float = 0.07
    """Part of the height at the top and at the bottom that is left out: bars and tickers begin there."""


class Tearing(Detector):
    """A picture that was shown before it was whole: rows of two moments meet at a horizontal line.

    A small network reads how each row follows the one above, and the same rows of the two pictures before, in 16
    bands of columns, and says for each row whether the picture is torn there. A second look must agree: mirrored and
    upside-down the picture is torn at the same row, and there the rows meet worse than around it, and worse than in
    the pictures before, over a good part of the width. Two torn pictures within 0.7 s are an event. Looks at three
    pictures in a row, every third of a second; of interlaced ones at one field.

    Limits: needs something that moves sideways, or changes, at the line: a torn still is whole, and so is what rolls
    up or down as a whole, as credits do. One torn picture
    alone is not an event. Vertical tears and those of single windows on a screen are not meant.
    Fails on: split screens and tickers that start to move at once, wipes that travel down, letterboxed inserts that
    appear, flashes that a rolling shutter cut in half.
    """

    names: ClassVar[tuple[str, ...]] = ("tearing",)
    sampling: ClassVar[Sampling] = Sampling(every_s=0.32, burst=BURST)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._network = load_learned("tearing", "tearing").networks["tearing"]
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
        luma = frame.luma[::2] if frame.interlaced else frame.luma
        self._recent.append((frame.number, luma.copy()))
        if len(self._recent) < BURST:
            return
        pictures = [luma for _, luma in self._recent]
        self._recent.clear()
        if luma.shape[0] < MIN_HEIGHT or len({picture.shape for picture in pictures}) > 1:
            return
        torn, row = (0.0, 0.0) if scrolls(*pictures[1:]) else self.judge(pictures)
        if torn >= DOUBTFUL:
            torn = self.second_look(pictures, torn, row)
        start_s, end_s = frame.time_s - frame.seconds, frame.time_s + frame.seconds
        for span in self._spans.add(start_s, end_s, torn / self.thresholds.probability):
            yield from self._event(span.start_s, span.end_s, span.peak)
        if torn >= self.thresholds.probability:
            self._row, self._torn = row, self._torn + 1

    def second_look(self, pictures: Sequence[Plane], torn: float, row: float) -> float:
        """How likely a doubtful picture is torn at a row (a share of its height), over three views; 0 where they
        disagree about the row, or where nothing breaks off there."""
        mirrored, mirrored_row = self.judge([picture[:, ::-1] for picture in pictures])
        turned, turned_row = self.judge([picture[::-1] for picture in pictures])
        if max(abs(row - mirrored_row), abs(row - 1.0 + turned_row)) > SAME_ROW:
            return 0.0
        return (torn + mirrored + turned) / 3 if breaks_off(pictures, row, self.thresholds) else 0.0

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._spans.finish():
            yield from self._event(span.start_s, min(span.end_s, end_s), span.peak)

    def _event(self, start_s: float, end_s: float, peak: float) -> Iterator[Event]:
        count, self._torn = self._torn, 0
        if count >= self.thresholds.looks:
            row = round(self._row, 3)
            evidence = {"row": row, "box": [0.0, max(0.0, row - 0.01), 1.0, min(1.0, row + 0.01)], "pictures": count}
            yield Event("tearing", start_s, end_s, min(1.0, peak * self.thresholds.probability), evidence)


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


def breaks_off(pictures: Sequence[Plane], row: float, thresholds: Thresholds) -> bool:
    """Whether rows of the last of three pictures meet worse at `row` (a share of its height) than they should."""
    older, before, now = pictures
    height = now.shape[0]
    if not thresholds.border <= row <= 1.0 - thresholds.border:
        return False
    middle = round(row * height)
    near = [place for place in range(middle - 2, middle + 3) if AROUND < place < height - AROUND]
    if not near:
        return False
    at = max(near, key=lambda place: _step(now, place))
    around = [*range(near[0] - AROUND, near[0]), *range(near[-1] + 1, near[-1] + 1 + AROUND)]
    step, usual = _step(now, at), float(np.median([_step(now, place) for place in around if place < height]))
    former = min(_step(before, at), _step(older, at))
    if step < max(LEAST_STEP, thresholds.step_around * max(usual, LEAST_AROUND), thresholds.step_before * former):
        return False
    rows = now[at - 6 : at + 1].astype(np.int16)
    steps = np.abs(np.diff(rows, axis=0))[:, : now.shape[1] // BANDS * BANDS].reshape(6, BANDS, -1).mean(axis=2)
    return float((steps[-1] > 1.5 * steps[:-1].mean(axis=0) + 1.0).mean()) >= thresholds.width


def _step(plane: Plane, row: int) -> float:
    """Mean difference of a row from the one above at the sideways move that fits best, in levels."""
    above, below = plane[row - 1].astype(np.int16), plane[row].astype(np.int16)
    width = len(below)
    moves = range(-min(SIDEWAYS, width // 4), min(SIDEWAYS, width // 4) + 1)
    return min(
        float(np.abs(above[max(0, m) : width + min(0, m)] - below[max(0, -m) : width + min(0, -m)]).mean())
        for m in moves
    )

"""Blur: pictures softer than those just before and after in the same shot, or than their size promises.

Sharpness is how steep strong edges are: the steepest step's part of their rise over six pixels. A drop that comes at
once in a scene that stays, holds for 0.6 s, and goes at once, is a defect; a pull of focus and a dissolve are slow, and
a soft scene begins with a cut.
By itself, a picture scaled up by four and more has edges that rise evenly over several pixels, all of them.

Fails on softness of a whole file at less than that, and on slow changes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import ratio_to_threshold
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame
from vivavoce.inspection.motion import Blocks, likeness

EVERY_S = 0.12
ROW_STEP = 4
STRONGEST = 0.02
LEAST_EDGES, LEAST_RISE = 16, 12
REACH = 6
DROP, CRISP = 0.84, 0.8
"""Sharpness against that before, and by itself, under which a picture may be blurred: drawings are above it."""
LEAST_PAST, LEAST_PICTURES = 3, 5
SLACK_IN, SLACK_OUT = 0.25, 0.3
"""Of the depth of a drop: how far from the bottom its second look, and from the top the first or second after it."""
SAME_SCENE = 0.75
MOST_S = 20.0
SOFT_WHOLE, LEAST_WHOLE_S = 0.25, 1.0


@dataclass(slots=True)
class _Soft:
    start_s: float
    before: float
    values: list[float]
    back_s: float | None = None
    """When it began to go."""

    def is_steep(self, after: float) -> bool:
        """Whether sharpness fell at once, stayed down, and is back at once at `after`."""
        if len(self.values) < LEAST_PICTURES:
            return False
        bottom = float(np.median(self.values))
        depth = self.before - bottom
        return self.values[1] <= bottom + SLACK_IN * depth and after >= self.before - SLACK_OUT * depth


class Blur(Detector):
    names = ("blur",)
    sampling = Sampling(EVERY_S)

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._recent: deque[float] = deque(maxlen=5)
        self._look: Blocks | None = None
        self._soft: _Soft | None = None
        self._all: list[float] = []

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        value = sharpness(frame.luma)
        look, before = frame.blocks, self._look
        self._look = look
        if value is None:
            return
        same = before is not None and likeness(before, look) > SAME_SCENE
        if len(self._all) < 10_000:
            self._all.append(value)
        soft = self._soft
        if soft:
            if same and value < DROP * soft.before and frame.time_s - soft.start_s < MOST_S:
                soft.values.append(value)
                return
            if same and soft.back_s is None and not soft.is_steep(value):
                soft.back_s = frame.time_s
                return
            self._soft = None
            if same and soft.is_steep(value):
                yield _event(soft, soft.back_s or frame.time_s)
            self._recent.clear()
        elif (
            same and len(self._recent) >= LEAST_PAST and value < min(CRISP, DROP * (sharp := self._sharpness_before()))
        ):
            between = self._recent[-1] < (1 + DROP) / 2 * sharp
            self._soft = _Soft(frame.time_s - (EVERY_S if between else 0.0), sharp, [value])
            return
        if not same:
            self._recent.clear()
        self._recent.append(value)

    def _sharpness_before(self) -> float:
        """Leaves out the last picture: it may lie halfway down."""
        return float(np.median(list(self._recent)[:-1]))

    def finish(self, end_s: float) -> Iterator[Event]:
        if end_s >= LEAST_WHOLE_S and self._all and float(np.percentile(self._all, 90)) < SOFT_WHOLE:
            strength = SOFT_WHOLE / max(float(np.median(self._all)), 1e-3)
            yield Event(
                "blur", 0.0, end_s, ratio_to_threshold(strength), {"sharpness": round(float(np.median(self._all)), 3)}
            )


def sharpness(luma: Plane) -> float | None:
    """Part of a strong edge's rise over six pixels that its steepest step makes; None without strong edges.

    Looked at on every fourth row. An even slope gives 0.17, natural video 0.3 to 0.6.
    """
    lines = luma[::ROW_STEP].astype(np.int16)
    rise = np.abs(lines[:, REACH:] - lines[:, :-REACH])
    count = max(LEAST_EDGES, round(STRONGEST * rise.size))
    if count >= rise.size:
        return None
    limit = max(LEAST_RISE, int(np.partition(rise.ravel(), rise.size - count)[rise.size - count]))
    rows, columns = np.nonzero(rise >= limit)
    if len(rows) < LEAST_EDGES:
        return None
    edges = lines[rows[:, None], columns[:, None] + np.arange(REACH + 1)]
    steepest = np.abs(np.diff(edges, axis=1)).max(axis=1)
    return float(steepest.sum()) / float(rise[rows, columns].sum())


def _event(soft: _Soft, end_s: float) -> Event:
    value = float(np.median(soft.values))
    strength = (1.0 - value / soft.before) / (1.0 - DROP)
    evidence = {"sharpness": round(value, 3), "before": round(soft.before, 3)}
    return Event("blur", soft.start_s, end_s, ratio_to_threshold(strength), evidence)

"""Blur: pictures softer than those just before and after in the same shot, or than their size promises.

Sharpness is how steep strong edges are: the steepest step's part of their rise over six pixels. A drop that comes at
once in a scene that stays, holds for 0.6 s, and goes at once, is a defect; a pull of focus and a dissolve are slow, and
a soft scene begins with a cut. The same things must be sharp, soft and sharp again: the picture is parted into tiles,
and those with as many strong edges before, in and after the drop tell. One blur takes most from what was sharpest and
hardly anything from what was soft: of the tiles from which the blur of the middle one takes a twentieth, nine in ten
must have lost some sharpness. A thing that comes to the front and goes leaves the others as sharp as they are; so do a
hand that waves, and another view in one pane of a screen; a page that loads puts other things in place. Titles that
stand still over a scene that moves are not asked. What is soft because it moves fast is no defect.
By itself, a picture scaled up by four and more has edges that rise evenly over several pixels, all of them.

Fails on softness of a whole file at less than that, and on slow changes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vivavoce.inspection.defects.blur.tiles import (
    Edges,
    Lines,
    blurred_evenly,
    edge_tiles,
    lines_of,
    same_share,
    sharpness_of,
    tile_ratio,
    titles,
)
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import ratio_to_threshold
from vivavoce.inspection.media import MediaInfo, VideoFrame
from vivavoce.inspection.motion import Blocks, likeness

EVERY_S = 0.12
DROP, CRISP = 0.84, 0.8
"""Sharpness against that before, and by itself, under which a picture may be blurred: drawings are above it."""
LEAST_PAST, LEAST_PICTURES = 3, 5
SLACK_IN, SLACK_OUT = 0.25, 0.3
"""Of the depth of a drop: how far from the bottom its second look, and from the top the first or second after it."""
SAME_SCENE = 0.75
MOST_S = 20.0
TILE_DROP = 0.95
"""Sharpness of the middle one of those tiles, against that before and after."""
EVENLY, BUT_FOR = 0.02, 0.1
"""What part of the sharpness that one blur of the whole picture takes from each tile must be gone, but for a tenth of
them: none may be as sharp as it was."""
SAME_THINGS = 0.25
"""Part of the tiles with edges in a drop that must have as many as before: a page that loads puts others in place."""
MOVED, FASTER, WHOLE = 2.0, 1.5, 0.5
"""Levels by which a block changes that moves; and how much more of the picture moves in a drop than before and after,
and how much of it, where it is motion that blurs."""
PAST, NEAR_PAST = 10, 5
"""Looks before a drop that must all have been sharp: a transition of sharp dots lasts less; and those of them that it
is measured against."""

SOFT_WHOLE, LEAST_WHOLE_S = 0.25, 1.0
MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Look:
    """Strong edges of one picture by tile, (48, 4): the sum of their steepest steps, that of their rises over six
    pixels, both in levels, how many there are, and how many of them lie as in the look before."""

    tiles: Edges
    motion: float = 0.0
    """Part of the blocks that moved since the look before."""

    @property
    def sharpness(self) -> float:
        """Part of a strong edge's rise over six pixels that its steepest step makes."""
        return sharpness_of(self.tiles)


@dataclass(slots=True)
class _Soft:
    start_s: float
    halfway: bool
    """Whether the look before the first of `looks` was on its way down."""
    past: list[Look]
    before: float
    looks: list[Look]
    back_s: float | None = None
    """When it began to go."""
    low: int = 0
    """Looks until then."""

    @property
    def values(self) -> list[float]:
        return [look.sharpness for look in self.looks]

    def is_everywhere(self, after: Look) -> bool:
        """Whether the middle one of the tiles that show the same is softer than before and than after, the others are
        softer by the same blur, and nothing moves faster meanwhile."""
        soft, past = mean_tiles(self.looks), mean_tiles(self.past)
        if max(tile_ratio(soft, past), tile_ratio(soft, after.tiles)) > TILE_DROP:
            return False
        scene = ~titles(past, soft)
        if blurred_evenly(soft[scene], past[scene], BUT_FOR) < EVENLY or same_share(soft, past) < SAME_THINGS:
            return False
        motion = float(np.median([look.motion for look in self.looks[1:]]))
        usual = max(float(np.median([look.motion for look in self.past])), after.motion)
        return motion < max(WHOLE, FASTER * usual)

    def is_steep(self, after: float) -> bool:
        """Whether sharpness fell within one look, stayed down, and is back at `after` within one."""
        values = self.values
        if len(values) < LEAST_PICTURES:
            return False
        bottom = float(np.median(values))
        depth = self.before - bottom
        down = values[0 if self.halfway else 1], values[-2 if self.back_s is None else self.low - 1]
        return max(down) <= bottom + SLACK_IN * depth and after >= self.before - SLACK_OUT * depth


class Blur(Detector):
    names = ("blur",)
    sampling = Sampling(EVERY_S)

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._recent: deque[Look] = deque(maxlen=PAST)
        self._blocks: Blocks | None = None
        self._lines: Lines | None = None
        self._soft: _Soft | None = None
        self._all: list[float] = []

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        blocks, before = frame.blocks, self._blocks
        self._blocks = blocks
        lines_before, self._lines = self._lines, lines_of(frame.luma)
        tiles = edge_tiles(self._lines, lines_before)
        if tiles is None:
            return
        same = before is not None and likeness(before, blocks) > SAME_SCENE
        moved = float((np.abs(blocks - before) > MOVED).mean()) if before is not None and same else 0.0
        look = Look(tiles, moved)
        value = look.sharpness
        if len(self._all) < MOST_KEPT:
            self._all.append(value)
        soft = self._soft
        if soft:
            if same and value < DROP * soft.before and frame.time_s - soft.start_s < MOST_S:
                soft.looks.append(look)
                soft.back_s = None
                return
            if same and soft.back_s is None and not soft.is_steep(value):
                soft.back_s, soft.low = frame.time_s, len(soft.looks)
                return
            self._soft = None
            if same and soft.is_steep(value) and soft.is_everywhere(look):
                yield _event(soft, soft.back_s or frame.time_s)
            self._recent.clear()
        elif same and (sharp := self._sharpness_before()) * DROP > value < CRISP:
            between = self._recent[-1].sharpness < (1 + DROP) / 2 * sharp
            start_s = frame.time_s - (EVERY_S if between else 0.0)
            self._soft = _Soft(start_s, between, self._looks_before(), sharp, [look])
            return
        if not same:
            self._recent.clear()
        self._recent.append(look)

    def _looks_before(self) -> list[Look]:
        """Leaves out the last one: it may lie halfway down."""
        return list(self._recent)[-NEAR_PAST:-1]

    def _sharpness_before(self) -> float:
        """What a drop is measured against, 0 where the looks before were not all sharp."""
        if len(self._recent) < LEAST_PAST:
            return 0.0
        sharp = float(np.median([look.sharpness for look in self._looks_before()]))
        return sharp if min(look.sharpness for look in list(self._recent)[:-1]) >= DROP * sharp else 0.0

    def finish(self, end_s: float) -> Iterator[Event]:
        if end_s >= LEAST_WHOLE_S and self._all and float(np.percentile(self._all, 90)) < SOFT_WHOLE:
            strength = SOFT_WHOLE / max(float(np.median(self._all)), 1e-3)
            yield Event(
                "blur", 0.0, end_s, ratio_to_threshold(strength), {"sharpness": round(float(np.median(self._all)), 3)}
            )


def mean_tiles(looks: Sequence[Look]) -> Edges:
    """The mean of the tiles of some looks."""
    return np.mean([look.tiles for look in looks], axis=0)


def _event(soft: _Soft, end_s: float) -> Event:
    value = float(np.median(soft.values))
    strength = (1.0 - value / soft.before) / (1.0 - DROP)
    evidence = {"sharpness": round(value, 3), "before": round(soft.before, 3)}
    return Event("blur", soft.start_s, end_s, ratio_to_threshold(strength), evidence)

"""Single pictures with a part that neither the picture before nor the one after knows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import Blocks, VideoFrame
from vivavoce.inspection.motion import likeness

APART, ALIKE = 20.0, 0.25
"""Levels by which an odd block differs from both neighbours in time at least, and how much of that they may differ
from each other."""

LEAST_BLOCKS, LEAST_LEVELS, SCENE = 8, 60.0, 0.3
"""Blocks of 8 x 8 pixels of the small picture, their median difference in levels, and the correlation with the
picture before from which they still show the scene, as in the light of a flash."""

ALONE = 0.25
"""Part of the odd blocks that the pictures before and after may have: what flies past leaves them in every picture."""

AGAIN, KINDS = 0.8, 8
"""Part of the odd blocks of both that two odd pictures share, from which the second is the first again, and how many
are remembered: what is drawn comes again where it was, damage does not."""

SAME_SCENE = 0.6
"""Correlation of the pictures before and after, from which they show one scene: one that pushes another out is none."""


@dataclass(frozen=True, slots=True)
class _Seen:
    start_s: float
    end_s: float
    odd: npt.NDArray[np.bool_]
    """Which blocks neither neighbour in time knows, (rows, columns)."""
    foreign: bool
    """Whether they show something else than the scene."""

    @property
    def count(self) -> int:
        """How many are odd."""
        return int(np.count_nonzero(self.odd))


class OddPictures:
    """Finds them two pictures late: boxes, bands, mirrored and missing parts that last for one picture."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float, Blocks]] = deque(maxlen=5)
        self._seen: deque[_Seen] = deque(maxlen=3)
        self._known: deque[npt.NDArray[np.bool_]] = deque(maxlen=KINDS)

    def take(self, frame: VideoFrame) -> tuple[float, float] | None:
        """The span (start_s, end_s) of an odd picture, once two more are known."""
        if self._frames and self._frames[-1][2].shape != frame.blocks.shape:
            self._frames.clear()
            self._seen.clear()
            self._known.clear()
        self._frames.append((frame.time_s, frame.time_s + frame.seconds, frame.blocks))
        if len(self._frames) < 3:
            return None
        self._seen.append(self._look())
        if len(self._seen) < 3:
            return None
        before, middle, after = self._seen
        alone = max(before.count, after.count) <= ALONE * middle.count
        if not (alone and middle.foreign and self._rests_around(middle.odd)):
            return None
        if any(_overlap(known, middle.odd) >= AGAIN for known in self._known):
            return None
        self._known.append(middle.odd)
        return middle.start_s, middle.end_s

    def _look(self) -> _Seen:
        (_, _, before), (start_s, end_s, blocks), (_, _, after) = list(self._frames)[-3:]
        came, went = np.abs(blocks - before), np.abs(blocks - after)
        odd = (came > APART) & (went > APART) & (np.abs(after - before) < ALIKE * np.minimum(came, went))
        foreign = int(np.count_nonzero(odd)) >= LEAST_BLOCKS and float(np.median(came[odd])) >= LEAST_LEVELS
        foreign = foreign and likeness(before, after) >= SAME_SCENE and likeness(before[odd], blocks[odd]) < SCENE
        return _Seen(start_s, end_s, odd, foreign)

    def _rests_around(self, odd: npt.NDArray[np.bool_]) -> bool:
        """Whether the place changes far less in the pictures around the middle one: the digits of a clock do not."""
        first, before, middle, after, last = (blocks[odd] for _, _, blocks in self._frames)
        around = np.maximum(np.abs(before - first), np.abs(last - after))
        return float(np.quantile(around, 0.75)) <= ALIKE * float(np.median(np.abs(middle - before)))


def _overlap(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    """Part of the blocks of either that both have."""
    return float(np.count_nonzero(one & other)) / max(1, int(np.count_nonzero(one | other)))

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

AGAIN, SAME = 0.8, 3.0
"""Part of the odd blocks of both that two odd pictures share, from which the second may be the first again, and mean
levels by which what was there, and what came, may each differ from the first time: what is drawn goes to and fro
between two looks. A slice that is lost again at its place is other damage, or hides another moment of the scene."""

KINDS, REMEMBERED_S = 8, 10.0
"""How many odd pictures are remembered, and for how many seconds after they last came again."""

SAME_SCENE = 0.6
"""Correlation of the pictures before and after, from which they show one scene: one that pushes another out is none."""

JUMPED = 0.4
"""Part of what came with an odd picture that a thing of another picture may leave, moved there, and still be the same
thing: a ball changes its shape as it bounces, and lies otherwise among the blocks."""


@dataclass(frozen=True, slots=True)
class _Seen:
    start_s: float
    end_s: float
    odd: npt.NDArray[np.bool_]
    """Which blocks neither neighbour in time knows, (rows, columns)."""
    foreign: bool
    """Whether they show something else than the scene."""
    usual: Blocks
    """What the picture before shows, (rows, columns)."""
    shown: Blocks
    """What the picture itself shows, (rows, columns)."""

    @property
    def count(self) -> int:
        """How many are odd."""
        return int(np.count_nonzero(self.odd))

    def repeats(self, known: _Seen) -> bool:
        """Whether the same place went from one of the same two looks to the other, either way."""
        both = self.odd & known.odd
        if np.count_nonzero(both) < AGAIN * np.count_nonzero(self.odd | known.odd):
            return False
        usual, shown = self.usual[both], self.shown[both]
        ways = (known.usual[both], known.shown[both]), (known.shown[both], known.usual[both])
        return any(max(np.abs(usual - one).mean(), np.abs(shown - two).mean()) <= SAME for one, two in ways)

    def jumped(self, other: Blocks) -> bool:
        """Whether what came was elsewhere in the picture before or after, and is gone from there: a thing that moves by
        more than its size. `other` is that picture, (rows, columns).
        """
        rows, columns = other.shape
        margin = ((rows - 1, rows - 1), (columns - 1, columns - 1))
        there = np.pad(other.astype(np.float32), margin, constant_values=np.nan)
        gone = np.pad(np.where(self.odd, 0.0, np.abs(other - self.shown)).astype(np.float32), margin)
        left, went = np.zeros((2, 2 * rows - 1, 2 * columns - 1), np.float32)  # for each way in rows and columns
        for row, column in np.argwhere(self.odd):
            ways = np.s_[row : row + 2 * rows - 1, column : column + 2 * columns - 1]
            came = abs(float(self.usual[row, column] - self.shown[row, column]))
            left += np.nan_to_num(np.abs(there[ways] - self.shown[row, column]), nan=came)
            went += np.minimum(gone[ways], came)
        came = float(np.abs(self.usual - self.shown)[self.odd].sum())
        return bool(((left <= JUMPED * came) & (went >= (1.0 - JUMPED) * came)).any())


class OddPictures:
    """Finds them two pictures late: boxes, bands, mirrored and missing parts that last for one picture."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float, Blocks]] = deque(maxlen=5)
        self._seen: deque[_Seen] = deque(maxlen=3)
        self._known: deque[_Seen] = deque(maxlen=KINDS)

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
        if any(middle.jumped(self._frames[around][2]) for around in (1, 3)):
            return None
        return None if self._came_before(middle) else (middle.start_s, middle.end_s)

    def _came_before(self, seen: _Seen) -> bool:
        """Whether an odd picture repeats one that is remembered; it is remembered itself from then on."""
        while self._known and seen.start_s - self._known[0].start_s > REMEMBERED_S:
            self._known.popleft()
        others = [known for known in self._known if not seen.repeats(known)]
        again = len(others) < len(self._known)
        self._known = deque([*others, seen], maxlen=KINDS)
        return again

    def _look(self) -> _Seen:
        (_, _, before), (start_s, end_s, blocks), (_, _, after) = list(self._frames)[-3:]
        came, went = np.abs(blocks - before), np.abs(blocks - after)
        odd = (came > APART) & (went > APART) & (np.abs(after - before) < ALIKE * np.minimum(came, went))
        foreign = int(np.count_nonzero(odd)) >= LEAST_BLOCKS and float(np.median(came[odd])) >= LEAST_LEVELS
        foreign = foreign and likeness(before, after) >= SAME_SCENE and likeness(before[odd], blocks[odd]) < SCENE
        return _Seen(start_s, end_s, odd, foreign, before, blocks)

    def _rests_around(self, odd: npt.NDArray[np.bool_]) -> bool:
        """Whether the place changes far less in the pictures around the middle one: the digits of a clock do not."""
        first, before, middle, after, last = (blocks[odd] for _, _, blocks in self._frames)
        around = np.maximum(np.abs(before - first), np.abs(last - after))
        return float(np.quantile(around, 0.75)) <= ALIKE * float(np.median(np.abs(middle - before)))

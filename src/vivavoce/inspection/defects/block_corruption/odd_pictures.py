"""Single pictures with a part that neither the picture before nor the one after knows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from vivavoce.inspection.media import Blocks, VideoFrame

APART, ALIKE = 20.0, 0.25
"""Levels by which an odd block differs from both neighbours in time at least, and how much of that they may differ
from each other."""

LEAST_BLOCKS, LEAST_LEVELS, SCENE = 8, 60.0, 0.3
"""Blocks of 8 x 8 pixels of the small picture, their median difference in levels, and the correlation with the
picture before from which they still show the scene, as in the light of a flash."""

ALONE = 0.25
"""Part of the odd blocks that the pictures before and after may have: what flies past leaves them in every picture."""


@dataclass(frozen=True, slots=True)
class _Seen:
    start_s: float
    end_s: float
    odd_blocks: int
    foreign: bool
    """Whether they show something else than the scene."""


class OddPictures:
    """Finds them two pictures late: boxes, bands, mirrored and missing parts that last for one picture."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float, Blocks]] = deque(maxlen=3)
        self._seen: deque[_Seen] = deque(maxlen=3)

    def take(self, frame: VideoFrame) -> tuple[float, float] | None:
        """The span (start_s, end_s) of an odd picture, once two more are known."""
        if self._frames and self._frames[-1][2].shape != frame.blocks.shape:
            self._frames.clear()
            self._seen.clear()
        self._frames.append((frame.time_s, frame.time_s + frame.seconds, frame.blocks))
        if len(self._frames) < 3:
            return None
        self._seen.append(self._look())
        if len(self._seen) < 3:
            return None
        before, middle, after = self._seen
        alone = max(before.odd_blocks, after.odd_blocks) <= ALONE * middle.odd_blocks
        return (middle.start_s, middle.end_s) if alone and middle.foreign else None

    def _look(self) -> _Seen:
        (_, _, before), (start_s, end_s, blocks), (_, _, after) = self._frames
        came, went = np.abs(blocks - before), np.abs(blocks - after)
        odd = (came > APART) & (went > APART) & (np.abs(after - before) < ALIKE * np.minimum(came, went))
        count = int(np.count_nonzero(odd))
        foreign = count >= LEAST_BLOCKS and float(np.median(came[odd])) >= LEAST_LEVELS
        return _Seen(start_s, end_s, count, foreign and _likeness(before[odd], blocks[odd]) < SCENE)


def _likeness(before: Blocks, now: Blocks) -> float:
    """Correlation of some blocks; 0 where either are all the same."""
    one, other = before - before.mean(), now - now.mean()
    spread = float(np.sqrt(np.square(one).sum() * np.square(other).sum()))
    return float((one * other).sum()) / spread if spread > 1.0 else 0.0

"""Whether sound has pauses: speech has, most music has not, and what stands out of a pause is easier to believe."""

from __future__ import annotations

from collections import deque

import numpy as np

from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

FRAME, REMEMBERED_S, SOFT = SAMPLE_RATE_HZ // 50, 8, 0.5
"""Samples of a frame, seconds that count, and the part of the mean level under which a frame is soft."""


class Pauses:
    """Follows the last eight seconds of one sound stream."""

    def __init__(self) -> None:
        self._levels: deque[Samples] = deque(maxlen=REMEMBERED_S)

    def add(self, second: Samples) -> float:
        """Take a second of sound (samples,); the share of soft frames of 20 ms in the last eight, 0 to 1: of speech
        a quarter and more, of most music less than a fifth."""
        frames = second[: len(second) // FRAME * FRAME].reshape(-1, FRAME)
        self._levels.append(np.sqrt(np.square(frames).mean(axis=1)))
        levels = np.concatenate(self._levels)
        return float((levels < SOFT * levels.mean()).mean())

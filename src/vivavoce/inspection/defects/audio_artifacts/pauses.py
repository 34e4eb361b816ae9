"""Whether sound has pauses as speech has: what stands out of a pause is easier to believe."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.media import SAMPLE_RATE_HZ, Samples

FRAME, FRAME_S, REMEMBERED_S, SOFT = SAMPLE_RATE_HZ // 50, 0.02, 8, 0.5
"""Samples and seconds of a frame, seconds that count, and the part of the mean level under which a frame is soft."""

PAUSE_S = (0.06, 3.0)
"""How long a pause lasts: a shorter one is the closure of a stop, a longer one is a rest."""

OFTEN_HZ = ((40.0, 0.5), (20.0, 1.4))
"""By how many dB the softest tenth is softer than the loudest, and how many pauses a second there are then where
somebody speaks: studio silence between sentences, or the gaps between words in a room."""

OFTEN = 0.25
"""The share of pauses of speech, and more."""

HEARD = 1e-3
"""Root mean square of a frame from which sound has begun."""

LEAST_S, TINY = 0.5, 1e-5
"""Seconds without which nothing is said of pauses, and a level that keeps digital silence in bounds."""


class Pauses:
    """Follows the last eight seconds of one sound stream."""

    def __init__(self) -> None:
        self._levels: deque[Samples] = deque(maxlen=REMEMBERED_S)

    def add(self, second: Samples) -> float:
        """Take a second of sound (samples,); the share of the last eight that are pauses of 60 ms to 3 s, 0 to 1.

        Of speech it is a quarter and more. 0 where they are fewer or less deep than those of speech: music swells,
        rests and beats, but neither as often nor as deep. What is silent before the first sound is no pause.
        """
        frames = second[: len(second) // FRAME * FRAME].reshape(-1, FRAME)
        levels = np.sqrt(np.square(frames).mean(axis=1))
        if not self._levels:
            levels = levels[int(np.argmax(levels > HEARD)) if levels.max(initial=0.0) > HEARD else len(levels) :]
        if len(levels):
            self._levels.append(levels)
        return _share(np.concatenate(self._levels)) if self._levels else 0.0


def _share(levels: npt.NDArray[np.floating]) -> float:
    """The share of pauses among frames (frames,)."""
    seconds = len(levels) * FRAME_S
    softest, loudest = np.quantile(levels, (0.1, 0.9)) + TINY
    deep_db = 20.0 * np.log10(loudest / softest)
    often_hz = next((often_hz for least_db, often_hz in OFTEN_HZ if deep_db >= least_db), None)
    if seconds < LEAST_S or often_hz is None:
        return 0.0
    edges = np.flatnonzero(np.diff(levels < SOFT * levels.mean(), prepend=False, append=False))
    lengths_s = (edges[1::2] - edges[::2]) * FRAME_S
    pauses_s = lengths_s[(lengths_s > PAUSE_S[0] - 1e-6) & (lengths_s < PAUSE_S[1] + 1e-6)]
    return float(pauses_s.sum() / seconds) if len(pauses_s) >= often_hz * seconds else 0.0

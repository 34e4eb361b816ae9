"""Whether a steady noise came to a sound, is loud in it, or is spoken over: else it belongs to the sound."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.audio_artifacts.noise import HISS_HZ, band_levels_db, floor_spread_db
from vivavoce.inspection.media import Samples

RISE_DB = 3.0
"""By how much noise has come up over the softest half second before: at least 4.6 dB where it was added to music; pads
and the noise of a recording lie within 2.3 dB."""

SETS_IN_DB = 6.0
"""How far apart the floors of both halves of a second are in which noise sets in or ends."""

BESIDE_DB, WHITE_DB = (-20.0, -4.0), 42.0
"""From which level beside the sound noise is apart whatever the sound is, and from which on it is all there is, as in
rain; and how many dB more the levels of the high band are than those of the samples of white noise. That of pads and
recordings of music is 23 dB and more below."""

FAINT_DB = -61.0
"""Noise that is softer than that, with nothing much louder to be heard, is a quiet room: -63 and less where a telephone
records one, -59 and more where noise was added to soft sound."""

MIDDLE_HZ, REMEMBERED_S = (300.0, 3000.0), 8
SOFTEST, SOFT, LOUD = 0.03, 0.1, 0.9
FLAT_DB, DEEP_DB = 3.0, 20.0
"""Where somebody speaks over noise, the softest tenth of the middle band is nothing but noise, within 2.3 dB, and the
loudest lies at least 25 dB over it; in music it does by 17 dB at most, or the softest are not of one level."""


NOTHING_ELSE_DB = 1.8
"""How far the high band falls at most in both halves of a second in which it holds noise and nothing else."""


class NoiseFloor:
    """Follows one channel second by second."""

    def __init__(self) -> None:
        self._softest_db = np.inf
        self._middle_then_db = np.inf
        self._middle_db: deque[npt.NDArray[np.floating]] = deque(maxlen=REMEMBERED_S)
        self.is_apart = False
        """Whether noise in the last second is apart from the sound it is in."""
        self.sets_in = False
        """Whether it sets in, or ends, in the middle of it."""
        self.spreads_db: tuple[float, ...] = (np.inf, np.inf)
        """How far the high band falls in the steadier half of the last second, and in the other."""

        self.level_db = np.nan
        """Of noise in the last second, NaN where there is more in the high band than noise."""

    def add(self, second: Samples) -> None:
        """Take a second of sound (samples,)."""
        high_db, middle_db = band_levels_db(second, HISS_HZ, MIDDLE_HZ)
        levels_db = np.array_split(high_db, 2)
        self.spreads_db = tuple(sorted(map(floor_spread_db, levels_db)))
        floors_db = [float(np.quantile(half, SOFT)) for half in levels_db]
        self.level_db = min(floors_db) if self.spreads_db[1] <= NOTHING_ELSE_DB else np.nan
        self._middle_db.append(middle_db)
        self.sets_in = abs(floors_db[1] - floors_db[0]) >= SETS_IN_DB
        softest, soft, loud = np.quantile(np.concatenate(self._middle_db), (SOFTEST, SOFT, LOUD))
        level_db = 10 * np.log10(second.var(dtype=np.float64) + 1e-12)
        noise_db = min(floors_db) - WHITE_DB
        is_loud = BESIDE_DB[0] <= noise_db - level_db <= BESIDE_DB[1] and noise_db >= FAINT_DB
        said_over = soft - softest <= FLAT_DB and loud - softest >= DEEP_DB
        middles_db = [float(np.quantile(half, SOFT)) for half in np.array_split(middle_db, 2)]
        louder_db = max(0.0, max(middles_db) - self._middle_then_db)
        has_risen = max(floors_db) - self._softest_db - louder_db >= RISE_DB
        self.is_apart = bool(is_loud or said_over or has_risen)
        if min(floors_db) < self._softest_db:
            softest_half = int(np.argmin(floors_db))
            self._softest_db, self._middle_then_db = floors_db[softest_half], middles_db[softest_half]

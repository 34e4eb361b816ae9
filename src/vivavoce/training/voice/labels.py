"""Exact labels: what the teacher's own predictor decides for a sentence, without its costly decoder.

Kokoro's graph is cut after durations, f0 and energy; what stays takes a fiftieth of real time on one core.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivavoce.training.corpora.kokoro import DURATIONS, ENERGY, F0, Kokoro, cut, session

OUTPUTS = (DURATIONS, F0, ENERGY)


@dataclass(frozen=True, slots=True)
class Labels:
    """ids (tokens,), units of 25 ms of each (tokens,), f0 in Hz and energy each 12.5 ms (2 * units,)."""

    ids: npt.NDArray[np.int64]
    units: npt.NDArray[np.int64]
    f0_hz: npt.NDArray[np.float32]
    energy: npt.NDArray[np.float32]


class Predictor(Kokoro):
    """The teacher's durations, pitch and energy of any phonemes in any of its styles."""

    def __init__(self, styles: str = "", threads: int = 1) -> None:
        super().__init__(styles)
        self._session = session(cut(self.model, OUTPUTS), threads)

    def __call__(self, phonemes: str, speaker: str) -> Labels:
        """What the teacher decides for phonemes; symbols that it does not know are left out."""
        feed = self.feed(self.symbols(phonemes), speaker)
        units, f0, energy = (np.asarray(out).ravel() for out in self._session.run(list(OUTPUTS), feed))
        return Labels(feed["tokens"][0], units.astype(np.int64), f0.astype(np.float32), energy.astype(np.float32))

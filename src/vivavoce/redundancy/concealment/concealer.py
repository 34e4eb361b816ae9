"""Filling gaps in received speech: from features that redundancy brought, or from guesses.

A gap begins without a fade: the vocoder goes on from the last received samples. Where sound arrives again it goes on
for 5 ms more and fades into it. Whole frames of 160 samples at 16 kHz; rows are those of `features`, on the same frames
as the sound.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from vivavoce.errors import InputError
from vivavoce.redundancy import features as acoustic
from vivavoce.redundancy.concealment import fargan as vocoder
from vivavoce.redundancy.concealment import plc_predictor
from vivavoce.redundancy.concealment.crossfade import CROSSFADE, crossfade
from vivavoce.redundancy.concealment.fargan import Fargan, FarganState
from vivavoce.redundancy.concealment.gap_features import check_gap_features, complete_gap_features
from vivavoce.redundancy.concealment.plc_predictor import PlcPredictor, PredictorState
from vivavoce.redundancy.features import HOP, RATE_HZ, Array, FeatureState

HISTORY = 24
"""Frames of what was played whose features a gap builds on."""
KEPT = HISTORY + 12
"""Frames of it that are kept as sound, so that the pitch is settled when those features begin."""
_PAST_ROWS = vocoder.START_ROWS - vocoder.LOOKAHEAD


class GapState(NamedTuple):
    """Where concealment stands in the middle of a gap."""

    vocoder: FarganState
    predictor: PredictorState
    last_row: Array
    """The features furthest ahead that the vocoder has heard, (20,)."""


class PlayState(NamedTuple):
    """All that filling needs of what was played. A value: nothing changes it."""

    analysis: FeatureState
    rows: Array
    """Features of what was played, (up to 24, 20), up to the last `pending` frames."""
    pending: int
    played: Array
    """Its samples, (5760,)."""
    gap: GapState | None


class Concealer:
    """Follows what is played and fills its gaps. `hear` what arrives, `fill` what does not, in order."""

    def __init__(self, vocoder: Fargan, predictor: PlcPredictor) -> None:
        self._vocoder, self._predictor = vocoder, predictor
        self._before_gap: tuple[PlayState, PlayState, PredictorState] | None = None
        """A moment at which a gap began, the same with its features, and what the predictor heard: where a filling
        proves too loud, the same gap is filled again."""

    @classmethod
    def load(cls, vocoder_addon: str | Path = vocoder.ADDON, predictor_addon: str | Path = plc_predictor.ADDON) -> Self:
        """A concealer with the shipped addons, or with others by name or path."""
        return cls(Fargan.load(vocoder_addon), PlcPredictor.load(predictor_addon))

    def initial_state(self) -> PlayState:
        """The state before the first sample."""
        rows, silence = np.zeros((0, acoustic.WIDTH), np.float32), np.zeros(KEPT * HOP, np.float32)
        return PlayState(acoustic.initial_state(), rows, 0, silence, None)

    def hear(self, state: PlayState, samples: Array) -> tuple[PlayState, Array]:
        """Received samples (frames * 160,) -> the state after them, and what to play: they, faded in after a gap.

        Raises `InputError` for samples that are not finite or not whole frames.
        """
        samples = checked_samples(samples)
        if state.gap is not None and len(samples):
            seam = crossfade(self.continue_gap(state)[:CROSSFADE], samples[:CROSSFADE])
            samples = np.concatenate([seam, samples[CROSSFADE:]])
        return _play(state._replace(gap=None), samples), samples

    def fill(
        self,
        state: PlayState,
        frames: int,
        rows: Array | None = None,
        known: Array | None = None,
        ahead: Array | None = None,
    ) -> tuple[PlayState, Array]:
        """The next `frames` frames, which did not arrive -> the state after them and (frames * 160,).

        `rows`: features of these frames, (frames, 20), or of up to two after them too; None if nothing is known.
        `known`: which rows are to be believed, (rows,) bool; all if None. The others are guessed.
        `ahead`: received samples that follow the gap, if they are there already; 20 ms are enough.
        Raises `InputError` for features or samples that are not finite or of the wrong size.
        """
        if frames <= 0:
            return state, np.zeros(0, np.float32)
        rows, known = check_gap_features(frames, rows, known)
        if state.gap:
            heard = state.gap.predictor
        else:
            state, heard = self._hear_past(state)
        predictor, rows = complete_gap_features(self._predictor, heard, rows, known, _whole_frames(ahead))
        start = state.gap.vocoder if state.gap else self._start(state, rows)
        spoken, samples = self._vocoder.speak(start, rows[vocoder.LOOKAHEAD :])
        return _play(state, samples)._replace(gap=GapState(spoken, predictor, rows[-1])), samples

    def continue_gap(self, state: PlayState) -> Array:
        """10 ms of how the filling would go on, (160,); silence where there is no gap."""
        if state.gap is None:
            return np.zeros(HOP, np.float32)
        return self._vocoder.speak(state.gap.vocoder, state.gap.last_row[None])[1]

    def _start(self, state: PlayState, rows: Array) -> FarganState:
        past = state.rows[-_PAST_ROWS:]
        missing = np.repeat(rows[:1], _PAST_ROWS - len(past), axis=0)
        around = np.concatenate([missing, past, rows[: vocoder.LOOKAHEAD]])
        return self._vocoder.start(state.played[-vocoder.START_SAMPLES :], around)

    def _hear_past(self, state: PlayState) -> tuple[PlayState, PredictorState]:
        found = self._before_gap
        if found is None or found[0] is not state:
            analysed = self._analyse(state)
            heard = analysed.played[len(analysed.played) - len(analysed.rows) * HOP :]
            predicted = self._predictor.hear(self._predictor.initial_state(), analysed.rows, heard)
            found = self._before_gap = (state, analysed, predicted)
        return found[1], found[2]

    def _analyse(self, state: PlayState) -> PlayState:
        """With features of all that was played: found here, because most of what arrives is never asked for."""
        analysis, rows, pending = state.analysis, state.rows, state.pending
        if pending > KEPT:
            analysis, rows, pending = acoustic.initial_state(), state.rows[:0], KEPT
        analysis, latest = acoustic.step(analysis, state.played[len(state.played) - pending * HOP :])
        return state._replace(analysis=analysis, rows=np.concatenate([rows, latest])[-HISTORY:], pending=0)


def checked_samples(samples: Array) -> Array:
    """Samples as float32. Raises `InputError` for NaN, infinity, or a length that is not whole frames."""
    samples = np.asarray(samples, np.float32)
    if samples.ndim != 1 or len(samples) % HOP:
        raise InputError(f"samples of shape {samples.shape}: give whole frames of {HOP} samples at {RATE_HZ} Hz")
    if not np.isfinite(samples).all():
        raise InputError("samples hold values that are not numbers")
    return samples


def _play(state: PlayState, samples: Array) -> PlayState:
    return state._replace(
        pending=state.pending + len(samples) // HOP,
        played=np.concatenate([state.played, samples])[-KEPT * HOP :],
    )


def _whole_frames(ahead: Array | None) -> Array | None:
    """The whole frames of received samples after a gap, if they are enough to see a spectrum in."""
    if ahead is None or len(ahead) < 2 * HOP:
        return None
    return checked_samples(ahead[: len(ahead) // HOP * HOP])

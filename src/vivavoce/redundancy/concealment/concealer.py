"""Filling holes in received speech: from features that redundancy brought, or from guesses.

A hole begins where the vocoder, warmed up on what was heard, lies on the last received pulses; its harmonics start as
those before the hole and arrive as those after it, if that is known by then (`joins`). Both seams fade over 5 ms.
Whole frames of 160 samples at 16 kHz; feature rows are those of `features`, on the same frames as the sound.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from vivavoce.blocks.network import NetworkState
from vivavoce.errors import InputError
from vivavoce.redundancy import features as acoustic
from vivavoce.redundancy.concealment.crossfade import CROSSFADE, extended, faded
from vivavoce.redundancy.concealment.gap_boundaries import (
    NO_COURSE,
    WARM,
    Course,
    enter_hole,
    lead_pitch,
    meet_harmonics,
    voice_after,
)
from vivavoce.redundancy.concealment.gap_features import completed, described
from vivavoce.redundancy.concealment.plc_predictor import Predictor, PredictorState
from vivavoce.redundancy.concealment.plc_vocoder import ADDON as VOCODER_ADDON
from vivavoce.redundancy.concealment.plc_vocoder import CarryVocoder, SourceState, log_f0_of, speak
from vivavoce.redundancy.features import HOP, RATE_HZ, Array, FeatureState

HISTORY = 24
"""Frames of what was played whose features a hole builds on."""
KEPT = HISTORY + 12
"""Frames of it that are kept as sound, so that the pitch is settled when those features begin."""
PAST = 16
"""Frames of it that the vocoder's network hears."""


class HoleState(NamedTuple):
    """The vocoder in the middle of a hole."""

    network: NetworkState
    source: SourceState | None
    """None before its first sample."""
    predictor: PredictorState
    gain: float
    """What is left of the gain that met the level before the hole."""


class PlayState(NamedTuple):
    """All that filling needs of what was played. A value: nothing changes it."""

    analysis: FeatureState
    rows: Array
    """Features of what was played, (up to 24, 20), up to the last `unheard` frames."""
    unheard: int
    played: Array
    """Its samples, (5760,)."""
    clock: int
    """Samples played so far."""
    hole: HoleState | None


class Concealer:
    """Follows what is played and fills its holes. `hear` what arrives, `fill` what does not, in order."""

    def __init__(self, vocoder: CarryVocoder, predictor: Predictor) -> None:
        self._vocoder, self._predictor = vocoder, predictor

    @classmethod
    def load(cls, vocoder: str | Path = VOCODER_ADDON, predictor: str | Path = "predictor") -> Self:
        """With the shipped addons, or others by name or path."""
        return cls(CarryVocoder.load(vocoder), Predictor.load(predictor))

    def initial_state(self) -> PlayState:
        """Before the first sample."""
        rows, silence = np.zeros((0, acoustic.WIDTH), np.float32), np.zeros(KEPT * HOP, np.float32)
        return PlayState(acoustic.initial_state(), rows, 0, silence, 0, None)

    def hear(self, state: PlayState, samples: Array) -> tuple[PlayState, Array]:
        """Received samples (frames * 160,) -> the state after them, and what to play: they, faded in after a hole.

        Raises `InputError` for samples that are not finite or not whole frames.
        """
        samples = checked_samples(samples)
        source = None if state.hole is None else state.hole.source
        if state.hole is not None and source is not None and len(samples):
            _, ringing = speak(source, source.transfer[None], np.array([source.log_f0], np.float32))
            ringing, _ = _levelled(ringing, state.hole.gain)
            seam = faded(ringing[:CROSSFADE], samples[:CROSSFADE])
            samples = np.concatenate([seam, samples[CROSSFADE:]])
        return _played(state._replace(hole=None), samples), samples

    def fill(
        self,
        state: PlayState,
        frames: int,
        rows: Array | None = None,
        known: Array | None = None,
        ahead: Array | None = None,
    ) -> tuple[PlayState, Array]:
        """The next `frames` frames, which did not arrive -> the state after them and (frames * 160,).

        `rows`: features of these frames, (frames, 20), or of the one after them too; None if nothing is known.
        `known`: which rows are to be believed, (rows,) bool; all if None. The others are guessed.
        `ahead`: received samples that follow the hole, if they are there already; 20 ms are enough.
        Raises `InputError` for features or samples that are not finite or of the wrong size.
        """
        if frames <= 0:
            return state, np.zeros(0, np.float32)
        rows, known = described(frames, rows, known)
        after = _whole_frames(ahead)
        state, hole, before = self._entered(state) if state.hole is None else (state, state.hole, NO_COURSE)
        predictor, rows = completed(self._predictor, hole.predictor, rows, known, after)
        network, transfer = self._vocoder.respond(hole.network, rows[:frames])
        _, edge = self._vocoder.respond(network, rows[frames:])
        log_f0 = log_f0_of(rows)
        course = Course(np.concatenate([transfer, edge]), log_f0, voice_after(after, float(log_f0[-1])))
        source, gain = hole.source, hole.gain
        if source is None:
            source, gain = enter_hole(state.played, state.clock, before, course)
        course = lead_pitch(course, source.log_f0)
        source, factors = meet_harmonics(source, course)
        source, samples = speak(source, course.transfer[1:], course.log_f0[1:], factors)
        samples, gain = _levelled(samples, gain)
        if hole.source is None:
            seam = faded(extended(state.played[-4 * HOP :], CROSSFADE), samples[:CROSSFADE])
            samples = np.concatenate([seam, samples[CROSSFADE:]])
        return _played(state, samples)._replace(hole=HoleState(network, source, predictor, gain)), samples

    def _entered(self, state: PlayState) -> tuple[PlayState, HoleState, Course]:
        """Both networks after the features of what was played, and the filters and pitch that it is spoken with."""
        state = _listened(state)
        network, before = self._vocoder.respond(self._vocoder.initial_state().network, state.rows[-PAST:], WARM)
        predictor = self._predictor.hear(self._predictor.initial_state(), state.rows)
        course = Course(before, log_f0_of(state.rows[len(state.rows) - len(before) :]), None)
        return state, HoleState(network, None, predictor, 1.0), course


def checked_samples(samples: Array) -> Array:
    """Samples as float32. Raises `InputError` for NaN, infinity, or a length that is not whole frames."""
    samples = np.asarray(samples, np.float32)
    if samples.ndim != 1 or len(samples) % HOP:
        raise InputError(f"samples of shape {samples.shape}: give whole frames of {HOP} samples at {RATE_HZ} Hz")
    if not np.isfinite(samples).all():
        raise InputError("samples hold values that are not numbers")
    return samples


def _played(state: PlayState, samples: Array) -> PlayState:
    return state._replace(
        unheard=state.unheard + len(samples) // HOP,
        played=np.concatenate([state.played, samples])[-KEPT * HOP :],
        clock=state.clock + len(samples),
    )


def _listened(state: PlayState) -> PlayState:
    """With the features of all that was played last: found here, because most of what arrives is never asked for."""
    analysis, rows, unheard = state.analysis, state.rows, state.unheard
    if unheard > KEPT:
        analysis, rows, unheard = acoustic.initial_state(), state.rows[:0], KEPT
    analysis, latest = acoustic.step(analysis, state.played[len(state.played) - unheard * HOP :])
    return state._replace(analysis=analysis, rows=np.concatenate([rows, latest])[-HISTORY:], unheard=0)


def _levelled(samples: Array, gain: float) -> tuple[Array, float]:
    """Samples by a gain that goes to one as exp(-t / 10 ms), and where it is after them."""
    curve = 1.0 + (gain - 1.0) * np.exp(-np.arange(len(samples) + 1) / HOP)
    return (samples * curve[:-1]).astype(np.float32), float(curve[-1])


def _whole_frames(ahead: Array | None) -> Array | None:
    """The whole frames of received samples after a hole, if they are enough to see a spectrum in."""
    if ahead is None or len(ahead) < 2 * HOP:
        return None
    return checked_samples(ahead[: len(ahead) // HOP * HOP])

"""Filling holes in received speech: from features that redundancy brought, or from guesses.

A hole begins where the vocoder, warmed up on what was heard, lies on the last received pulses; it ends where its
pulses meet those that follow, if they are known by then. Both seams fade over 5 ms. Whole frames of 160 samples at
16 kHz; feature rows are those of `features`, on the same frames as the sound.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from vivavoce.blocks.network import NetworkState
from vivavoce.errors import InputError
from vivavoce.redundancy import features as acoustic
from vivavoce.redundancy.features import HOP, RATE_HZ, Array, FeatureState
from vivavoce.redundancy.hole_rows import completed, described
from vivavoce.redundancy.predictor import Predictor, PredictorState
from vivavoce.redundancy.seams import CROSSFADE, best_lag, extended, faded, level
from vivavoce.redundancy.synthesis import NO_FILTERS, Spectrum
from vivavoce.redundancy.vocoder import ADDON as VOCODER_ADDON
from vivavoce.redundancy.vocoder import CarryVocoder, SourceState, log_f0_of, source_at, speak

HISTORY = 24
"""Frames of what was played that a hole builds on."""
PAST = 16
"""Frames of it that the vocoder's network hears."""
WARM = 6
"""Frames made again before a hole, to lay the pulses on those received."""
ALIGNED = 3 * HOP
"""Samples over which pulses are compared."""
LOUDER = 1.6
"""The most that the beginning of a hole is lifted or lowered to meet the level before it."""
BENT = 0.06
"""The share by which pitch is bent at most, so that pulses meet those after the hole."""


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
    """Features of what was played last, (up to 24, 20)."""
    played: Array
    """Its samples, (3840,)."""
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
        rows, silence = np.zeros((0, acoustic.WIDTH), np.float32), np.zeros(HISTORY * HOP, np.float32)
        return PlayState(acoustic.initial_state(), rows, silence, 0, None)

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
        hole, before = (state.hole, NO_FILTERS) if state.hole is not None else self._entered(state)
        predictor, rows = completed(self._predictor, hole.predictor, rows, known, after)
        network, transfer = self._vocoder.respond(hole.network, rows[:frames])
        _, edge = self._vocoder.respond(network, rows[frames:])
        transfer, log_f0 = np.concatenate([transfer, edge]), log_f0_of(rows)
        if hole.source is None:
            source, gain = _aligned(state, before, transfer[0], float(log_f0[0]))
        else:
            source, gain = hole.source._replace(transfer=transfer[0]), hole.gain
        if after is not None:
            log_f0 = _bent(source, transfer, log_f0, after)
        source, samples = speak(source, transfer[1:], log_f0[1:])
        samples, gain = _levelled(samples, gain)
        if hole.source is None:
            seam = faded(extended(state.played[-4 * HOP :], CROSSFADE), samples[:CROSSFADE])
            samples = np.concatenate([seam, samples[CROSSFADE:]])
        return _played(state, samples)._replace(hole=HoleState(network, source, predictor, gain)), samples

    def _entered(self, state: PlayState) -> tuple[HoleState, Spectrum]:
        """Both networks after the features of what was played, and the filters that they are spoken with."""
        network, before = self._vocoder.respond(self._vocoder.initial_state().network, state.rows[-PAST:], WARM)
        predictor = self._predictor.hear(self._predictor.initial_state(), state.rows)
        return HoleState(network, None, predictor, 1.0), before


def checked_samples(samples: Array) -> Array:
    """Samples as float32. Raises `InputError` for NaN, infinity, or a length that is not whole frames."""
    samples = np.asarray(samples, np.float32)
    if samples.ndim != 1 or len(samples) % HOP:
        raise InputError(f"samples of shape {samples.shape}: give whole frames of {HOP} samples at {RATE_HZ} Hz")
    if not np.isfinite(samples).all():
        raise InputError("samples hold values that are not numbers")
    return samples


def _played(state: PlayState, samples: Array) -> PlayState:
    analysis, rows = acoustic.step(state.analysis, samples)
    return state._replace(
        analysis=analysis,
        rows=np.concatenate([state.rows, rows])[-HISTORY:],
        played=np.concatenate([state.played, samples])[-HISTORY * HOP :],
        clock=state.clock + len(samples),
    )


def _aligned(state: PlayState, before: Spectrum, transfer: Spectrum, log_f0: float) -> tuple[SourceState, float]:
    """A source at the hole's beginning whose pulses go on from those played, and the gain that meets their level.

    `before` are the filters of the rows played, `transfer` and `log_f0` those at the hole's beginning.
    """
    frames = min(WARM, len(before))
    if frames < ALIGNED // HOP:
        return source_at(transfer, log_f0, clock=state.clock), 1.0
    transfers = np.concatenate([before[-frames:], transfer[None]])
    log_f0s = np.append(log_f0_of(state.rows[-frames:]), log_f0).astype(np.float32)
    start = source_at(transfers[0], float(log_f0s[0]), clock=state.clock - frames * HOP)
    _, made = speak(start, transfers[1:], log_f0s[1:])
    f0 = float(np.exp(log_f0s[-2]))
    lag = best_lag(made[-ALIGNED:], state.played[-ALIGNED:], RATE_HZ / f0)
    source, made = speak(start._replace(cycles=-lag * f0 / RATE_HZ), transfers[1:], log_f0s[1:])
    gain = level(state.played[-2 * HOP :]) / level(made[-2 * HOP :])
    return source, float(np.clip(gain, 1.0 / LOUDER, LOUDER))


def _bent(source: SourceState, transfer: Spectrum, log_f0: Array, after: Array) -> Array:
    """Log f0 (frames + 1,) moved a little, so that the pulses after the hole fall where they are in `after`."""
    more = min(len(after) // HOP, ALIGNED // HOP)
    held = np.concatenate([transfer[1:], np.repeat(transfer[-1:], more, axis=0)])
    _, made = speak(source, held, np.append(log_f0[1:], np.repeat(log_f0[-1:], more)))
    f0 = float(np.exp(log_f0[-1]))
    lag = best_lag(made[-more * HOP :], after[: more * HOP], RATE_HZ / f0)
    cycles = HOP / RATE_HZ * float(np.exp(log_f0[1:]).sum())
    share = np.clip(-lag * f0 / RATE_HZ / cycles, -BENT, BENT)
    return np.append(log_f0[:1], log_f0[1:] + np.log1p(share)).astype(np.float32)


def _levelled(samples: Array, gain: float) -> tuple[Array, float]:
    """Samples by a gain that goes to one as exp(-t / 10 ms), and where it is after them."""
    curve = 1.0 + (gain - 1.0) * np.exp(-np.arange(len(samples) + 1) / HOP)
    return (samples * curve[:-1]).astype(np.float32), float(curve[-1])


def _whole_frames(ahead: Array | None) -> Array | None:
    """The whole frames of received samples after a hole, if they are enough to see a spectrum in."""
    if ahead is None or len(ahead) < 2 * HOP:
        return None
    return checked_samples(ahead[: len(ahead) // HOP * HOP])

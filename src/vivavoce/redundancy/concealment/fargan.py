"""FARGAN: acoustic features to sound at 16 kHz, 2.5 ms at a time, each from what was made before.

Row `t` of the features is centred on the beginning of frame `t`. A frame is spoken with the row two frames later and
the period of the row one frame later, so sound needs two rows more than it has frames.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from vivavoce.blocks import Network, NetworkState, find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.redundancy.features import HOP, PERIOD_MAX, PERIOD_MIN, PITCH, PRE_EMPHASIS, WIDTH, Array

ADDON = "fargan"
LOOKAHEAD = 2
"""Rows of features beyond the frames that are spoken."""
START_SAMPLES, START_ROWS = 2 * HOP, 5
_SUBFRAME = 40
_MEMORY = 256
_RINGING = 256
"""Samples after which de-emphasis has forgotten."""


class FarganState(NamedTuple):
    """Between two frames. A value: a moment can be spoken again in another way."""

    condition: NetworkState
    signal: NetworkState
    period: int
    """Of the next frame, in samples."""
    last: float
    """The last sample."""


class Fargan:
    """Speaks features, on from any sound."""

    def __init__(self, condition: Network, signal: Network) -> None:
        self._condition, self._signal = condition, signal

    @classmethod
    def load(cls, addon: str | Path = ADDON) -> Self:
        """The shipped vocoder, or an addon by name or path. Raises `InputError` for an addon of another kind."""
        loaded = load_addon(find_addon(addon))
        if loaded.manifest.kind != ADDON:
            raise InputError(f"{loaded.path}: kind is {loaded.manifest.kind}, a {ADDON} is needed")
        return cls(loaded.network("condition"), loaded.network("signal"))

    def start(self, samples: Array, rows: Array) -> FarganState:
        """Begin after the last 20 ms of sound, (320,), with the features of the three frames before here and two after,
        (5, 20)."""
        periods = _periods(rows)
        conditioned, made = self._condition.step(
            self._condition.initial_state({}), _conditions(rows, periods), len(rows)
        )
        emphasised = np.append(0.0, samples[1:] - PRE_EMPHASIS * samples[:-1]).astype(np.float32)
        signal = self._signal.initial_state({})
        memory = np.zeros((1, _MEMORY), np.float32)
        memory[0, -HOP:] = emphasised[:HOP]
        signal = signal._replace(states={**signal.states, "state_pitch": memory})
        # As libopus does, the frame before and the first after are spoken with the period of the row before the last.
        chunk = _chunk(made["condition"][:, -1:], periods[-2:-1], emphasised[None, None, HOP:])
        signal, _ = self._signal.step(signal, chunk, 1)
        return FarganState(conditioned, signal, int(periods[-2]), float(samples[-1]))

    def speak(self, state: FarganState, rows: Array) -> tuple[FarganState, Array]:
        """The next frames, from the rows two frames after each, (frames, 20) -> the state after, (frames * 160,)."""
        if not len(rows):
            return state, np.zeros(0, np.float32)
        periods = _periods(rows)
        conditioned, made = self._condition.step(state.condition, _conditions(rows, periods), len(rows))
        spoken = np.append(state.period, periods[:-1])
        signal, sound = self._signal.step(state.signal, _chunk(made["condition"], spoken), len(rows))
        samples = _deemphasise(sound["excitation"].ravel(), state.last)
        return FarganState(conditioned, signal, int(periods[-1]), float(samples[-1])), samples


def _periods(rows: Array) -> npt.NDArray[np.int64]:
    """Whole samples, 32 to 256: (rows, 20) -> (rows,)."""
    periods = np.floor(0.5 + PERIOD_MAX / 2.0 ** (rows[:, PITCH].astype(np.float64) + 1.5))
    return np.clip(periods, PERIOD_MIN, PERIOD_MAX).astype(np.int64)


def _conditions(rows: Array, periods: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.generic]]:
    index = np.minimum(periods - PERIOD_MIN, PERIOD_MAX - PERIOD_MIN - 1)
    return {"features": rows[None].astype(np.float32), "period": index[None, :, None]}


def _chunk(
    condition: Array, periods: npt.NDArray[np.int64], forced: Array | None = None
) -> dict[str, npt.NDArray[np.generic]]:
    """What the signal network takes; `forced` is known excitation, (1, frames, 160)."""
    frames = len(periods)
    return {
        "condition": condition,
        "taps": np.stack([_taps(int(period)) for period in periods])[None],
        "forced": np.zeros((1, frames, HOP), np.float32) if forced is None else forced,
        "is_forced": np.full((1, frames, 1), forced is not None),
    }


@cache
def _taps(period: int) -> npt.NDArray[np.int64]:
    """Which of the last 256 samples predict a subframe: a period earlier, or more where that is too late."""
    places = _MEMORY - period - 2 + np.arange(_SUBFRAME + 4)
    beyond = np.maximum(places - _MEMORY, -1) // period + 1
    return np.maximum(places - beyond * period, 0)


def _deemphasise(excitation: Array, last: float) -> Array:
    """`y[n] = x[n] + 0.85 y[n - 1]`."""
    decay = PRE_EMPHASIS ** np.arange(_RINGING + 1)
    samples = np.convolve(excitation.astype(np.float64), decay[:-1])[: len(excitation)]
    tail = min(len(samples), _RINGING)
    samples[:tail] += last * decay[1 : tail + 1]
    return samples.astype(np.float32)


def checked_rows(rows: Array) -> Array:
    """Features as float32, held within what speech has. Raises `InputError` for another width, NaN or infinity."""
    rows = np.asarray(rows, np.float32)
    if rows.ndim != 2 or rows.shape[1] != WIDTH:
        raise InputError(f"features of shape {rows.shape}: give (frames, {WIDTH})")
    if not np.isfinite(rows).all():
        bad = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise InputError(f"features: frame {bad} holds values that are not numbers")
    return np.clip(rows, -_LARGEST, _LARGEST)


_LARGEST = 20.0

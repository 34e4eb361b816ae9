"""What lost features would have been: libopus's network hears what arrives, and goes on alone where nothing does."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from vivavoce.blocks import Network, NetworkState, find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.redundancy.concealment import burg
from vivavoce.redundancy.concealment.burg import burg_features
from vivavoce.redundancy.concealment.fargan import LOOKAHEAD, checked_rows
from vivavoce.redundancy.features import WIDTH, Array

ADDON = "plc-predictor"
FADE = np.array([0, 0, -0.2, -0.2, -0.4, -0.4, -0.8, -0.8, -1.6, -1.6], np.float32)
"""Added to value 0 of the cepstrum of guesses, by their age in frames; 2 less for each frame after."""
LAST_FADE = -2.0
SILENCE = -15.0
"""Value 0 of the cepstrum below anything audible."""
_RECEIVED, _DESCRIBED = 1.0, -1.0


class PredictorState(NamedTuple):
    """The network after the last frame, known or guessed."""

    network: NetworkState
    age: int
    """Frames guessed since the last known one."""


class PlcPredictor:
    """Guesses features of lost frames. One serves any number of streams."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @classmethod
    def load(cls, addon: str | Path = ADDON) -> Self:
        """The shipped predictor, or an addon by name or path. Raises `InputError` for an addon of another kind."""
        loaded = load_addon(find_addon(addon))
        if loaded.manifest.kind != ADDON:
            raise InputError(f"{loaded.path}: kind is {loaded.manifest.kind}, a {ADDON} is needed")
        return cls(loaded.network("predictor"))

    def initial_state(self) -> PredictorState:
        """The state before any frame."""
        return PredictorState(self._network.initial_state({}), 0)

    def hear(self, state: PredictorState, rows: Array, samples: Array) -> PredictorState:
        """Frames that arrived: their features (frames, 20) and sound (frames * 160,)."""
        return self._update(state, rows, burg_features(samples), _RECEIVED)

    def accept(self, state: PredictorState, rows: Array) -> PredictorState:
        """Take in frames that did not arrive but whose features (frames, 20) are known."""
        return self._update(state, rows, np.zeros((len(rows), burg.WIDTH), np.float32), _DESCRIBED)

    def guess(self, state: PredictorState, frames: int) -> tuple[PredictorState, Array]:
        """The next frames, of which nothing is known: -> (frames, 20), softer the longer it lasts."""
        if frames <= 0:
            return state, np.zeros((0, WIDTH), np.float32)
        lost = np.zeros((frames, burg.WIDTH + WIDTH + 1), np.float32)
        network, guesses = self._run(state.network, lost)
        guesses[:, 0] = np.maximum(guesses[:, 0] + fade(state.age + 1 + np.arange(frames, dtype=np.float32)), SILENCE)
        return PredictorState(network, state.age + frames), guesses

    def _update(self, state: PredictorState, rows: Array, spectra: Array, kind: float) -> PredictorState:
        if not len(rows):
            return state
        flags = np.full((len(rows), 1), kind, np.float32)
        network, _ = self._run(state.network, np.concatenate([spectra, checked_rows(rows), flags], axis=1))
        return PredictorState(network, 0)

    def _run(self, network: NetworkState, frames: Array) -> tuple[NetworkState, Array]:
        network, made = self._network.step(network, {"frame": frames[None].astype(np.float32)}, len(frames))
        return network, made["prediction"][0].copy()


def fade(ages: Array) -> Array:
    """What guesses of these ages, 1 for the first, are lowered by in value 0 of the cepstrum."""
    frames = np.maximum(ages.astype(np.int64) - LOOKAHEAD, 0)
    faded = FADE[np.minimum(frames, len(FADE) - 1)] + LAST_FADE * np.maximum(frames - len(FADE) + 1, 0)
    return faded.astype(np.float32)

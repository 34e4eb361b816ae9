"""What the features would have been: guesses for frames that nothing described, fading to silence."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from vivavoce.blocks.addon import load_addon
from vivavoce.blocks.lookup import find_addon
from vivavoce.blocks.network import Network, NetworkState
from vivavoce.errors import InputError
from vivavoce.redundancy.concealment.plc_vocoder import checked_rows
from vivavoce.redundancy.features import WIDTH, Array

ADDON = "predictor"
OLDEST = 20.0
"""Age in frames beyond which the network sees no difference."""
STEADY_FRAMES = 5
FADE = 0.1
"""Of value 0 of the cepstrum, times the square of the frames since fading began: 6 dB after 100 ms, 50 after 200."""
SILENCE = -12.5
"""Value 0 of the cepstrum in digital silence."""


class PredictorState(NamedTuple):
    """The network after the last frame, known or guessed."""

    network: NetworkState
    held: Array
    """The last frame known, (20,)."""
    age: int
    """Frames since then."""


class Predictor:
    """A recurrent network that hears what is known, and goes on where nothing is."""

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
        """Before any frame: silence."""
        held = np.zeros(WIDTH, np.float32)
        held[0] = SILENCE
        return PredictorState(self._network.initial_state({}), held, 0)

    def hear(self, state: PredictorState, rows: Array) -> PredictorState:
        """Frames that are known, (frames, 20)."""
        rows = checked_rows(rows)
        if not len(rows):
            return state
        network, _ = self._run(state.network, rows, np.zeros(len(rows), np.float32))
        return PredictorState(network, rows[-1], 0)

    def guess(self, state: PredictorState, frames: int) -> tuple[PredictorState, Array]:
        """The next `frames` frames, of which nothing is known: -> (frames, 20), softer the longer it lasts."""
        if frames <= 0:
            return state, np.zeros((0, WIDTH), np.float32)
        ages = state.age + 1 + np.arange(frames, dtype=np.float32)
        network, guessed = self._run(state.network, np.tile(state.held, (frames, 1)), np.minimum(ages, OLDEST))
        guessed[:, 0] = np.maximum(guessed[:, 0] - fade(ages), SILENCE)
        return PredictorState(network, state.held, state.age + frames), guessed

    def _run(self, network: NetworkState, rows: Array, ages: Array) -> tuple[NetworkState, Array]:
        network, made = self._network.step(network, {"features": rows[None], "age": ages[None]}, len(rows))
        return network, made["guess"][0].copy()


def fade(ages: Array) -> Array:
    """What frames lost for so long are lowered by, in units of value 0 of the cepstrum (2.36 dB)."""
    return (FADE * np.maximum(ages - STEADY_FRAMES, 0.0) ** 2).astype(np.float32)

"""The 16 kHz vocoder: acoustic features to sound, frame by frame, from any phase and any past.

The network answers filters for a pulse train and noise (`synthesis`); both are made here. Row `t` of the features is
centred on the beginning of frame `t`, so row `t + 1` completes frame `t`, and the first row of all makes no sound yet.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from vivavoce.blocks.addon import load_addon
from vivavoce.blocks.lookup import find_addon
from vivavoce.blocks.network import Network, NetworkState
from vivavoce.errors import InputError
from vivavoce.redundancy.concealment.harmonics import NO_FACTORS, Complex, harmonic_change
from vivavoce.redundancy.concealment.source_filter import NO_FILTERS, TAIL, Spectrum, excitation, filtered, filters
from vivavoce.redundancy.features import RATE_HZ, WIDTH, Array, periods

ADDON = "carry-vocoder"
LARGEST = 20.0


class SourceState(NamedTuple):
    """Where the sound stands, at the edge between two frames."""

    transfer: Spectrum
    """Filters at the edge, (3, 257)."""
    log_f0: float
    cycles: float
    """Phase of the pulse train."""
    clock: int
    """Samples made so far: which noise comes next."""
    tail: Array
    """What still rings of the frames before, (352,)."""
    factors: Complex
    """What harmonics are multiplied by here, (grid,), see `harmonics`."""


class VocoderState(NamedTuple):
    """The network that draws filters, and the source that they shape."""

    network: NetworkState
    source: SourceState | None
    """None before the first row."""


class CarryVocoder:
    """Features to sound at 16 kHz; every state is a value, so that a moment can be spoken again in another way."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @classmethod
    def load(cls, addon: str | Path = ADDON) -> Self:
        """The shipped vocoder, or an addon by name or path. Raises `InputError` for an addon of another kind."""
        loaded = load_addon(find_addon(addon))
        if loaded.manifest.kind != ADDON:
            raise InputError(f"{loaded.path}: kind is {loaded.manifest.kind}, a {ADDON} is needed")
        return cls(loaded.network("vocoder"))

    def initial_state(self) -> VocoderState:
        return VocoderState(self._network.initial_state({}), None)

    def step(self, state: VocoderState, rows: Array) -> tuple[VocoderState, Array]:
        """The next rows of features (rows, 20) -> the state after them and 160 samples a row; the first row has none.

        Raises `InputError` for rows that are not finite or not twenty wide.
        """
        network, transfer = self.respond(state.network, rows)
        if not len(rows):
            return state, np.zeros(0, np.float32)
        log_f0 = log_f0_of(rows)
        if state.source is None:
            state = state._replace(source=source_at(transfer[0], float(log_f0[0])))
            transfer, log_f0 = transfer[1:], log_f0[1:]
        assert state.source is not None
        source, samples = speak(state.source, transfer, log_f0)
        return VocoderState(network, source), samples

    def respond(self, state: NetworkState, rows: Array, last: int | None = None) -> tuple[NetworkState, Spectrum]:
        """The network alone: rows (rows, 20) -> transfer functions at the instants that the `last` are centred on."""
        rows = checked_rows(rows)
        if not len(rows):
            return state, NO_FILTERS
        state, maps = self._network.step(state, {"features": rows[None]}, len(rows))
        kept = slice(0 if last is None else max(0, len(rows) - last), None)
        return state, filters(*(maps[name][0, kept] for name in ("pulse", "phase", "noise", "breath")))

    def whole(self, rows: Array) -> Array:
        """A complete recording's features (frames, 20) -> (frames * 160,); the last row is held to its end."""
        rows = checked_rows(rows)
        return self.step(self.initial_state(), np.concatenate([rows, rows[-1:]]))[1]


def source_at(transfer: Spectrum, log_f0: float, cycles: float = 0.0, clock: int = 0) -> SourceState:
    """A source at an edge, with nothing ringing."""
    return SourceState(transfer, log_f0, cycles, clock, np.zeros(TAIL, np.float32), NO_FACTORS)


def speak(
    source: SourceState, transfer: Spectrum, log_f0: Array, factors: Complex | None = None
) -> tuple[SourceState, Array]:
    """On to the edges where the filters are `transfer` (frames, 3, 257): -> the source there, (frames * 160,).

    `factors`: what harmonics are multiplied by at these edges, (frames, grid); as at the last edge if not given.
    """
    if not len(transfer):
        return source, np.zeros(0, np.float32)
    transfer = np.concatenate([source.transfer[None], transfer])
    log_f0 = np.concatenate([[source.log_f0], log_f0]).astype(np.float32)
    if factors is None:
        factors = np.repeat(source.factors[None], len(log_f0) - 1, axis=0)
    factors = np.concatenate([source.factors[None], factors])
    made, phase = excitation(log_f0, source.cycles, source.clock)
    samples, tail = filtered(made, transfer, source.tail)
    if (factors != NO_FACTORS).any():
        samples = samples + harmonic_change(transfer[:, 0], log_f0, phase, factors)
    clock = source.clock + made.shape[1]
    return SourceState(transfer[-1], float(log_f0[-1]), float(phase[-1] % 1.0), clock, tail, factors[-1]), samples


def log_f0_of(rows: Array) -> Array:
    """Natural log of f0 in Hz, (rows, 20) -> (rows,)."""
    return (math.log(RATE_HZ) - np.log(periods(rows))).astype(np.float32)


def checked_rows(rows: Array) -> Array:
    """Features as float32, held within what speech has. Raises `InputError` for another width, NaN or infinity."""
    rows = np.asarray(rows, np.float32)
    if rows.ndim != 2 or rows.shape[1] != WIDTH:
        raise InputError(f"features of shape {rows.shape}: give (frames, {WIDTH})")
    if not np.isfinite(rows).all():
        bad = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise InputError(f"features: frame {bad} holds values that are not numbers")
    return np.clip(rows, -LARGEST, LARGEST)

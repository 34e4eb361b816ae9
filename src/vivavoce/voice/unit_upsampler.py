"""The length regulator of voices that count in units of a few frames: durations first, then the melody over units.

The melody network is run on windows as the frames are wanted, wide enough that a window answers as the whole would:
the first sound does not wait for the melody of the last word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np

from vivavoce.blocks.block import BuildContext, StreamableBlock
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.network import Network
from vivavoce.blocks.tensors import Specs, StackError, Tensors, TensorSpec, specs
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.voice.closing import hold_end_down
from vivavoce.voice.contour import Frames
from vivavoce.voice.timing import nearest_units, whole_units
from vivavoce.voice.word_rises import GLIDE_UNITS, raise_word_ends, whole_rises

PER_TOKEN = ("log_durations", "rate", "pitch_shift", "pitch_range", "gain", "given_frames")
VOICED_SHARE, MODAL_SHARE = 0.35, 0.55
"""Of a speaker's median f0: what is lower is not voiced; what is voiced lower is creak."""
MAX_MARGIN = 10_000
MELODY_UNITS = 256
"""Most units of which the melody is found at a time."""


class UnitState(NamedTuple):
    """A sentence and the frame that comes next."""

    context: Tensors
    token: Frames
    """The token of each unit, (units,)."""
    first: int
    """Frames of silence at the beginning that are not given."""
    start: int
    end: int
    f0: Array
    """Of the frames whose melody is known, in Hz."""
    energy: Array


@dataclass(frozen=True)
class _Config:
    network: str = "melody"
    unit_frames: int = 2
    margin: int = 54
    lead_units: int = 4
    end_units: int = 4
    melody_of_silence: bool = False
    unvoiced_hz: float = 40.0
    early_frames: int = 0
    closing_units: int = 0
    closing_energy: tuple[float, ...] = ()
    closing_lift: float = 2.0
    closing_pitch: tuple[float, ...] = ()
    closing_rise: float = 1.0
    voiced_shares: tuple[float, ...] = ()


class UnitUpsampler(StreamableBlock[UnitState]):
    """A source of frames: what is said, f0 in Hz, energy, gain in nepers, and `valid`, which is 1.

    Reads what the encoders made: `encoded` and `prosody` (1, tokens, width) and `log_durations` (1, tokens), which
    are log(1 + units). The network `melody` takes `prosody` by units and answers `f0` and `energy` (1, units,
    `unit_frames`); it looks `margin` units to either side. The silence before a sentence has `lead_units`, each of
    the tokens after its last sound `end_units` at most; with `melody_of_silence` the network sees all of the
    silence that was predicted, for one that was never taught shorter ones speaks too late after them.
    `given_frames`, where not negative, takes the place of the durations, and `given_f0` (1, frames), if it has
    values, that of the pitch of what is voiced; `rise` (1, tokens), if it is there, are semitones by which runs of
    tokens rise to their end; the range of pitch is widened about `centre_hz`. What is heard of a token begins
    `early_frames` before its own frames do, and so does what markup asks of it. Over the last
    `closing_units` what is voiced has its speaker's `closing_energy` at least, by `closing_lift` at most more than
    the network says, and `closing_pitch` of the centre at least: lower, it creaks, and no fall is heard. Where
    that is not 0, the kind falls, and its end is at most `closing_rise` semitones above its low. Below its speaker's
    share of the centre in `voiced_shares` f0 is 0: the network glides between voice and none, which a decoder that
    learned from a pitch tracker's 0 never heard. JSON: `{"type": "UnitUpsampler", "unit_frames": 2}`.
    """

    def __init__(self, melody: Network, config: _Config, place: str = "UnitUpsampler") -> None:
        for name in ("f0", "energy"):
            shape = getattr(melody.outputs.get(name), "shape", None)
            if not shape or len(shape) != 3 or shape[2] != config.unit_frames:
                raise StackError(f'{place}: the network must answer "{name}" (1, units, {config.unit_frames})')
        if "prosody" not in melody.inputs:
            raise StackError(f'{place}: the network reads no "prosody"')
        if not (1 <= config.unit_frames <= 16 and 0 <= config.margin <= MAX_MARGIN):
            raise InputError(f"{place}: unit_frames is {config.unit_frames} and margin {config.margin}")
        if not 0 <= config.early_frames <= MAX_MARGIN:
            raise InputError(f"{place}: early_frames is {config.early_frames}, use 0 to {MAX_MARGIN}")
        self._melody, self._config = melody, config
        self._said_once = {name: spec for name, spec in melody.inputs.items() if name != "prosody"}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        given = read_dataclass(_Config, config, build.json_path)
        return cls(build.network(given.network), given, build.json_path)

    @property
    def context_inputs(self) -> Specs:
        per_token = (TensorSpec(name, "float32", (1, "tokens")) for name in PER_TOKEN)
        return specs(
            TensorSpec("encoded", "float32", (1, "tokens", None)),
            TensorSpec("prosody", "float32", (1, "tokens", None)),
            *per_token,
            TensorSpec("gaps", "bool", (1, "tokens")),
            TensorSpec("given_f0", "float32", (1, None)),
            TensorSpec("centre_hz", "float32", (1,)),
            *self._said_once.values(),
        )

    @property
    def inputs(self) -> Specs:
        return {}

    @property
    def outputs(self) -> Specs:
        track = (1, "frames")
        return specs(
            TensorSpec("encoded", "float32", (1, "frames", None)),
            *(TensorSpec(name, "float32", track) for name in ("f0", "energy", "gain", "valid")),
        )

    @property
    def is_source(self) -> bool:
        return True

    def durations(self, context: Tensors) -> Frames:
        """Frames of each token, (tokens,)."""
        return self._config.unit_frames * self._units(context)[1]

    def initial_state(self, context: Tensors) -> UnitState:
        seen, given = self._units(context)
        empty = np.zeros(0, np.float32)
        first = self._config.unit_frames * int(seen[0] - given[0])
        end = first + self._config.unit_frames * int(given.sum())
        return UnitState(context, np.repeat(np.arange(len(seen)), seen), first, first, end, empty, empty)

    def step(self, state: UnitState, chunk: Tensors, frames: int) -> tuple[UnitState | None, Tensors]:
        per_unit = self._config.unit_frames
        stop = min(state.start + frames, state.end)
        while len(state.f0) < stop:
            state = self._further(state, stop)
        places, context, window = np.arange(state.start, stop), state.context, slice(state.start, stop)
        token = state.token[places // per_unit]
        made = {
            "encoded": context["encoded"][:, token],
            "f0": state.f0[None, window],
            "energy": state.energy[None, window],
            "gain": context["gain"][:, self._tokens_heard(state, places)],
            "valid": np.ones((1, stop - state.start), np.float32),
        }
        return (None if stop == state.end else state._replace(start=stop)), made

    def _units(self, context: Tensors) -> tuple[Frames, Frames]:
        """Units of each token that the melody sees, and that are given."""
        config = self._config
        wanted = np.expm1(np.clip(context["log_durations"][0], 0.0, 6.0))
        gaps, given = context["gaps"][0], context["given_frames"][0]
        limits = np.full(len(gaps), np.inf)
        limits[0] = config.lead_units if gaps[0] else np.inf
        last_sound = int(np.flatnonzero(~gaps)[-1]) if (~gaps).any() else 0
        limits[last_sound + 1 :] = config.end_units
        rate = context["rate"][0]
        own = nearest_units(np.minimum(wanted, limits))
        units = whole_units(np.where(given >= 0, given / config.unit_frames, own) / rate)
        if not config.melody_of_silence:
            return units, units
        return np.where(limits < np.inf, np.maximum(units, np.rint(wanted / rate)), units).astype(np.int64), units

    def _further(self, state: UnitState, stop: int) -> UnitState:
        """The state with the melody of more frames: those that are wanted now, then as many as fit a window."""
        per_unit, margin = self._config.unit_frames, self._config.margin
        done, total = len(state.f0) // per_unit, len(state.token)
        wanted = -(-stop // per_unit)
        until = min(total, wanted if not done else max(wanted, done + MELODY_UNITS))
        if margin >= total:  # every window would be the whole
            until = total
        rises_st = state.context["rise"][0][state.token] if "rise" in state.context else np.zeros(total, np.float32)
        until = whole_rises(until, rises_st)
        if until > total - self._config.closing_units:
            until = total
        low, high = max(0, done - margin), min(total, until + margin)
        feed = {name: state.context[name] for name in self._said_once}
        made = self._melody.run({**feed, "prosody": state.context["prosody"][:, state.token[low:high]]})
        inner = slice(done - low, until - low)
        f0, energy = (made[name][0, inner].ravel() for name in ("f0", "energy"))
        f0 = self._without_glides(f0, state.context)
        f0, energy = raise_word_ends(
            f0, energy, np.repeat(rises_st[done:until], per_unit),
            VOICED_SHARE * float(state.context["centre_hz"][0]), GLIDE_UNITS * per_unit,
        )  # fmt: skip
        f0, energy = self._close(f0, energy, (total - done) * per_unit, state.context)
        if until == total:
            f0 = self._hold_down(f0, state)
        token = self._tokens_heard(state, np.arange(done * per_unit, until * per_unit))
        f0 = self._apply_controls(f0, token, done * per_unit - state.first, state.context)
        return state._replace(f0=np.concatenate([state.f0, f0]), energy=np.concatenate([state.energy, energy]))

    def _tokens_heard(self, state: UnitState, places: Frames) -> Frames:
        """The token that is heard at each of the frames `places` (frames,)."""
        units = (places + self._config.early_frames) // self._config.unit_frames
        return state.token[np.minimum(units, len(state.token) - 1)]

    def _without_glides(self, f0: Array, context: Tensors) -> Array:
        """f0 that is 0 wherever it is too low to be the speaker's."""
        shares = self._config.voiced_shares
        share = shares[min(int(context["speaker"][0]), len(shares) - 1)] if shares and "speaker" in context else 0.0
        return np.where(f0 < share * context["centre_hz"][0], 0.0, f0).astype(np.float32) if share else f0

    def _close(self, f0: Array, energy: Array, left: int, context: Tensors) -> tuple[Array, Array]:
        """f0 and energy with the last of the voice high and loud enough for its rise or fall to be heard; `left` frames
        are to come."""
        config = self._config
        if not config.closing_energy or "speaker" not in context:
            return f0, energy
        floor = config.closing_energy[min(int(context["speaker"][0]), len(config.closing_energy) - 1)]
        centre_hz = context["centre_hz"][0]
        near = left - np.arange(len(f0)) <= config.closing_units * config.unit_frames
        kind = int(context["kind"][0]) if "kind" in context else 0
        lowest_hz = (config.closing_pitch[kind] if kind < len(config.closing_pitch) else 0.0) * centre_hz
        held = near & (f0 > VOICED_SHARE * centre_hz)
        f0 = np.where(held, np.maximum(f0, lowest_hz), f0).astype(np.float32)
        lift = np.clip(floor - energy, 0.0, config.closing_lift)
        modal = near & (f0 > MODAL_SHARE * centre_hz)
        return f0, np.where(modal, energy + lift, energy).astype(np.float32)

    def _hold_down(self, f0: Array, state: UnitState) -> Array:
        """The last f0 of a sentence whose kind is to fall, which ends at its low."""
        kind = int(state.context["kind"][0]) if "kind" in state.context else 0
        pitch = self._config.closing_pitch
        if kind >= len(pitch) or not pitch[kind]:
            return f0
        voiced_hz = VOICED_SHARE * float(state.context["centre_hz"][0])
        whole = np.concatenate([state.f0, f0])
        return hold_end_down(whole, len(state.f0), voiced_hz, self._config.closing_rise)[len(state.f0) :]

    def _apply_controls(self, f0: Array, token: Frames, first: int, context: Tensors) -> Array:
        """F0 as markup and a given melody want it, where the voice has any."""
        voiced = f0 > self._config.unvoiced_hz
        log_f0 = np.log(np.maximum(f0, 1.0))
        given = context["given_f0"][0]
        if len(given):
            log_f0 = np.log(np.maximum(given[np.clip(first + np.arange(len(f0)), 0, len(given) - 1)], 1.0))
        centre = np.log(np.maximum(context["centre_hz"][0], 1.0))
        shifted = centre + (log_f0 - centre) * context["pitch_range"][0][token] + context["pitch_shift"][0][token]
        return np.where(voiced, np.exp(shifted), f0).astype(np.float32)

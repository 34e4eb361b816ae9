"""The sender: what each packet's sound adds to the memory, and the payloads cut from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log2
from pathlib import Path
from typing import NamedTuple

from vivavoce.blocks import Network, NetworkState, Target, find_addon, load_addon
from vivavoce.errors import InputError
from vivavoce.redundancy import voice_activity
from vivavoce.redundancy.codec.dred.pitch_features import PitchFeatures, PitchFeatureState, load_pitch_features
from vivavoce.redundancy.codec.vivavoce import payload
from vivavoce.redundancy.codec.vivavoce.entropy import Interval
from vivavoce.redundancy.codec.vivavoce.payload import MAX_CHUNKS, MAX_OFFSET, Header
from vivavoce.redundancy.codec.vivavoce.quantiser import Codebook, Quantiser, Steps, read_codebook
from vivavoce.redundancy.codec.vivavoce.rate_allocation import RateAllocation
from vivavoce.redundancy.features import Array

ADDON = "redundancy"
PACKET_SAMPLES = 320
CHUNK_S = 0.04
MAX_AMOUNT_S = MAX_CHUNKS * CHUNK_S

_MEMORY = MAX_OFFSET + 2 * MAX_CHUNKS


@dataclass(frozen=True, eq=False)
class Coded:
    """A vector quantised at every level; each level is coded lazily, and only once."""

    quantiser: Quantiser
    steps: Steps
    """(16, dimensions)."""
    intervals: dict[int, Interval] = field(default_factory=dict[int, Interval])

    @classmethod
    def of(cls, quantiser: Quantiser, values: Array) -> Coded:
        return cls(quantiser, quantiser.steps(values))

    def interval(self, level: int) -> Interval:
        known = self.intervals.get(level)
        if known is None:
            known = self.intervals[level] = self.quantiser.interval(self.steps[level], level)
        return known


class Moment(NamedTuple):
    """What is kept of one packet: the latent of the 40 ms that end with it, and a start vector there."""

    latent: Coded
    start: Coded
    silent: bool


class EncoderState(NamedTuple):
    """A stream so far. A value: `step` makes the next one."""

    features: PitchFeatureState
    silence: voice_activity.VoiceActivityState
    network: NetworkState
    moments: tuple[Moment, ...]
    """Newest first."""


class Encoder:
    """Makes payloads. One serves any number of streams."""

    def __init__(
        self, features: PitchFeatures, network: Network, codebook: Codebook, rates: RateAllocation | None = None
    ) -> None:
        self._features, self._network, self._codebook = features, network, codebook
        self._rates = rates or RateAllocation()

    def initial_state(self) -> EncoderState:
        """The state before the first packet."""
        return EncoderState(
            self._features.initial_state(), voice_activity.initial_state(), self._network.initial_state({}), ()
        )

    def step(self, state: EncoderState, samples: Array) -> EncoderState:
        """Hear one packet: (320,) float32 at 16 kHz. The network runs here, once, whatever the payloads carry.

        Raises `InputError` for another number of samples.
        """
        if samples.shape != (PACKET_SAMPLES,):
            raise InputError(f"a packet of shape {samples.shape}, expected ({PACKET_SAMPLES},) samples at 16 kHz")
        heard, frames = self._features.step(state.features, samples)
        quiet, silent = voice_activity.step(state.silence, frames)
        network, made = self._network.step(state.network, {"features": frames.reshape(1, 1, -1)}, 1)
        book = self._codebook
        latent, start = Coded.of(book.latents, made["latents"][0, 0]), Coded.of(book.starts, made["starts"][0, 0])
        moment = Moment(latent, start, silent)
        return EncoderState(heard, quiet, network, (moment, *state.moments[: _MEMORY - 1]))

    def encode(
        self,
        state: EncoderState,
        amount_s: float = 1.0,
        schedule: RateAllocation | None = None,
        skip: int = 0,
        limit_bytes: int | None = None,
    ) -> bytes:
        """The payload of the latest packet.

        It reaches `amount_s` back (0.04 to 2.52 s, less at the start of a stream) from this packet, or from the one
        `skip` before it, and leaves out silence at both ends. With `limit_bytes`, the oldest chunks are left out until
        it fits.
        """
        if not CHUNK_S <= amount_s <= MAX_AMOUNT_S + 1e-9:
            raise InputError(f"{amount_s:g} s of redundancy, use {CHUNK_S:g} to {MAX_AMOUNT_S:g}")
        schedule = schedule or self._rates
        oldest = min(skip + 2 * int(amount_s / CHUNK_S + 1e-6), len(state.moments))
        offset = next((i for i in range(skip, oldest) if not state.moments[i].silent), oldest)
        chosen = _without_old_silence(state.moments[offset:oldest])
        if not chosen or offset > MAX_OFFSET:
            return payload.write(Header(min(skip, MAX_OFFSET), 0, schedule), (), self._codebook.revision)
        parts = _intervals(chosen, schedule)
        if limit_bytes is not None:
            parts = _fitting(parts, 8 * limit_bytes - payload.MAX_HEADER_BITS)
        header = Header(offset, len(parts) - 1, schedule)
        return payload.write(header, parts if header.chunks else (), self._codebook.revision)


def load_encoder(addon: str | Path = ADDON, target: Target | None = None) -> Encoder:
    """The encoder of an addon, by name or path. Raises `InputError` when it cannot be loaded."""
    found = load_addon(find_addon(addon))
    return Encoder(load_pitch_features(), found.network("encoder", target), read_codebook(found))


def _without_old_silence(moments: Sequence[Moment]) -> Sequence[Moment]:
    """Every other moment, newest first, up to the last that says anything of a packet that is not silent."""
    speaking = [number for number, moment in enumerate(moments) if not moment.silent]
    return moments[: speaking[-1] + 1 : 2] if speaking else ()


def _intervals(chosen: Sequence[Moment], schedule: RateAllocation) -> list[Interval]:
    """The start vector, then each latent."""
    levels = schedule.levels(len(chosen))
    latents = [moment.latent.interval(level) for moment, level in zip(chosen, levels, strict=True)]
    return [chosen[0].start.interval(schedule.first), *latents]


def _fitting(parts: list[Interval], limit_bits: float) -> list[Interval]:
    """As many parts from the front as cost no more than `limit_bits`."""
    spent = 0.0
    for number, part in enumerate(parts):
        spent += part.bits - log2(part.width)
        if spent > limit_bits:
            return parts[: max(number, 1)]
    return parts

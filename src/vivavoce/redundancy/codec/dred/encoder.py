"""The sender: latents of the stream as it goes, and payloads cut from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vivavoce.blocks import Network, NetworkState
from vivavoce.errors import InputError
from vivavoce.redundancy import voice_activity
from vivavoce.redundancy.codec.dred.payload import MAX_BYTES, MAX_LATENTS, RateAllocation, write_payload
from vivavoce.redundancy.codec.dred.pitch_features import PitchFeatures, PitchFeatureState
from vivavoce.redundancy.codec.dred.statistics import Statistics
from vivavoce.redundancy.codec.payload_codec import check_rate
from vivavoce.redundancy.features import HOP, Array

PACKET_SAMPLES = 2 * HOP
LATENT_S = 0.04
OFFSET = 7
"""Where the newest frame ends, in 2.5 ms from where the packet's sound begins. Truly 8; with 7 libopus, whose decoder
rounds down, takes the very frame that belongs to each gap."""
_PACKET_OFFSETS = 8
_KEPT = 2 * MAX_LATENTS + 128
"""Packets: a payload may begin behind two and a half seconds of silence."""


class Moment(NamedTuple):
    """What is kept of one packet."""

    latent: Array
    """Of the 40 ms that end with it, (25,)."""
    start: Array
    """(50,)"""
    active: bool
    """Whether something is said in it."""


class DredEncoderState(NamedTuple):
    """A stream so far. A value: `step` makes the next one."""

    features: PitchFeatureState
    activity: voice_activity.VoiceActivityState
    network: NetworkState
    moments: tuple[Moment, ...]
    """Newest first."""


class DredEncoder:
    """Makes payloads. One serves any number of streams."""

    def __init__(
        self, features: PitchFeatures, network: Network, statistics: Statistics, rates: RateAllocation | None = None
    ) -> None:
        self._features, self._network, self._statistics = features, network, statistics
        self._rates = rates or RateAllocation()

    def initial_state(self) -> DredEncoderState:
        """The state before the first packet."""
        return DredEncoderState(
            self._features.initial_state(), voice_activity.initial_state(), self._network.initial_state({}), ()
        )

    def step(self, state: DredEncoderState, samples: Array) -> DredEncoderState:
        """Hear one packet as the decoder will play it, (320,) at 16 kHz. Raises `InputError` for other sizes."""
        if samples.shape != (PACKET_SAMPLES,):
            raise InputError(f"a packet of shape {samples.shape}, expected ({PACKET_SAMPLES},) samples at 16 kHz")
        features, frames = self._features.step(state.features, samples)
        activity, silent = voice_activity.step(state.activity, frames)
        network, made = self._network.step(state.network, {"features": frames.reshape(1, 1, -1)}, 1)
        moment = Moment(made["latents"][0, 0], made["starts"][0, 0], not silent)
        return DredEncoderState(features, activity, network, (moment, *state.moments[: _KEPT - 1]))

    def encode(self, state: DredEncoderState, amount_s: float = 1.0, *, limit_bytes: int | None = None) -> bytes:
        """The payload for the packet heard last, reaching `amount_s` back, 0.04 to 1.04.

        Silence at the new end is skipped and at the old end left out; empty where there is nothing but silence, or
        where not even 40 ms fit into `limit_bytes`.
        """
        if not LATENT_S <= amount_s <= MAX_LATENTS * LATENT_S + 1e-9:
            raise InputError(f"{amount_s:g} s of DRED: give {LATENT_S:g} to {MAX_LATENTS * LATENT_S:g}")
        moments = state.moments
        newest = next((place for place in range(len(moments)) if _says_something(moments, place)), len(moments))
        count = round(amount_s / LATENT_S)
        places = list(range(newest, min(newest + 2 * count, len(moments)), 2))
        while places and not _says_something(moments, places[-1]):
            places.pop()
        if not places:
            return b""
        limit = MAX_BYTES if limit_bytes is None else min(limit_bytes, MAX_BYTES)
        latents = [moments[place].latent for place in places]
        offset = OFFSET - _PACKET_OFFSETS * newest
        return write_payload(self._statistics, offset, self._rates, moments[newest].start, latents, limit)


def _says_something(moments: Sequence[Moment], place: int) -> bool:
    """Whether a latent is of use: it describes two packets."""
    return moments[place].active or (place + 1 < len(moments) and moments[place + 1].active)


def rates_for(bits_per_packet: float, latents: int) -> RateAllocation:
    """The finest allocation whose payloads of `latents` latents take no more bits than this on average of speech.

    Raises `InputError` where the coarsest takes more.
    """
    ladder = [RateAllocation(first, slope) for first in range(3, 15) for slope in (3, 4, 5, 6)]
    ladder.sort(key=lambda rates: _expected_bits(rates, latents), reverse=True)
    check_rate(bits_per_packet, _expected_bits(ladder[-1], latents))
    return next((rates for rates in ladder if _expected_bits(rates, latents) <= bits_per_packet), ladder[-1])


def _expected_bits(rates: RateAllocation, latents: int) -> float:
    return _START_BITS + float(np.sum([_LATENT_BITS[rates.level(latent)] for latent in range(latents)]))


_LATENT_BITS = (74, 67, 60, 53, 45, 38, 31, 25, 22, 15, 12, 8.7, 7.0, 6.3, 5.5, 4.8)
"""Of 40 ms of speech at each level, measured with libopus."""
_START_BITS = 115.0

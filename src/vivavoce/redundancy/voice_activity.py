"""Which packets need no redundancy because nobody would miss them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vivavoce.redundancy.features import Array, band_energies

QUIET_BELS = 1.5
"""Total log10 energy below which a frame is silent anywhere: about -65 dB of full scale."""

BELOW_PEAK_BELS = 4.5
FALL_BELS = 0.002
"""By how much the remembered peak falls with each packet: 1 dB a second."""


class VoiceActivityState(NamedTuple):
    """The loudest speech so far, slowly forgotten: log10 of energy."""

    peak_bels: float


def initial_state() -> VoiceActivityState:
    """The state before anything was heard."""
    return VoiceActivityState(0.0)


def step(state: VoiceActivityState, frames: Array) -> tuple[VoiceActivityState, bool]:
    """Decide whether a packet is silent, by itself or beside the speech before it: features (frames, 20) -> the next
    state, and whether it is silent."""
    loudest = float(np.log10(np.sum(10.0 ** band_energies(frames), axis=1)).max())
    peak = max(loudest, state.peak_bels - FALL_BELS)
    return VoiceActivityState(peak), loudest < max(QUIET_BELS, peak - BELOW_PEAK_BELS)

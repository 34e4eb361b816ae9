"""Where a hole begins and ends: pulses, pitch and harmonics that go over into what was received."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vivavoce.redundancy.concealment.crossfade import best_lag, level
from vivavoce.redundancy.concealment.harmonics import (
    NO_FACTORS,
    Complex,
    Harmonics,
    best_pulse_phase,
    factors_between,
    matching_factors,
    measure_harmonics,
)
from vivavoce.redundancy.concealment.plc_vocoder import SourceState, source_at, speak
from vivavoce.redundancy.concealment.source_filter import NO_FILTERS, Spectrum, cycles_in
from vivavoce.redundancy.features import HOP, RATE_HZ, Array

WARM = 6
"""Frames made again before a hole, so that they ring into it."""
ALIGNED = 3 * HOP
"""Samples over which pulses are compared where no harmonics are found."""
LOUDER = 1.6
"""The most that the beginning of a hole is lifted or lowered to meet the level before it."""
ELSEWHERE_NEPERS = 0.1
"""Pitches farther apart are not of one glide."""
GLIDE = 0.8
"""The share of a pitch's difference from its row that is left a frame later."""


class Course(NamedTuple):
    """What frames are spoken with, at their edges."""

    transfer: Spectrum
    """Filters (edges, 3, 257)."""
    log_f0: Array
    """(edges,)"""
    then: Harmonics | None
    """The voice after the last, if one is heard."""


NO_COURSE = Course(NO_FILTERS, np.zeros(0, np.float32), None)


def enter_hole(played: Array, clock: int, before: Course, hole: Course) -> tuple[SourceState, float]:
    """A source at the beginning of a hole that goes on from what was `played`, and the gain that meets its level.

    `before`: how the frames played last would be spoken, each at its beginning. `clock`: samples played so far.
    """
    here = hole.transfer[:1]
    if len(before.log_f0) < ALIGNED // HOP:
        return source_at(here[0], float(hole.log_f0[0]), clock=clock), 1.0
    voice = _voice_before(played, float(before.log_f0[-1]), float(hole.log_f0[0]))
    pitch = hole.log_f0[0] if voice is None else voice.log_f0
    again = Course(np.concatenate([before.transfer, here]), np.append(before.log_f0, pitch).astype(np.float32), None)
    start = source_at(again.transfer[0], float(again.log_f0[0]), clock=clock - len(before.log_f0) * HOP)
    if voice is not None:
        cycles = best_pulse_phase(voice, here[0, 0])
    elif hole.then is not None:
        cycles = best_pulse_phase(hole.then, hole.transfer[-1, 0]) - cycles_in(lead_pitch(hole, float(pitch)).log_f0)
    else:
        cycles = cycles_in(again.log_f0) - _early(start, again, played)
    source, made = _spoken(start._replace(cycles=(cycles - cycles_in(again.log_f0)) % 1.0), again)
    if voice is not None:
        source = source._replace(factors=matching_factors(voice, here[0, 0], source.cycles))
    gain = level(played[-2 * HOP :]) / level(made[-2 * HOP :])
    return source, float(np.clip(gain, 1.0 / LOUDER, LOUDER))


def voice_after(after: Array | None, log_f0: float) -> Harmonics | None:
    """The voice where received sound begins again, if there is one near this pitch."""
    return None if after is None else measure_harmonics(after, log_f0, after=True)


def lead_pitch(hole: Course, start: float) -> Course:
    """With a pitch that goes from what it is before, log f0 `start`, to what it is after, if that is known.

    Nothing is bent to bring the pulses to their places: measured, harmonics that turn one by one come closer.
    """
    edges = np.arange(len(hole.log_f0))
    off = start - float(hole.log_f0[0])
    pitch = hole.log_f0 + (off * GLIDE**edges if abs(off) < ELSEWHERE_NEPERS else 0.0)
    if hole.then is not None:
        pitch = pitch + (hole.then.log_f0 - pitch[-1]) * edges / edges[-1]
    return hole._replace(log_f0=pitch.astype(np.float32))


def meet_harmonics(source: SourceState, hole: Course) -> tuple[SourceState, Complex]:
    """The source at the hole's beginning, and what harmonics are multiplied by at its other edges, (frames, grid)."""
    source = source._replace(transfer=hole.transfer[0], log_f0=float(hole.log_f0[0]))
    there = None
    if hole.then is not None:
        there = matching_factors(hole.then, hole.transfer[-1, 0], source.cycles + cycles_in(hole.log_f0))
        if (source.factors == NO_FACTORS).all():
            source = source._replace(factors=there / np.abs(there))
    factors = factors_between(source.factors, there, len(hole.log_f0) - 1)
    return source._replace(factors=factors[0]), factors[1:]


def _spoken(source: SourceState, course: Course) -> tuple[SourceState, Array]:
    return speak(source, course.transfer[1:], course.log_f0[1:])


def _voice_before(played: Array, *pitches: float) -> Harmonics | None:
    """The voice at the end of what was played, of those near these pitches the one that explains most."""
    voices = [voice for pitch in pitches if (voice := measure_harmonics(played, pitch)) is not None]
    return max(voices, key=lambda voice: voice.share, default=None)


def _early(start: SourceState, again: Course, played: Array) -> float:
    """By how many cycles the pulses come early, by the likeness of the sounds."""
    _, made = _spoken(start, again)
    f0 = float(np.exp(again.log_f0[-2]))
    return best_lag(made[-ALIGNED:], played[-ALIGNED:], RATE_HZ / f0) * f0 / RATE_HZ

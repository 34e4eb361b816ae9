"""The lowest harmonics of a voice: measured where a hole begins and ends, and met by those that the vocoder makes.

An envelope can be right and its sound still wrong: below 1 kHz the ear compares phases with those just heard. So the
made harmonics are multiplied by what takes them to the received ones at both edges, and by something between the two
in between. Factors stand on a grid of 50 Hz, because most of what they undo belongs to the microphone and the voice.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vivavoce.redundancy.concealment.source_filter import FFT, Spectrum, rising
from vivavoce.redundancy.features import HOP, RATE_HZ, Array

Complex = npt.NDArray[np.complex128]
Real = npt.NDArray[np.floating[Any]]

MEASURED_HZ = 1800.0
"""Up to here harmonics are measured."""
WHOLE_HZ, NONE_HZ = 1400.0, 2400.0
"""Up to the first, harmonics are made to meet; from the second on they stay as they are."""
GRID_HZ = 50.0
GRID = round(NONE_HZ / GRID_HZ) + 1
NO_FACTORS: Complex = np.ones(GRID, np.complex128)

PERIODS, SHORTEST, LONGEST = 1.8, 160, 480
"""How much sound is measured: periods of it, but so many samples at least and at most."""
FARTHEST = 0.3
"""The weight of its far end."""
PRIOR = 0.01
"""Keeps harmonics small that too little sound cannot tell apart."""
OFF, TRIES = 0.03, 7
"""The share by which the pitch may prove other than thought, and how many pitches are tried."""
VOICED = 0.3
"""The share of the power that harmonics have to explain to mean anything."""
STRONGEST = 3.0
"""The most by which a harmonic is said to be too weak or too strong."""
FADING_FRAMES = 4.0
"""Differences of strength are left behind in about this time; those of phase stay."""
_FINE = 4096
_SILENCE = 1e-7
_CYCLE_STEPS = 256


class Harmonics(NamedTuple):
    """A voice at one instant."""

    log_f0: float
    phasors: Complex
    """Amplitude and phase of harmonics 1, 2, ... up to 1.8 kHz."""
    share: float
    """Of the power, what they explain."""


def measure_harmonics(samples: Array, log_f0: float, *, after: bool = False) -> Harmonics | None:
    """The voice at the end of `samples`, or, `after` a hole, at their beginning; None where none is heard.

    `log_f0` is its pitch as far as known, natural log of Hz.
    """
    length = min(len(samples), int(np.clip(PERIODS * RATE_HZ / math.exp(log_f0), SHORTEST, LONGEST)))
    if length < SHORTEST:
        return None
    heard = (samples[:length] if after else samples[-length:]).astype(np.float64)
    times = np.arange(length) if after else np.arange(-length, 0)
    weight = 1.0 - (1.0 - FARTHEST) * np.abs(times) / length
    offsets = np.linspace(-OFF, OFF, TRIES)
    errors = [_fitted(heard, times, weight, log_f0 + offset)[1] for offset in offsets]
    found = log_f0 + _lowest(offsets, errors)
    phasors, error = _fitted(heard, times, weight, found)
    share = 1.0 - (error + _SILENCE) / float((weight * heard**2).sum() + _SILENCE)
    return Harmonics(found, phasors, share) if share > VOICED else None


def best_pulse_phase(voice: Harmonics, transfer: Spectrum) -> float:
    """The phase in cycles at which pulses behind the filter `transfer` (257,) lie best on the voice."""
    ours = pulse_harmonics(transfer[None], np.array([voice.log_f0]), len(voice.phasors))[0]
    likeness = np.conj(ours) * voice.phasors / np.sqrt(np.abs(ours) + 1e-9)
    return float(np.fft.fft(np.append(0.0, likeness), _CYCLE_STEPS).real.argmax()) / _CYCLE_STEPS


def matching_factors(voice: Harmonics, transfer: Spectrum, cycles: float) -> Complex:
    """What takes harmonics made of pulses at phase `cycles` behind `transfer` (257,) to the voice's: (grid,)."""
    numbers = np.arange(1, len(voice.phasors) + 1)
    ours = pulse_harmonics(transfer[None], np.array([voice.log_f0]), len(numbers))[0]
    ours = ours * np.exp(2j * math.pi * cycles * numbers)
    ratio = voice.phasors / np.where(ours == 0.0, 1e-12, ours)
    places = math.exp(voice.log_f0) * numbers
    strength = np.sqrt(np.clip(np.abs(ratio), 1.0 / STRONGEST, STRONGEST))
    grid = np.arange(GRID) * GRID_HZ
    return _unit(_between(grid, places, _unit(ratio))) * np.interp(grid, places, strength)


def factors_between(before: Complex, after: Complex | None, frames: int) -> Complex:
    """Factors at the edges of the frames of a hole, (frames + 1, grid), from those at its beginning.

    `after`: those at its end; None where they are not known.
    """
    edges = np.arange(frames + 1)[:, None]
    strength = np.log(np.abs(before)) * np.exp(-edges / FADING_FRAMES)
    if after is None:
        return _unit(before) * np.exp(strength)
    strength = strength + np.log(np.abs(after)) * np.exp((edges - frames) / FADING_FRAMES)
    share = edges / frames
    return _unit((1.0 - share) * _unit(before) + share * _unit(after)) * np.exp(strength)


def harmonic_change(transfer: Spectrum, log_f0: Array, phase: Real, factors: Complex) -> Array:
    """What to add to the sound of pulses so that its harmonics are multiplied by factors: (frames * 160,).

    At the frames' edges: filters `transfer` (frames + 1, 257), `log_f0` (frames + 1,), `factors` (frames + 1, grid).
    `phase` of the pulses in cycles, (frames * 160,).
    """
    frames = len(transfer) - 1
    f0 = np.exp(log_f0.astype(np.float64))
    count = int(NONE_HZ / f0.min())
    places = f0[:, None] * np.arange(1, count + 1)
    share = np.clip((NONE_HZ - places) / (NONE_HZ - WHOLE_HZ), 0.0, 1.0)
    grid = np.arange(GRID) * GRID_HZ
    at_harmonics = np.stack([_between(place, grid, row) for place, row in zip(places, factors, strict=True)])
    multiplied = np.exp(np.log(np.where(share > 0, at_harmonics, 1.0)) * share)
    phasors = pulse_harmonics(transfer, log_f0, count) * (multiplied - 1.0)
    turning = np.exp(2j * math.pi * phase)[:, None]
    carriers = np.cumprod(np.repeat(turning, count, axis=1), axis=1).reshape(frames, HOP, count)
    early, late = ((carriers @ row[..., None]).real[..., 0] for row in (phasors[:-1], phasors[1:]))
    return (early * (1.0 - rising()) + late * rising()).astype(np.float32).ravel()


def pulse_harmonics(transfer: Spectrum, log_f0: Array | Real, count: int) -> Complex:
    """Harmonics 1 to `count` of pulses at phase 0 behind filters (edges, 257): -> (edges, count)."""
    f0 = np.exp(log_f0.astype(np.float64))[:, None]
    fine = np.fft.rfft(np.fft.irfft(transfer, FFT, axis=1), _FINE, axis=1)
    places = np.minimum(f0 * np.arange(1, count + 1) * _FINE / RATE_HZ, _FINE // 2 - 1)
    below = places.astype(int)
    rows, share = np.arange(len(transfer))[:, None], places - below
    response = fine[rows, below] * (1.0 - share) + fine[rows, below + 1] * share
    return response * np.sqrt(2.0 / np.floor(RATE_HZ / 2 / f0))


def _fitted(heard: Real, times: npt.NDArray[np.intp], weight: Real, log_f0: float) -> tuple[Complex, float]:
    """Harmonics at time 0 by weighted least squares, and what they leave unexplained."""
    f0 = math.exp(log_f0)
    count = max(1, int(MEASURED_HZ / f0))
    turning = np.exp(2j * math.pi * f0 / RATE_HZ * times)
    carriers = np.cumprod(np.repeat(turning[None], count, axis=0), axis=0)
    basis = np.concatenate([carriers.real, -carriers.imag])
    weighted = basis * weight
    products = weighted @ basis.T
    products[np.diag_indices(len(products))] += PRIOR * weight.sum()
    found = np.linalg.solve(products, weighted @ heard)
    return found[:count] + 1j * found[count:], float((weight * (heard - found @ basis) ** 2).sum())


def _lowest(places: Real, values: list[float]) -> float:
    """Where the parabola through the lowest of evenly spaced values and its neighbours is lowest."""
    best = int(np.argmin(values))
    if not 0 < best < len(values) - 1:
        return float(places[best])
    before, here, after = values[best - 1 : best + 2]
    return float(places[best] + 0.5 * (places[1] - places[0]) * (before - after) / (before - 2 * here + after + 1e-12))


def _between(wanted: Real, places: Real, values: Complex) -> Complex:
    return np.interp(wanted, places, values.real) + 1j * np.interp(wanted, places, values.imag)


def _unit(values: Complex) -> Complex:
    size = np.abs(values)
    return np.where(size < 1e-6, 1.0, values / np.maximum(size, 1e-6))

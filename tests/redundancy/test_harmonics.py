"""Harmonics are found where they are, made ones meet them, and a hole in a voice is refilled with its waveform."""

import math
from pathlib import Path

import numpy as np
import pytest

from tests.redundancy.carry_networks import carry_addons
from tests.redundancy.sounds import hiss, vowel
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.redundancy.concealment.gap_boundaries import Course, lead_pitch
from vivavoce.redundancy.concealment.harmonics import (
    GRID,
    NO_FACTORS,
    best_pulse_phase,
    factors_between,
    matching_factors,
    measure_harmonics,
    pulse_harmonics,
)
from vivavoce.redundancy.concealment.plc_vocoder import source_at, speak
from vivavoce.redundancy.concealment.source_filter import NO_FILTERS, cycles_in, filters
from vivavoce.redundancy.features import HOP, RATE_HZ, Array, features


def harmonic_sound(f0_hz: float, phasors: list[complex], samples: int = 480) -> Array:
    """Harmonics whose amplitudes and phases are these at sample 0 of the second half."""
    time = (np.arange(samples) - samples // 2) / RATE_HZ
    waves = [np.real(p * np.exp(2j * math.pi * f0_hz * k * time)) for k, p in enumerate(phasors, 1)]
    return np.sum(waves, axis=0).astype(np.float32)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("f0_hz", [80.0, 120.0, 250.0])
def test_harmonics_are_measured_on_either_side(f0_hz: float, after: bool) -> None:
    wanted = [0.1, 0.05j, -0.08, 0.02 + 0.02j]
    sound = harmonic_sound(f0_hz, wanted, 960)
    voice = measure_harmonics(sound[480:] if after else sound[:480], math.log(f0_hz * 1.015), after=after)
    assert voice is not None
    assert math.exp(voice.log_f0) == pytest.approx(f0_hz, rel=0.003)
    assert np.abs(voice.phasors[:4] - wanted).max() < 0.01
    assert voice.share > 0.9


def test_there_is_no_voice_in_hiss_silence_or_too_little_sound() -> None:
    assert measure_harmonics(hiss(0.03), math.log(200.0)) is None
    assert measure_harmonics(np.zeros(480, np.float32), math.log(200.0)) is None
    assert measure_harmonics(vowel(0.1)[:100], math.log(130.0)) is None


def test_made_harmonics_come_out_as_the_factors_say() -> None:
    """Pulses behind a low-pass filter become a voice of other phases."""
    low_pass = np.interp(np.arange(161) * 50.0, [0.0, 1200.0, 2000.0], [-3.0, -4.0, -9.0])
    shape = np.repeat(low_pass.astype(np.float32)[None], 5, axis=0)
    transfer = filters(shape, shape * 0.0, shape - 8.0, shape - 8.0)
    log_f0 = np.full(4, math.log(125.0), np.float32)
    wanted = [0.1, 0.05j, -0.08, 0.02 + 0.02j, 0.05, 0.04, 0.03j, 0.02, 0.02, 0.02, 0.01]
    voice = measure_harmonics(harmonic_sound(125.0, wanted, 960)[:480], math.log(125.0))
    assert voice is not None
    cycles = best_pulse_phase(voice, transfer[0, 0])
    by = matching_factors(voice, transfer[0, 0], cycles)
    start = source_at(transfer[0], float(log_f0[0]), cycles)._replace(factors=by)
    _, plain = speak(start._replace(factors=NO_FACTORS), transfer[1:], log_f0)
    _, samples = speak(start, transfer[1:], log_f0)
    following = harmonic_sound(125.0, wanted, 1600)[800 + HOP : 800 + 3 * HOP]
    stretch = slice(HOP, 3 * HOP)
    assert np.corrcoef(samples[stretch], following)[0, 1] > 0.8
    assert np.corrcoef(samples[stretch], following)[0, 1] > np.corrcoef(plain[stretch], following)[0, 1] + 0.1


def test_factors_go_from_one_side_to_the_other() -> None:
    before, after = np.full(GRID, 2.0 + 0j), np.full(GRID, 1j)
    path = factors_between(before, after, 8)
    assert path.shape == (9, GRID)
    assert np.allclose(path[0], before, atol=0.01)
    assert np.allclose(path[8], after, atol=0.2)
    assert (np.diff(np.angle(path[:, 0])) > 0).all()
    held = factors_between(np.full(GRID, 2.0j), None, 40)
    assert np.allclose(np.angle(held), math.pi / 2)
    assert np.allclose(np.abs(held[-1]), 1.0, atol=0.01)


def test_the_way_in_pieces_is_the_whole_way() -> None:
    before = np.full(GRID, 3.0j)
    whole, first = factors_between(before, None, 10), factors_between(before, None, 4)
    assert np.allclose(np.concatenate([first, factors_between(first[-1], None, 6)[1:]]), whole)


def test_pitch_leads_from_what_it_is_to_what_it_will_be() -> None:
    voice = measure_harmonics(vowel(0.1, 130.0)[480:960], math.log(130.0))
    assert voice is not None
    rows = np.full(11, math.log(128.0), np.float32)
    course = lead_pitch(Course(NO_FILTERS, rows, voice), math.log(125.0))
    assert course.log_f0[0] == pytest.approx(math.log(125.0))
    assert course.log_f0[-1] == pytest.approx(voice.log_f0)
    assert lead_pitch(Course(NO_FILTERS, rows, None), math.log(200.0)).log_f0 == pytest.approx(rows)


def test_cycles_are_counted() -> None:
    assert cycles_in(np.full(11, math.log(130.0), np.float32)) == pytest.approx(13.0, rel=1e-5)


@pytest.mark.parametrize("frames", [2, 4, 8])
@pytest.mark.parametrize("f0_hz", [95.0, 130.0, 210.0])
def test_a_hole_in_a_voice_gets_its_waveform_back(f0_hz: float, frames: int, tmp_path: Path) -> None:
    carry_addons(tmp_path)
    concealer = Concealer.load(tmp_path / "carry-vocoder", tmp_path / "predictor")
    sound = vowel(1.0, f0_hz)
    begin, end = 40 * HOP, (40 + frames) * HOP
    state, _ = concealer.hear(concealer.initial_state(), sound[:begin])
    _, filled = concealer.fill(state, frames, features(sound)[40 : 41 + frames], ahead=sound[end : end + 2 * HOP])
    assert np.corrcoef(filled, sound[begin:end])[0, 1] > 0.85


def test_filters_respond_as_they_are_asked() -> None:
    shape = np.linspace(-2.0, -5.0, 161, dtype=np.float32)[None]
    transfer = filters(shape, shape * 0.0, shape, shape)
    heights = np.abs(pulse_harmonics(transfer[:, 0], np.array([math.log(200.0)]), 8)[0]) / math.sqrt(2.0 / 40)
    wanted = np.exp(np.interp(200.0 * np.arange(1, 9), np.arange(161) * 50.0, shape[0]))
    assert heights == pytest.approx(wanted, rel=0.1)

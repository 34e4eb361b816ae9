"""Physical evidence for sound alarms."""

from __future__ import annotations

import numpy as np
import pytest

from tests.inspection.material import babble
from vivavoce.inspection.defects.audio_artifacts.impulses import (
    find_impulses,
    have_a_beat,
    have_a_pace,
    keep_lone,
    rhythm_share,
)
from vivavoce.inspection.defects.audio_artifacts.mains import count_steady, mains_levels
from vivavoce.inspection.defects.audio_artifacts.noise import HISS_HZ, band_levels_db, floor_spread_db, unevenness_db
from vivavoce.inspection.defects.audio_artifacts.noise_floor import WHITE_DB, NoiseFloor
from vivavoce.inspection.defects.audio_artifacts.overdrive import (
    digital_silence,
    ends_at_a_cliff,
    flat_tops,
    has_top_band,
    is_driven,
    is_flat_on_one_side,
    is_narrow,
    loudest_stretch,
)
from vivavoce.inspection.defects.audio_artifacts.pauses import Pauses
from vivavoce.inspection.media import Samples
from vivavoce.inspection.tones import find_pure_tone

RATE_HZ = 48_000
TIME_S = np.arange(RATE_HZ // 2) / RATE_HZ
VOICE = babble(1.0)[0][: len(TIME_S)]
RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_hum_has_lines_at_the_mains_and_a_bass_note_has_not(mains: float) -> None:
    hum = sum(np.sin(2 * np.pi * mains * k * TIME_S) / k for k in range(1, 7))
    assert count_steady(mains_levels((VOICE + 0.05 * hum).astype(np.float32))) >= 2
    for note in (46.25, 48.3, 51.91, 55.0, 58.27, 61.74):
        bass = sum(np.sin(2 * np.pi * note * k * TIME_S) / k for k in range(1, 4))
        assert count_steady(mains_levels((VOICE + 0.05 * bass).astype(np.float32))) < 2
    assert count_steady(mains_levels(VOICE)) < 2


def test_notes_near_the_mains_share_no_fundamental() -> None:
    time_s = np.arange(RATE_HZ) / RATE_HZ
    notes = sum(np.sin(2 * np.pi * hertz * time_s) for hertz in (49.76, 99.72, 150.6, 200.24))
    hum = sum(np.sin(2 * np.pi * 49.9 * k * time_s) for k in range(1, 5))
    room = RANDOM.normal(0, 0.01, RATE_HZ)
    assert count_steady(mains_levels((notes + room).astype(np.float32))) < 2
    assert count_steady(mains_levels((hum + room).astype(np.float32))) == 4


def test_an_encoder_cuts_where_it_is_loud_and_an_instrument_runs_out() -> None:
    spectrum = np.fft.rfft(RANDOM.normal(0, 0.1, RATE_HZ))
    hertz = np.fft.rfftfreq(RATE_HZ, 1 / RATE_HZ)
    softer = (np.maximum(hertz, 100.0) / 100.0) ** -1.0
    cut = np.fft.irfft(spectrum * softer * (hertz < 4000), RATE_HZ).astype(np.float32)
    runs_out = np.fft.irfft(spectrum * softer * np.exp(-hertz / 300), RATE_HZ).astype(np.float32)
    assert ends_at_a_cliff(cut)
    assert not ends_at_a_cliff(runs_out)


def test_a_click_is_alone_and_a_drum_goes_on_below() -> None:
    count = RATE_HZ
    sound = RANDOM.normal(0, 1e-3, count)
    sound[12_000:12_024] += 0.5
    sound[24_000:24_024] += 0.5
    beat = np.arange(count - 24_000) / RATE_HZ
    sound[24_000:] += 0.3 * np.exp(-beat / 0.1) * np.sin(2 * np.pi * 200 * beat)
    times_ms = find_impulses(sound.astype(np.float32))
    assert len(times_ms) == 2
    assert keep_lone(sound.astype(np.float32), times_ms).tolist() == [250]


def test_hiss_keeps_its_floor_and_cymbals_do_not() -> None:
    noise = RANDOM.normal(0, 0.02, len(TIME_S))
    struck = noise * np.exp(-(TIME_S % 0.12) / 0.02)
    spreads_db = [
        floor_spread_db(band_levels_db((VOICE + hissing).astype(np.float32), HISS_HZ)[0]) for hissing in (noise, struck)
    ]
    assert spreads_db[0] < 1.6 < spreads_db[1]


def test_hiss_is_even_and_partials_are_not() -> None:
    noise = np.random.default_rng(4).normal(0, 0.02, len(TIME_S)).astype(np.float32)
    partials = sum(np.sin(2 * np.pi * 130.8 * k * TIME_S + k) for k in range(1, 160)) / 160
    assert unevenness_db(noise) < 1.2 < unevenness_db((noise / 20 + partials).astype(np.float32))


def test_driven_sound_is_flat_on_both_sides_and_a_wave_may_be_on_one() -> None:
    wave = (np.sin(2 * np.pi * 220 * TIME_S) + 0.5 * np.sin(2 * np.pi * 440 * TIME_S)).astype(np.float32)
    assert not is_flat_on_one_side(np.clip(wave, -0.5, 0.5))
    assert is_flat_on_one_side(np.clip(wave, -2.0, 0.4))


def test_clipped_sound_has_flat_tops() -> None:
    sound = RANDOM.normal(0, 0.1, len(TIME_S)).astype(np.float32)
    assert flat_tops(np.clip(sound, -0.08, 0.08)) < 1.22 < flat_tops(sound)
    assert flat_tops(np.zeros(len(sound), np.float32)) == np.inf


def test_a_line_up_tone_is_one_tone() -> None:
    tone = np.sin(2 * np.pi * 1000 * TIME_S).astype(np.float32)
    assert find_pure_tone(tone, RATE_HZ) == pytest.approx(1000, abs=2)
    assert find_pure_tone(np.clip(tone, -0.5, 0.5), RATE_HZ) is None
    assert find_pure_tone(VOICE, RATE_HZ) is None


def test_telephone_sound_is_narrow() -> None:
    spectrum = np.fft.rfft(RANDOM.normal(0, 0.1, len(TIME_S)))
    spectrum[len(spectrum) // 6 :] = 0.0
    assert is_narrow(np.fft.irfft(spectrum, len(TIME_S)).astype(np.float32))
    assert not is_narrow(RANDOM.normal(0, 0.1, len(TIME_S)).astype(np.float32))


def test_clicks_stand_out_and_notes_ring_on() -> None:
    sound = np.tile(VOICE, 2)
    times_ms = np.array([130, 277, 519, 806])
    clicked = sound.copy()
    clicked[times_ms * 48] += 0.8
    assert np.abs(find_impulses(clicked)[:, None] - times_ms).min(axis=0).max() <= 1
    ringing = np.exp(-np.arange(4800) / 2400) * RANDOM.normal(0, 0.3, 4800)
    struck = sound.copy()
    for at_ms in times_ms:
        struck[at_ms * 48 :][:4800] += ringing[: len(struck) - at_ms * 48].astype(np.float32)
    assert len(find_impulses(struck)) < 3


def test_drums_have_a_beat_and_clicks_have_none() -> None:
    assert have_a_beat(np.array([107, 237, 368, 498]))
    assert have_a_beat(np.array([71, 180, 289, 505, 723, 940]))
    assert not have_a_beat(np.array([130, 277, 519, 806]))


def test_plucked_strings_have_a_rhythm_and_clicks_have_none() -> None:
    rolls = [start + step for start in range(49, 4000, 392) for step in (0, 131, 158, 185, 212, 239)]
    assert rhythm_share(np.array(rolls)) > 0.9
    assert rhythm_share(np.sort(RANDOM.integers(0, 4000, 20))) < 0.5
    assert rhythm_share(np.array([130, 277, 519, 806])) == 0.0


def test_a_ball_that_bounces_has_a_pace_and_clicks_have_none() -> None:
    assert have_a_pace(np.cumsum(180 * 0.9 ** np.arange(9)).astype(int))
    assert not have_a_pace(np.sort(np.random.default_rng(1).integers(0, 1000, 20)))
    assert not have_a_pace(np.array([130, 277, 519, 806]))


def test_a_band_in_most_frames_is_a_band_and_one_at_onsets_is_none() -> None:
    noise = RANDOM.normal(0, 0.1, RATE_HZ).astype(np.float32)
    spectrum = np.fft.rfft(noise)
    spectrum[3500:] = 0.0
    low = np.fft.irfft(spectrum, RATE_HZ).astype(np.float32)
    onsets = (noise * (np.arange(RATE_HZ) % 24_000 < 4800)).astype(np.float32)
    assert has_top_band(noise)
    assert has_top_band((low + 1e-3 * noise).astype(np.float32))
    assert not has_top_band(low + onsets)


def test_what_sounds_between_silences_is_cut_out() -> None:
    second = np.zeros(RATE_HZ, np.float32)
    second[12_000:24_000] = VOICE[:12_000] + 0.5
    assert 11_000 <= len(loudest_stretch(second)) <= 12_000
    assert digital_silence(second) == pytest.approx(0.75)
    assert len(loudest_stretch(np.zeros(RATE_HZ, np.float32))) < RATE_HZ


def test_an_overdriven_sound_meets_one_ceiling_and_notes_have_each_its_own() -> None:
    sound = RANDOM.normal(0, 0.1, len(TIME_S)).astype(np.float32)
    assert is_driven(np.clip(sound, -0.08, 0.08))
    notes = np.repeat(np.array([0.1, 0.4, 0.15, 0.2, 0.12], np.float32), len(TIME_S) // 5)
    square = np.sign(np.sin(2 * np.pi * 440 * TIME_S))[: len(notes)].astype(np.float32)
    assert flat_tops(notes * square) < 1.14
    assert not is_driven(notes * square)
    assert not is_driven(np.clip(sound, -0.08, 0.02))


def test_a_bass_that_comes_and_goes_is_no_steady_line() -> None:
    hum = sum(np.sin(2 * np.pi * 50 * k * TIME_S) / k for k in range(1, 7))
    loud, soft = (mains_levels((VOICE + gain * hum).astype(np.float32)) for gain in (0.2, 0.05))
    assert count_steady(loud, loud) >= 2
    assert count_steady(loud, soft) == 0


def test_speech_has_pauses_and_music_has_none() -> None:
    second = RANDOM.normal(0, 0.1, RATE_HZ).astype(np.float32)
    time_s = np.arange(RATE_HZ) / RATE_HZ
    spoken = second * np.where(time_s % 0.5 < 0.35, 1.0, 0.01).astype(np.float32)
    gated, late = second * np.where(time_s % 0.5 < 0.35, 1.0, 0.2).astype(np.float32), second.copy()
    late[: RATE_HZ // 2] = 0.0
    assert _share_of(spoken) > 0.25
    assert _share_of(second) == _share_of(gated) == 0.0
    assert _share_of(late, second) == _share_of(0.02 * second, second) == 0.0


def _share_of(first: Samples, then: Samples | None = None) -> float:
    """The share of pauses in a second and eight more."""
    pauses = Pauses()
    return [pauses.add(second) for second in (first, *(first if then is None else then,) * 8)][-1]


def test_noise_that_comes_is_apart_from_music_and_noise_of_its_own_is_not() -> None:
    time_s = np.arange(9 * RATE_HZ) / RATE_HZ
    pad = sum(np.sin(2 * np.pi * hertz * time_s) * (1.0 + 0.3 * np.sin(2 * np.pi * time_s / 3)) for hertz in (220, 331))
    noise = RANDOM.normal(0, 1.0, len(time_s))
    own, come = 0.1 * pad + 0.003 * noise, 0.1 * pad + np.where(time_s < 6.0, 0.003, 0.006) * noise
    assert _apart(own) == [False] * 9
    assert _apart(come) == [False] * 6 + [True] * 3


def test_noise_that_is_spoken_over_or_loud_is_apart_from_the_start() -> None:
    time_s = np.arange(9 * RATE_HZ) / RATE_HZ
    voice = 0.1 * np.sin(2 * np.pi * 700 * time_s) * (time_s % 0.6 < 0.4)
    noise = RANDOM.normal(0, 1.0, len(time_s))
    assert all(_apart(voice + 0.001 * noise))
    assert all(_apart(0.1 * np.sin(2 * np.pi * 700 * time_s) + 0.02 * noise))


def test_the_noise_of_a_quiet_room_is_not_apart() -> None:
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    room = 0.003 * np.sin(2 * np.pi * 120 * time_s) + 0.0005 * RANDOM.normal(0, 1.0, len(time_s))
    assert not any(_apart(room))
    assert all(_apart(4 * room))


def _apart(sound: np.ndarray) -> list[bool]:
    """Of each second whether its noise is apart from it."""
    floor, apart = NoiseFloor(), list[bool]()
    for second in np.split(sound.astype(np.float32), len(sound) // RATE_HZ):
        floor.add(second)
        apart.append(floor.is_apart)
    return apart


@pytest.mark.parametrize("gain", [0.01, 0.1])
def test_the_level_of_noise_is_known_where_nothing_else_is_heard(gain: float) -> None:
    floor, noise = NoiseFloor(), np.random.default_rng(1).normal(0, gain, RATE_HZ).astype(np.float32)
    floor.add(noise)
    assert floor.level_db == pytest.approx(20 * np.log10(gain) + WHITE_DB, abs=2.5)
    struck = noise * np.exp(-np.linspace(0, 2, RATE_HZ) % 0.25 * 30).astype(np.float32)
    floor.add(struck)
    assert np.isnan(floor.level_db)

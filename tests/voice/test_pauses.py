"""Silence of the length that was asked: at cuts, where the voice pauses, and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vivavoce.errors import InputError
from vivavoce.text import analyse
from vivavoce.voice import Pauses, load_voice
from vivavoce.voice.alphabet import CharacterAlphabet
from vivavoce.voice.clock import Clock
from vivavoce.voice.pauses import (
    BLOCK_S,
    FALL_BLOCKS,
    MURMUR_BLOCKS,
    MURMUR_LEVEL,
    RISE_BLOCKS,
    Cut,
    Piece,
    shape,
    without_murmurs,
)

CLOCKS = [Clock(16_000, 160), Clock(16_000, 200), Clock(22_050, 256), Clock(24_000, 240), Clock(24_000, 300)]
TONE_S, GAP_S = 0.4, 0.08


def spoken(clock: Clock, gap_level: float = 0.0) -> np.ndarray:
    """A tone, a gap and a tone again (samples,)."""
    time = np.arange(round((2 * TONE_S + GAP_S) * clock.rate_hz)) / clock.rate_hz
    level = np.where(np.abs(time - TONE_S - GAP_S / 2) < GAP_S / 2, gap_level, 0.3)
    return (level * np.sin(2 * np.pi * 220 * time)).astype(np.float32)


def shaped(clock: Clock, made: np.ndarray, cut: Cut, size: int) -> list[Piece]:
    chunks = [made[at : at + size] for at in range(0, len(made), size)]
    return list(shape(chunks, [cut], 0.05, clock))


def longest_silence_s(samples: np.ndarray, rate_hz: int) -> float:
    heard = np.flatnonzero(np.abs(samples) > 0.01)
    return float(np.diff(heard).max() / rate_hz)


@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_a_pause_lasts_as_long_as_asked_however_the_stream_is_cut(clock: Clock) -> None:
    made = spoken(clock)
    cut = Cut(round((TONE_S + 0.07) * clock.rate_hz), 0.25, certain=False)
    wholes = []
    for size in (clock.hop, 7 * clock.hop, len(made)):
        pieces = shaped(clock, made, cut, size)
        wholes.append(np.concatenate([piece.samples for piece in pieces]))
        first, second = (piece for piece in pieces if piece.shift is not None)
        assert (first.passed, second.passed) == (0, 1)
        assert first.shift is not None
        assert second.shift is not None
        assert (second.shift - first.shift) / clock.rate_hz == pytest.approx(0.25 - GAP_S, abs=0.011)
    assert longest_silence_s(wholes[0], clock.rate_hz) == pytest.approx(0.25, abs=0.012)
    for whole in wholes[1:]:
        np.testing.assert_array_equal(whole, wholes[0])


def test_a_voice_that_runs_on_is_not_parted_but_by_markup() -> None:
    clock = CLOCKS[-1]
    made, place = spoken(clock, gap_level=0.2), round((TONE_S + GAP_S / 2) * clock.rate_hz)
    soft = shaped(clock, made, Cut(place, 0.5, certain=False), 3_000)
    assert [piece.passed for piece in soft if piece.shift is not None] == [0, 1]
    assert len({piece.shift for piece in soft if piece.shift is not None}) == 1
    assert longest_silence_s(np.concatenate([piece.samples for piece in soft]), clock.rate_hz) < 0.01
    hard = np.concatenate([piece.samples for piece in shaped(clock, made, Cut(place, 0.5), 3_000)])
    assert longest_silence_s(hard, clock.rate_hz) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_a_voice_that_runs_on_is_faded_where_it_is_parted(clock: Clock) -> None:
    made, block = spoken(clock, gap_level=0.3), round(BLOCK_S * clock.rate_hz)
    cut = Cut(round((TONE_S + GAP_S / 2) * clock.rate_hz), 0.5)
    wholes = [np.concatenate([p.samples for p in shaped(clock, made, cut, size)]) for size in (clock.hop, len(made))]
    np.testing.assert_array_equal(wholes[0], wholes[1])
    heard = np.flatnonzero(wholes[0])
    last = int(np.argmax(np.diff(heard)))
    before, after = wholes[0][: heard[last] + 1], wholes[0][heard[last + 1] :]
    falling = np.abs(before[-FALL_BLOCKS * block :]).reshape(FALL_BLOCKS, block).max(axis=1)
    rising = np.abs(after[: RISE_BLOCKS * block]).reshape(RISE_BLOCKS, block).max(axis=1)
    assert (np.diff(falling) < 0).all()
    assert falling[0] > 0.2 > 0.06 > falling[-1]
    assert (np.diff(rising) > 0).all()
    assert rising[0] < 0.1


def test_pauses_are_in_order_and_scaled_together() -> None:
    pauses = Pauses()
    lengths = [pauses.inside(mark) for mark in "(,:;…"]
    assert all(first and second and first < second for first, second in pairwise(lengths))
    assert pauses.inside("—") == pauses.dash_s
    assert pauses.inside(" ") is None
    doubled = pauses.scale(2.0)
    assert (doubled.comma_s, doubled.sentence_s, doubled.lead_s) == (0.4, 0.7, pauses.lead_s)
    with pytest.raises(InputError, match="pause comma_s is 11 s"):
        Pauses(comma_s=11.0)


def test_ellipses_and_parentheses_are_read_as_commas() -> None:
    alphabet = CharacterAlphabet({character: number for number, character in enumerate(", .()…!wʌntuˈ")})
    for text, written in (("One… two…", "wˈʌn, tˈu…"), ("One (two)!", "wˈʌn, (tˈu)!"), ("One two.", "wˈʌn tˈu.")):
        tokens = alphabet.tokenise(analyse(text).sentences[0]).symbols
        said = "".join(list(alphabet.symbols)[number] for number in tokens)
        assert said == written, text


def test_a_comma_of_the_default_voice_pauses_as_asked() -> None:
    voice = load_voice()
    text = "They walked down to the old harbour, nobody was waiting there."
    lengths = []
    for pauses in (Pauses(comma_s=0.1), Pauses(comma_s=0.6)):
        spoken = voice.synthesize(text, speaker="af_heart", pauses=pauses)
        words = {mark.value: mark for mark in spoken.marks if mark.type == "word"}
        start, stop = (round(24_000 * words[word].time_s) for word in ("harbour", "nobody"))
        lengths.append(longest_silence_s(spoken.samples[start : stop + 2_400], 24_000))
    assert lengths[0] == pytest.approx(0.1, abs=0.04)
    assert lengths[1] == pytest.approx(0.6, abs=0.04)


def test_a_murmur_is_heard_where_it_becomes_speech() -> None:
    loud, soft = 0.1**2, (0.9 * MURMUR_LEVEL) ** 2
    silence = [0.0] * MURMUR_BLOCKS
    heard = without_murmurs(np.array([loud, soft, 0.0, soft, *silence, soft, soft, loud, soft]))
    assert np.flatnonzero(heard).tolist() == [0, 1, 3, MURMUR_BLOCKS + 6, MURMUR_BLOCKS + 7]
    assert without_murmurs(np.array([*silence, 0.0, soft, loud]))[-2:].all()

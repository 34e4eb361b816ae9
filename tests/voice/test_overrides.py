"""A copied sentence: its words are as loud beside each other as they were."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.text import analyse
from vivavoce.text.utterance import Sentence
from vivavoce.voice import AcousticOverrides, Voice, load_voice
from vivavoce.voice.overrides import GAP_S, copied_gain, hide_pauses, lay_pitch, show_pauses
from vivavoce.voice.tokens import tokenise

TEXT = "We all run along."


def word_levels_db(voice: Voice, louder: int | None) -> dict[str, float]:
    """Levels of words in a copied sentence of which one has 1.5 nepers of power more than the others."""

    def copied(sentence: Sentence, speaker: str) -> AcousticOverrides:
        tokens = tokenise(sentence)
        durations = np.where(tokens.gaps, 0.04, 0.12).astype(np.float32)
        points = np.full((len(durations), 4), np.log(180.0), np.float32)
        energy = np.where(tokens.words == louder, 1.5, 0.0).astype(np.float32)
        return AcousticOverrides(durations, points, energy)

    spoken = voice.synthesize(TEXT, speaker="af_heart", prosody=copied)
    rate_hz = voice.sample_rate_hz
    found = {}
    for mark in spoken.marks:
        if mark.type == "word":
            part = spoken.samples[round(rate_hz * mark.time_s) : round(rate_hz * mark.end_s)]
            found[mark.value] = 20.0 * float(np.log10(np.sqrt(np.mean(part**2))))
    return found


def test_a_word_that_was_louder_is_louder() -> None:
    voice = load_voice()
    assert len(analyse(TEXT).sentences[0].words) == 4
    plain, louder = (word_levels_db(voice, word) for word in (None, 2))
    change = {word: louder[word] - plain[word] for word in plain}
    others = np.mean([change[word] for word in ("We", "all", "along")])
    assert change["run"] - others == pytest.approx(20 * np.log10(np.exp(0.75)), abs=1.5)


def test_a_pause_that_a_word_hides_makes_it_no_louder() -> None:
    tokens = tokenise(analyse(TEXT).sentences[0])
    durations = np.where(tokens.gaps, 2, 8)
    last = int(np.flatnonzero(~tokens.gaps)[-1])
    durations[last] = 40
    own = np.repeat(np.where(tokens.gaps, -9.0, 7.0), durations)
    own[durations[:last].sum() + 8 : durations[: last + 1].sum()] = -9.0
    given = np.where(tokens.gaps, -12.0, 1.0).astype(np.float32)
    gain = copied_gain(given, own.astype(np.float32), durations, tokens)
    assert np.abs(gain).max() < 0.1


def test_pauses_go_to_the_sound_before_them_and_come_back() -> None:
    silent = np.array([True, False, False, True, False, True])
    heard = np.array([0.1, 0.08, 0.15, 0.5, 0.17, 0.05], np.float32)
    told = hide_pauses(heard, silent)
    np.testing.assert_allclose(told, [0.1, 0.08, 0.15 + 0.5 - GAP_S, GAP_S, 0.17, 0.05], rtol=1e-6)
    np.testing.assert_allclose(show_pauses(told, silent, 0.175).sum(), heard.sum(), rtol=1e-6)
    assert show_pauses(told, silent, 0.175)[2] == pytest.approx(0.175)


def test_pitch_stays_with_the_sounds_where_whole_units_last_longer() -> None:
    pitch = np.repeat([100.0, 200.0], 10)
    laid = lay_pitch(pitch, np.array([10.0, 0.0, 10.0]), np.array([10, 4, 10]))
    assert len(laid) == 24
    np.testing.assert_allclose(laid[:9], 100.0)
    np.testing.assert_allclose(laid[-9:], 200.0)

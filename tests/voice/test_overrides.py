"""A copied sentence: its words are as loud beside each other as they were."""

from __future__ import annotations

import numpy as np
import pytest

from vivavoce.text import analyse
from vivavoce.text.utterance import Sentence
from vivavoce.voice import AcousticOverrides, Voice, load_voice
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

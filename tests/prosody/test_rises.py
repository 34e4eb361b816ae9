"""Which words rise to their end, and that the voice hears of it."""

from dataclasses import replace

import numpy as np
import pytest

from vivavoce.prosody import prosody_source
from vivavoce.prosody.rises import RISE_ST, rising_words
from vivavoce.text import analyse
from vivavoce.text.utterance import Sentence
from vivavoce.voice import ProsodySource, load_voice
from vivavoce.voice.acoustics import AcousticInputs

END_OF_CHEESE = 15
"""Tokens up to there: the gap before, ten sounds and three gaps, and its own."""


@pytest.mark.parametrize(
    ("text", "rising"),
    [
        ("Is that bird a crow or a raven?", ["crow"]),
        ("We packed socks, jumpers, scarves and a torch.", ["socks", "jumpers"]),
        ("It rained, so we left early.", []),
        ("Are you coming?", []),
        ("Who came, Ann or Bob?", ["Ann"]),
    ],
)
def test_what_is_not_the_last_of_its_row_rises(text: str, rising: list[str]) -> None:
    (sentence,) = analyse(text).sentences
    assert [sentence.words[n].text for n in rising_words(sentence)] == rising


def test_auto_alone_makes_a_first_alternative_end_high() -> None:
    voice = load_voice()
    (sentence,) = analyse("Would you like cheese or bread?").sentences
    auto = prosody_source("auto")
    assert auto
    told = auto(sentence, "am_michael")
    assert told.rising == (3,)

    def without_rises(sentence: Sentence, speaker: str) -> AcousticInputs:
        return replace(told, rising=())

    sources: tuple[ProsodySource, ...] = (auto, without_rises)
    ends: list[float] = []
    for prosody in sources:
        predicted = voice.predict(sentence, voice.style("am_michael", prosody=prosody))
        assert predicted
        until = int(predicted.durations[:END_OF_CHEESE].sum())
        ends.append(12 * float(np.log2(predicted.tracks["f0"][until - 2])))
    assert ends[0] > ends[1] + RISE_ST / 2

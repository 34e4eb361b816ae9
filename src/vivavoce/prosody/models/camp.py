"""CAMP at run time: the prosody of each word from its text.

Source: "CAMP: a two-stage approach to modelling prosody in context" (arXiv 2011.01175).
"""

from __future__ import annotations

import numpy as np

from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.lookup import find_addon
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.prosody.addons import sequence_block, speaker_number, taught_voice
from vivavoce.prosody.linguistics import Linguistics
from vivavoce.voice.acoustics import AcousticInputs


class Camp:
    """A loaded predictor."""

    def __init__(self, addon: Addon) -> None:
        self._addon = addon
        self._block = sequence_block(addon)

    @property
    def voice(self) -> str:
        return taught_voice(self._addon)

    def embed(self, text: Linguistics, speaker: str) -> AcousticInputs:
        return AcousticInputs.of_words(self.members(text, speaker).mean(axis=0))

    def explain(self, text: Linguistics) -> list[str]:
        return []

    def members(self, text: Linguistics, speaker: str) -> Array:
        """What each member predicts, (members, words, 16)."""
        number = np.array([speaker_number(self._addon, speaker)], np.int64)
        made = self._block({"words": text.words[None], "features": text.features[None], "speaker": number})
        return made["prosody"][0]


def load(temperature: float = 0.0, seed: int = 0) -> Camp:
    """The shipped predictor. Raises `InputError` for a temperature: it does not sample."""
    if temperature:
        raise InputError('"camp" has no temperature, it does not sample')
    return Camp(load_addon(find_addon("camp")))

"""CAMP at run time: the prosody of each word from its text.

Source: "CAMP: a two-stage approach to modelling prosody in context" (arXiv 2011.01175).
"""

from __future__ import annotations

import numpy as np

from vivavoce.blocks.addon import Addon
from vivavoce.features import Array
from vivavoce.prosody.addons import sequence_block, speaker_number
from vivavoce.prosody.embedding import Embedding
from vivavoce.prosody.linguistics import Linguistics


class Camp:
    """A loaded predictor."""

    def __init__(self, addon: Addon) -> None:
        self._addon = addon
        self._block = sequence_block(addon)

    def embed(self, text: Linguistics, speaker: str) -> Embedding:
        return Embedding.of_words(self.members(text, speaker).mean(axis=0))

    def members(self, text: Linguistics, speaker: str) -> Array:
        """What each member predicts, (members, words, 16)."""
        number = np.array([speaker_number(self._addon, speaker)], np.int64)
        made = self._block({"words": text.words[None], "features": text.features[None], "speaker": number})
        return made["prosody"][0]

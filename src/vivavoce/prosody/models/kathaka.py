"""Kathaka at run time: the distribution of a sentence's prosody from its text, and its mean or a sample.

Source: "Prosodic representation learning and contextual sampling for neural text-to-speech" (arXiv 2011.02252).
"""

from __future__ import annotations

import zlib

import numpy as np

from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.lookup import find_addon
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.prosody.addons import sequence_block, speaker_number, taught_voice
from vivavoce.prosody.linguistics import Linguistics, edges_of
from vivavoce.voice.acoustics import AcousticInputs


class Kathaka:
    """A loaded sampler. `temperature` 0 speaks the mean, 1 a sample, what lies between is a sample nearer to the mean.

    A sample depends on `seed` and on the sentence, not on what was said before it.
    """

    def __init__(self, addon: Addon, temperature: float = 0.0, seed: int = 0) -> None:
        if not 0.0 <= temperature <= 1.0:
            raise InputError(f"temperature is {temperature:g}, use 0 to 1")
        if seed < 0:
            raise InputError(f"seed is {seed}, use 0 or more")
        self._addon = addon
        self._block = sequence_block(addon)
        self._temperature, self._seed = temperature, seed

    @property
    def voice(self) -> str:
        return taught_voice(self._addon)

    def embed(self, text: Linguistics, speaker: str) -> AcousticInputs:
        means, variances = self.distributions(text, speaker)
        mean = means.mean(axis=0)
        deviation = np.sqrt(variances.mean(axis=0) + means.var(axis=0))
        random = np.random.default_rng([self._seed, zlib.crc32(text.sentence.tobytes())])
        drawn = mean + self._temperature * deviation * random.standard_normal(len(mean))
        return AcousticInputs.of_sentence(drawn.astype(np.float32), len(text.words))

    def explain(self, text: Linguistics) -> list[str]:
        return []

    def distributions(self, text: Linguistics, speaker: str) -> tuple[Array, Array]:
        """Means and variances of each member, (members, 64) both."""
        made = self._block(
            {
                "sentence": text.sentence[None],
                "labels": text.labels[None],
                "edges": edges_of(text.parents)[None],
                "speaker": np.array([speaker_number(self._addon, speaker)], np.int64),
            }
        )
        return made["mean"][0], np.exp(made["log_variance"][0])


def load(temperature: float = 0.0, seed: int = 0) -> Kathaka:
    """The shipped sampler. Raises `InputError` for a temperature outside 0 to 1 and a negative seed."""
    return Kathaka(load_addon(find_addon("kathaka")), temperature, seed)

"""What a prosody model answers, and the one question that it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from vivavoce.blocks.tensors import Tensors
from vivavoce.features import Array
from vivavoce.prosody.linguistics import Linguistics
from vivavoce.voice.dimensions import SENTENCE_PROSODY, WORD_PROSODY
from vivavoce.voice.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Embedding:
    """The prosody of one sentence; zeros leave the voice to itself."""

    sentence: Array
    """(64,)."""
    words: Array
    """(words, 16)."""

    @classmethod
    def of_sentence(cls, sentence: Array, words: int) -> Self:
        return cls(sentence, np.zeros((words, WORD_PROSODY), np.float32))

    @classmethod
    def of_words(cls, words: Array) -> Self:
        return cls(np.zeros(SENTENCE_PROSODY, np.float32), words)

    def tensors(self, tokens: Tokens) -> Tensors:
        """As the voice's encoders read it: a word's embedding over its sounds and the gap after it."""
        owner = tokens.owner
        words = np.zeros((len(owner), WORD_PROSODY), np.float32)
        words[owner >= 0] = self.words[owner[owner >= 0]]
        return {"sentence_prosody": self.sentence[None].astype(np.float32), "word_prosody": words[None]}


class ProsodyModel(Protocol):
    """Kathaka, CAMP, selection, centroid: from a sentence's text to its prosody."""

    def embed(self, text: Linguistics, speaker: str) -> Embedding:
        """Raises `InputError` for a speaker that the model does not know."""
        ...

"""The seam between prosody and voice: what a voice's encoders are told, or what is said in their place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, Self, runtime_checkable

import numpy as np

from vivavoce.features import Array
from vivavoce.text.utterance import Sentence
from vivavoce.voice.dimensions import SENTENCE_PROSODY, WORD_PROSODY


@dataclass(frozen=True, slots=True)
class AcousticInputs:
    """The prosody of one sentence as encoders read it; zeros and an empty kind leave the voice to itself."""

    sentence: Array
    """(64,)."""
    words: Array
    """(words, 16)."""
    kind: str = ""
    """One of the kinds of sentence that the voice knows, such as `yes_no`; what it does not know is left out."""
    rising: tuple[int, ...] = ()
    """Numbers of the words whose pitch rises to their end, by `rise_st` at least."""
    rise_st: float = 0.0

    @classmethod
    def of_sentence(cls, sentence: Array, words: int) -> Self:
        """An embedding (64,) of a sentence of `words` words."""
        return cls(sentence, np.zeros((words, WORD_PROSODY), np.float32))

    @classmethod
    def of_words(cls, words: Array) -> Self:
        """Embeddings (words, 16)."""
        return cls(np.zeros(SENTENCE_PROSODY, np.float32), words)

    @classmethod
    def neutral(cls, words: int, kind: str = "") -> Self:
        """Inputs that say nothing but the kind of sentence, for a number of `words`."""
        return cls(np.zeros(SENTENCE_PROSODY, np.float32), np.zeros((words, WORD_PROSODY), np.float32), kind)


@dataclass(frozen=True, slots=True)
class AcousticOverrides:
    """What encoders would have answered, for each token of `vivavoce.voice.tokens.tokenise`."""

    durations_s: Array = field(repr=False)
    """Seconds, (tokens,)."""
    f0_points: Array = field(repr=False)
    """Log f0 at 1/8, 3/8, 5/8 and 7/8 of each token, (tokens, 4)."""
    energy: Array = field(repr=False)
    """Log power in nepers, (tokens,)."""


class ProsodySource(Protocol):
    """Where a sentence's prosody comes from; the voice does not know which model answers."""

    def __call__(self, sentence: Sentence, speaker: str) -> AcousticInputs | AcousticOverrides:
        """How `speaker` is to say the sentence. Raises `InputError` for a speaker that the model does not know."""
        ...


@runtime_checkable
class VoiceBound(Protocol):
    """A prosody that not every voice can follow."""

    def for_voice(self, voice: str) -> ProsodySource:
        """What the voice of that name can follow of it. Raises `InputError` if that is nothing."""
        ...

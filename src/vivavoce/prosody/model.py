"""The one question that a prosody model is asked."""

from __future__ import annotations

from typing import Protocol

from vivavoce.prosody.linguistics import Linguistics
from vivavoce.voice.acoustics import AcousticInputs


class ProsodyModel(Protocol):
    """From a sentence's text to its prosody."""

    def embed(self, text: Linguistics, speaker: str) -> AcousticInputs:
        """How `speaker` would say it. Raises `InputError` for a speaker that the model does not know."""
        ...

    def explain(self, text: Linguistics) -> list[str]:
        """Why it is said so, a line each; nothing where a model cannot tell."""
        ...

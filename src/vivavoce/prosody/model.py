"""The one question that a prosody model is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vivavoce.voice.acoustics import AcousticInputs

if TYPE_CHECKING:
    from vivavoce.prosody.linguistics import Linguistics


class ProsodyModel(Protocol):
    """From a sentence's text to its prosody."""

    @property
    def voice(self) -> str:
        """The voice whose embeddings these are; empty where any may read them."""
        ...

    def embed(self, text: Linguistics, speaker: str) -> AcousticInputs:
        """How `speaker` would say it. Raises `InputError` for a speaker that the model does not know."""
        ...

    def explain(self, text: Linguistics) -> list[str]:
        """Why it is said so, a line each; nothing where a model cannot tell."""
        ...

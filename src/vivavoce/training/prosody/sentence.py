"""A recording at its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vivavoce.features import Array
from vivavoce.prosody.recording import TokenProsody
from vivavoce.voice.tokens import Tokens


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """One recording: who says what, and how."""

    id: str
    corpus: str
    speaker: str
    split: str
    """`train`, `development` or `test`."""
    text: str
    tokens: Tokens
    prosody: TokenProsody
    features: Path
    """Where samples, mel and f0 lie, see `corpora.recordings.prepare`."""
    pitch_weights: Array
    """How much each token's pitch counts, (tokens,): its voiced share, 0 where the melody is not to be learned."""


def spoken_language(speaker: str) -> str:
    """The English of a speaker of the corpora, whose names say it: British ones begin with bf_ or bm_."""
    return "en-GB" if speaker.startswith(("bf_", "bm_")) else "en-US"

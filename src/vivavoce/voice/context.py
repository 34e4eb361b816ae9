"""Everything that a voice's stack may read of a sentence."""

from __future__ import annotations

import numpy as np

from vivavoce.voice.acoustics import AcousticInputs
from vivavoce.voice.controls import TokenControls
from vivavoce.voice.overrides import input_tensors
from vivavoce.voice.tokens import Tokens


def sentence_context(
    tokens: Tokens, controls: TokenControls, speaker: int, centre_hz: float = 0.0
) -> dict[str, np.ndarray]:
    """What a voice reads of a sentence, as tensors by name with the batch axis first: neutral prosody, no overrides.

    `speaker` is the speaker's index, `centre_hz` the middle of that speaker's pitch.
    """
    count = len(tokens.symbols)
    return {
        "symbols": tokens.symbols[None],
        "stress": tokens.stress[None],
        "gaps": tokens.gaps[None],
        "speaker": np.array([speaker], np.int64),
        "centre_hz": np.array([centre_hz], np.float32),
        "given_frames": np.full((1, count), -1.0, np.float32),
        "given_f0": np.zeros((1, 0), np.float32),
        **input_tensors(AcousticInputs.neutral(int(tokens.words.max(initial=-1)) + 1), tokens, ()),
        **controls.tensors(),
    }

"""Who is heard: speaker embeddings by Resemblyzer, a network trained to tell thousands of people apart.

`pip install --no-deps resemblyzer==0.1.4` beside the extra `bench`: it asks for packages that it has no need of here.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from bench.shared.metrics import METER_RATE_HZ
from vivavoce.audio import Audio

LEVEL_RMS = 10.0 ** (-30.0 / 20.0)
"""What all sound is brought to, as the encoder was trained."""
Vector = npt.NDArray[np.float32]


class SpeakerEncoder:
    """Sound -> a vector of unit length, (256,)."""

    def __init__(self, threads: int = 1) -> None:
        # resemblyzer imports webrtcvad only to cut silence out of files, and that asks for a package of old setuptools
        sys.modules.setdefault("webrtcvad", types.ModuleType("webrtcvad"))
        import torch
        from resemblyzer import VoiceEncoder

        torch.set_num_threads(threads)
        self._encoder = VoiceEncoder("cpu", verbose=False)

    def __call__(self, audio: Audio) -> Vector:
        samples = audio.resampled(METER_RATE_HZ).samples
        level = LEVEL_RMS / max(float(np.sqrt(np.mean(samples**2))), 1e-9)  # it hears loudness too
        return np.asarray(self._encoder.embed_utterance(samples * np.float32(level)), np.float32)

    def mean(self, sounds: Iterable[Audio]) -> Vector:
        """Of several recordings of one speaker, of unit length."""
        mean = np.mean([self(sound) for sound in sounds], axis=0)
        return (mean / np.linalg.norm(mean)).astype(np.float32)

"""The length regulator of voices that draw a latent for each frame, as VITS does: a mean, a scale, and noise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.tensors import Specs, Tensors, TensorSpec, specs
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.voice.contour import Frames

NOISE_FRAMES = 64
"""Frames of noise that are drawn at a time."""


class LatentState(NamedTuple):
    """A sentence and the frame that comes next."""

    mean: Array
    scale: Array
    token: Frames
    """The token of each frame, (frames,)."""
    start: int


@dataclass(frozen=True)
class LatentUpsampler(StreamableBlock[LatentState]):
    """A source: `latent` (1, frames, width) from `mean` and `log_scale` of tokens, each as long as its `lengths` say.

    Noise of size `noise` depends on the number of the frame alone, so that a stream does not depend on how it is cut.
    JSON: `{"type": "LatentUpsampler", "width": 192, "noise": 0.667}`.
    """

    width: int = 192
    noise: float = 0.667

    def __post_init__(self) -> None:
        if not (1 <= self.width <= 4096 and 0.0 <= self.noise <= 2.0):
            raise InputError(f"width is {self.width} and noise {self.noise:g}, use 1 to 4096 and 0 to 2")

    @property
    def context_inputs(self) -> Specs:
        return specs(
            TensorSpec("mean", "float32", (1, "tokens", self.width)),
            TensorSpec("log_scale", "float32", (1, "tokens", self.width)),
            *(TensorSpec(name, "float32", (1, "tokens")) for name in ("lengths", "rate")),
        )

    @property
    def inputs(self) -> Specs:
        return {}

    @property
    def outputs(self) -> Specs:
        return specs(TensorSpec("latent", "float32", (1, "frames", self.width)))

    @property
    def is_source(self) -> bool:
        return True

    def durations(self, context: Tensors) -> Frames:
        """Frames of each token, (tokens,)."""
        return np.ceil(context["lengths"][0] / context["rate"][0]).astype(np.int64)

    def initial_state(self, context: Tensors) -> LatentState:
        durations = self.durations(context)
        token = np.repeat(np.arange(len(durations)), durations)
        return LatentState(context["mean"][0], np.exp(context["log_scale"][0]) * np.float32(self.noise), token, 0)

    def step(self, state: LatentState, chunk: Tensors, frames: int) -> tuple[LatentState | None, Tensors]:
        stop = min(state.start + frames, len(state.token))
        token = state.token[state.start : stop]
        latent = state.mean[token] + state.scale[token] * _noise(state.start, stop, self.width)
        following = None if stop == len(state.token) else state._replace(start=stop)
        return following, {"latent": latent[None].astype(np.float32)}


def _noise(start: int, stop: int, width: int) -> Array:
    blocks = range(start // NOISE_FRAMES, -(-stop // NOISE_FRAMES))
    drawn = np.concatenate([_noise_block(block, width) for block in blocks])
    return drawn[start - blocks.start * NOISE_FRAMES :][: stop - start]


@lru_cache(maxsize=32)
def _noise_block(number: int, width: int) -> Array:
    return np.random.default_rng((21, number)).standard_normal((NOISE_FRAMES, width), np.float32)

"""What a neural source-filter generator excites its filter with: harmonics of f0, mixed and bent into one wave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.tensors import Specs, Tensors, TensorSpec, frame_count, join, specs
from vivavoce.errors import InputError
from vivavoce.features import Array

MOST_HARMONICS = 64


class SourceState(NamedTuple):
    """The source in the middle of a stream."""

    held: Tensors
    """The frame whose second half leads to one that is not known yet."""
    begun: bool
    """Whether there was a frame before it."""
    cycles: float
    """Phase in the middle of that."""


@dataclass(frozen=True)
class HarmonicSource(StreamableBlock[SourceState]):
    """Adds `source` (1, frames, hop), `tanh(bias + sum of weights[k] * 0.1 sin((k + 1) * phase))` where f0 is over
    `voiced_hz` and `tanh(bias)` elsewhere; all tensors of the upstream pass through.

    Phase advances by f0 (1, frames) in Hz from the middle of a frame to that of the next, and is kept from chunk to
    chunk. JSON: `{"type": "HarmonicSource", "weights": [...], "bias": 0.0, "hop": 300, "rate_hz": 24000}`.
    """

    weights: tuple[float, ...]
    bias: float = 0.0
    hop: int = 300
    rate_hz: int = 24_000
    amplitude: float = 0.1
    voiced_hz: float = 10.0

    def __post_init__(self) -> None:
        if not 1 <= len(self.weights) <= MOST_HARMONICS:
            raise InputError(f"{len(self.weights)} weights, use 1 to {MOST_HARMONICS}")
        if not (1 <= self.hop <= self.rate_hz <= 192_000):
            raise InputError(f"hop is {self.hop} and rate_hz {self.rate_hz}, use up to a second and 192000")

    @property
    def inputs(self) -> Specs:
        return specs(TensorSpec("f0", "float32", (1, "frames")))

    @property
    def outputs(self) -> Specs:
        return specs(TensorSpec("source", "float32", (1, "frames", self.hop)))

    @property
    def forwards_inputs(self) -> bool:
        return True

    @property
    def lookahead(self) -> int:
        return 1

    def initial_state(self, context: Tensors) -> SourceState:
        return SourceState({}, False, 0.0)

    def step(self, state: SourceState, chunk: Tensors, frames: int) -> tuple[SourceState, Tensors]:
        known = join([state.held, chunk])
        return self._answer(state, known, known["f0"][0, 1:])

    def flush(self, state: SourceState) -> Tensors:
        if not frame_count(state.held):
            return {}
        return self._answer(state, state.held, np.zeros(1, np.float32))[1]

    def _answer(self, state: SourceState, known: Tensors, following: Array) -> tuple[SourceState, Tensors]:
        """Every frame of which the one after it is known, whose f0 is `following`."""
        count = len(following)
        held = {name: array[:, count:] for name, array in known.items()}
        if not count:
            return state._replace(held=held), {}
        f0 = known["f0"][0, :count]
        steps = f0.astype(np.float64) * (self.hop / self.rate_hz)
        middles = state.cycles + np.cumsum(steps)
        share = (np.arange(self.hop) + 0.5) / self.hop - 0.5
        before = steps.copy()
        if not state.begun:
            before[0] = 0.0
        after = following.astype(np.float64) * (self.hop / self.rate_hz)
        cycles = middles[:, None] + share * np.where(share < 0, before[:, None], after[:, None])
        made = {name: array[:, :count] for name, array in known.items()}
        source = self._wave(cycles, f0 > self.voiced_hz)
        return SourceState(held, True, float(middles[-1] % 1.0)), {**made, "source": source[None]}

    def _wave(self, cycles: np.ndarray, voiced: np.ndarray) -> Array:
        """Phase in cycles (frames, hop) and whether frames are voiced -> the wave (frames, hop)."""
        angle = (2.0 * np.pi * (cycles % 1.0)).astype(np.float32)
        total = np.zeros_like(angle)
        for number, weight in enumerate(self.weights, 1):
            total += np.float32(self.amplitude * weight) * np.sin(np.float32(number) * angle)
        return np.tanh(np.float32(self.bias) + np.where(voiced[:, None], total, 0.0)).astype(np.float32)

"""Every speaker as loud as the others, and no peak over the ceiling, however loud markup wants it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.tensors import Specs, Tensors, TensorSpec, specs
from vivavoce.features import Array

CEILING = 10.0 ** (-1.7 / 20.0)
"""Of the true peak; a little under -1 dBTP, for codecs that come after."""
OVERSAMPLING, TAPS = 4, 16
"""Points between samples that are looked at, and samples on either side that they depend on."""
KAISER = 2.5
"""Shape of the filter's window: hissing sounds lie near half of 24 kHz, and a rounder one would not see their peaks."""
BLOCK_S, RELEASE_S = 0.001, 0.06
QUIET = CEILING / 1.5
"""Sound of smaller samples has no true peak over the ceiling, unless most of it lies near half the rate."""


class LimiterState(NamedTuple):
    """The limiter in the middle of a stream."""

    gain: float
    held: Array
    """From `TAPS` before the block of the next sample."""
    given: int
    taken: int
    envelope: float
    """Gain at the beginning of the block of the next sample."""


class Limiter(StreamableBlock[LimiterState]):
    """`audio` times `level` (1,), a factor, turned down smoothly before what would exceed -1.7 dBTP.

    Gain is found for blocks of a millisecond, of which two are looked ahead at, and goes back to 1 with a time constant
    of 60 ms.
    """

    def __init__(self, rate_hz: int) -> None:
        self._block = max(1, round(BLOCK_S * rate_hz))
        self._release = float(np.exp(-self._block / (RELEASE_S * rate_hz)))

    @property
    def inputs(self) -> Specs:
        return specs(TensorSpec("audio", "float32", (1, "samples")))

    @property
    def outputs(self) -> Specs:
        return self.inputs

    @property
    def context_inputs(self) -> Specs:
        return specs(TensorSpec("level", "float32", (1,)))

    @property
    def lookahead(self) -> int:
        return 2 * self._block + TAPS

    def initial_state(self, context: Tensors) -> LimiterState:
        return LimiterState(float(context["level"][0]), np.zeros(TAPS, np.float32), 0, 0, 1.0)

    def step(self, state: LimiterState, chunk: Tensors, frames: int) -> tuple[LimiterState, Tensors]:
        state = state._replace(
            held=np.concatenate([state.held, chunk["audio"][0] * np.float32(state.gain)]), taken=state.taken + frames
        )
        return self._answer(state, state.taken - self.lookahead)

    def flush(self, state: LimiterState) -> Tensors:
        silence = np.zeros(self.lookahead, np.float32)
        end = state.taken
        state = state._replace(held=np.concatenate([state.held, silence]), taken=end + len(silence))
        return self._answer(state, end)[1]

    def _answer(self, state: LimiterState, until: int) -> tuple[LimiterState, Tensors]:
        """The samples before `until`, which the envelope is known for."""
        if until <= state.given:
            return state, {}
        first, last = state.given // self._block, (until - 1) // self._block
        allowed = self._allowed_gain(state.held, last - first + 2)
        envelope = np.ones(last - first + 2)
        envelope[0] = state.envelope
        if envelope[0] < 1.0 or allowed.min() < 1.0:
            for index in range(last - first + 1):
                recovered = 1.0 - (1.0 - envelope[index]) * self._release
                envelope[index + 1] = min(allowed[index], allowed[index + 1], recovered)
        start = TAPS + state.given - first * self._block
        audio = state.held[start : start + until - state.given]
        if envelope.min() < 1.0:
            places = (np.arange(state.given, until) - first * self._block) / self._block
            audio = (audio * np.interp(places, np.arange(len(envelope)), envelope)).astype(np.float32)
        following = until // self._block
        held = state.held[(following - first) * self._block :]
        state = state._replace(held=held, given=until, envelope=float(envelope[following - first]))
        return state, {"audio": audio[None]}

    def _allowed_gain(self, held: Array, blocks: int) -> Array:
        """The gain under which each block stays below the ceiling, (blocks,)."""
        count = blocks * self._block
        if np.abs(held).max() < QUIET:
            return np.ones(blocks, np.float32)
        known = held[: count + 2 * TAPS]
        known = np.pad(known, (0, count + 2 * TAPS - len(known)))
        peaks = np.abs(known[TAPS : TAPS + count])
        for phase in _phases():
            between = np.convolve(known, phase, "valid")[:count]
            peaks = np.maximum(peaks, np.abs(between))
        return np.minimum(1.0, CEILING / np.maximum(peaks.reshape(blocks, -1).max(axis=1), 1e-9))


@cache
def _phases() -> tuple[Array, ...]:
    """Filters that give the points between a sample and the next, of `2 * TAPS` taps each."""
    places = np.arange(2 * TAPS)
    made: list[Array] = []
    for step in range(1, OVERSAMPLING):
        at = TAPS - 1 + step / OVERSAMPLING - places
        window = np.i0(KAISER * np.sqrt(1.0 - (at / TAPS) ** 2)) / np.i0(KAISER)
        made.append((np.sinc(at) * window)[::-1].astype(np.float32))
    return tuple(made)

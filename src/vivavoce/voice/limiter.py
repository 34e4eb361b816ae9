"""Every speaker as loud as the others, and no peak over the ceiling, however loud markup wants it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.tensors import Specs, Tensors, TensorSpec, specs
from vivavoce.features import Array

CEILING = 10.0 ** (-1.8 / 20.0)
"""Of the true peak; a little under -1 dBTP, for codecs that come after."""
OVERSAMPLING, TAPS = 8, 16
"""Points a sample that are looked at, and samples on either side that they depend on. Of hissing near half the rate,
four points a sample would miss 0.7 dB."""
KAISER = 2.5
"""Shape of the filter's window: hissing sounds lie near half of 24 kHz, and a rounder one would not see their peaks."""
BLOCK_S, RELEASE_S = 0.001, 0.06
ALL_BUT_ONE = 0.9999
"""A gain that counts as 1."""
QUIET = CEILING / 1.5
NEAR = 8
"""Samples around one that is not quiet: further away, no true peak lies over the ceiling."""


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
    """`audio` times `level` (1,), a factor, turned down smoothly before what would exceed -1.8 dBTP.

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
        envelope = self._envelope(state.envelope, self._allowed_gain(state.held, last - first + 2))
        start = state.given - first * self._block
        audio = state.held[TAPS + start :][: until - state.given]
        if envelope.min() < 1.0:
            between = np.arange(self._block, dtype=np.float32) / np.float32(self._block)
            gain = envelope[:-1, None] + np.diff(envelope)[:, None] * between
            audio = audio * gain.ravel()[start : start + len(audio)]
        following = until // self._block
        held = state.held[(following - first) * self._block :]
        state = state._replace(held=held, given=until, envelope=float(envelope[following - first]))
        return state, {"audio": audio[None]}

    def _envelope(self, begin: float, allowed: Array) -> Array:
        """Gain at the edges of blocks, at the first of which it is `begin`: as allowed in the blocks on either side
        (blocks,), and not back to 1 at once."""
        least = np.minimum(allowed[:-1], allowed[1:])
        envelope = np.ones(len(allowed), np.float32)
        envelope[0] = begin
        loud = np.append(np.flatnonzero(least < 1.0), len(least))
        index = 0 if begin < 1.0 else int(loud[0])
        while index < len(least):
            recovered = 1.0 - (1.0 - float(envelope[index])) * self._release
            envelope[index + 1] = min(float(least[index]), recovered if recovered < ALL_BUT_ONE else 1.0)
            index += 1
            if envelope[index] == 1.0:
                index = int(loud[np.searchsorted(loud, index)])
        return envelope

    def _allowed_gain(self, held: Array, blocks: int) -> Array:
        """The gain under which each block stays below the ceiling, (blocks,)."""
        count = blocks * self._block
        known = held[: count + 2 * TAPS]
        known = np.pad(known, (0, count + 2 * TAPS - len(known)))
        peaks = np.abs(known[TAPS : TAPS + count])
        near = np.zeros(count + 2 * TAPS, bool)
        for place in np.flatnonzero(np.abs(known) >= QUIET):
            near[max(0, place - NEAR) : place + NEAR] = True
        places = np.flatnonzero(near[TAPS : TAPS + count])
        if not len(places):
            return np.ones(blocks, np.float32)
        around = np.lib.stride_tricks.sliding_window_view(known, 2 * TAPS)[places]
        peaks[places] = np.maximum(peaks[places], np.abs(around @ _phases()).max(axis=1))
        return np.minimum(1.0, CEILING / np.maximum(peaks.reshape(blocks, -1).max(axis=1), QUIET))


@cache
def _phases() -> Array:
    """Filters that give the points between a sample and the next, (2 * TAPS, OVERSAMPLING - 1)."""
    at = TAPS + np.arange(1, OVERSAMPLING) / OVERSAMPLING - np.arange(2 * TAPS)[:, None]
    window = np.i0(KAISER * np.sqrt(np.maximum(0.0, 1.0 - (at / TAPS) ** 2))) / np.i0(KAISER)
    return np.ascontiguousarray(np.sinc(at) * window, np.float32)

"""A streaming network as a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np

from vivavoce.blocks.block import NOTHING, StreamableBlock
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.network import Network, NetworkState
from vivavoce.blocks.tensors import Specs, StackError, Tensors, TensorSpec
from vivavoce.errors import InputError

if TYPE_CHECKING:
    from vivavoce.blocks.build import AddonContext

MAX_DELAY = 10_000
MAX_HOP = 10_000


class StreamingState(NamedTuple):
    """A network in the middle of a stream."""

    network: NetworkState
    fed: int
    """Frames fed so far, counted up to the delay."""


class StreamingNetwork(StreamableBlock[StreamingState]):
    """An ONNX network with explicit state and a constant delay.

    Inputs `(batch, frames, ...)` come from upstream; inputs `state_x` start as zeros and take the outputs
    `next_state_x`; other inputs are read once from the data. The network may answer `delay` frames late: that many
    frames are dropped at the start, and as many frames of zeros are fed at the end, so output aligns with input.
    Outputs may hold `hop` frames for each frame of input.
    JSON: `{"type": "StreamingNetwork", "network": "decoder", "delay": 8}`.
    """

    default_network: ClassVar[str | None] = None
    """The network that a subclass takes when its JSON names none."""

    def __init__(self, network: Network, delay: int = 0, hop: int = 1, place: str = "StreamingNetwork") -> None:
        if not network.chunk_inputs:
            raise StackError(f'{place}: the network has no input with "frames" as axis 1')
        if not (0 <= delay <= MAX_DELAY and 1 <= hop <= MAX_HOP):
            raise StackError(f"{place}: delay is {delay} and hop {hop}, use 0 to {MAX_DELAY} and 1 to {MAX_HOP}")
        self.network = network
        self.place = place
        self._delay, self._hop = delay, hop

    @classmethod
    def from_config(cls, config: Mapping[str, Any], context: AddonContext) -> Self:
        given = read_dataclass(_Config, config, context.place)
        name = given.network or cls.default_network
        if name is None:
            raise InputError(f'{context.place}: key "network" is missing')
        return cls(context.network(name), given.delay, given.hop, context.place)

    @property
    def inputs(self) -> Specs:
        return self.network.chunk_inputs

    @property
    def data_inputs(self) -> Specs:
        return self.network.constant_inputs

    @property
    def outputs(self) -> Specs:
        return self.network.outputs

    @property
    def delay(self) -> int:
        return self._delay

    @property
    def hop(self) -> int:
        return self._hop

    def initial_state(self, data: Tensors) -> StreamingState:
        return StreamingState(self.network.initial_state(data), 0)

    def step(self, state: StreamingState, chunk: Tensors, frames: int) -> tuple[StreamingState, Tensors]:
        following, made = self.network.step(state.network, chunk, frames)
        late = self._delay - state.fed
        if late <= 0:
            return StreamingState(following, state.fed), made
        state = StreamingState(following, min(state.fed + frames, self._delay))
        if late >= frames:
            return state, NOTHING
        return state, {name: array[:, late * self._hop :] for name, array in made.items()}

    def flush(self, state: StreamingState) -> Tensors:
        if not self._delay:
            return NOTHING
        silence = {name: np.zeros(_shape(spec, self._delay), spec.dtype) for name, spec in self.inputs.items()}
        return self.step(state, silence, self._delay)[1]


@dataclass(frozen=True)
class _Config:
    network: str | None = None
    delay: int = 0
    hop: int = 1


def _shape(spec: TensorSpec, frames: int) -> tuple[int, ...]:
    rest = (spec.shape or ())[2:]
    return (1, frames, *(size if isinstance(size, int) else 1 for size in rest))

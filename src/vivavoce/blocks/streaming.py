"""A streaming network as a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from vivavoce.blocks.block import NOTHING, BuildContext, StreamableBlock
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.network import Network, NetworkState
from vivavoce.blocks.tensors import Specs, StackError, Tensors, TensorSpec, join
from vivavoce.errors import InputError

MAX_LOOKAHEAD = 10_000
MAX_UPSAMPLING = 10_000


class StreamingState(NamedTuple):
    """A network in the middle of a stream."""

    network: NetworkState
    fed: int
    """Frames fed so far, counted up to the lookahead."""
    held: Tensors
    """What is forwarded and waits for the answers of its frames."""


class StreamingNetwork(StreamableBlock[StreamingState]):
    """An ONNX network with explicit state and a constant lookahead.

    Inputs `(batch, frames, ...)` come from upstream; inputs `state_x` start as zeros and take the outputs
    `next_state_x`; other inputs are read once from the context. The network may answer `lookahead` frames late: that
    many frames are dropped at the start, and as many frames of zeros are fed at the end, so output aligns with input.
    Outputs may hold `upsampling_factor` frames for each frame of input. Tensors of the upstream that `forward` names
    leave beside the outputs, in step with them.
    JSON: `{"type": "StreamingNetwork", "network": "decoder", "lookahead": 8, "forward": ["f0"]}`.
    """

    default_network: ClassVar[str | None] = None
    """The network that a subclass takes when its JSON names none."""

    def __init__(
        self,
        network: Network,
        lookahead: int = 0,
        upsampling_factor: int = 1,
        place: str = "StreamingNetwork",
        forward: tuple[str, ...] = (),
    ) -> None:
        if not network.chunk_inputs:
            raise StackError(f'{place}: the network has no input with "frames" as axis 1')
        if not (0 <= lookahead <= MAX_LOOKAHEAD and 1 <= upsampling_factor <= MAX_UPSAMPLING):
            raise StackError(
                f"{place}: lookahead is {lookahead} and upsampling_factor {upsampling_factor}, "
                f"use 0 to {MAX_LOOKAHEAD} and 1 to {MAX_UPSAMPLING}"
            )
        if forward and upsampling_factor != 1:
            raise StackError(f"{place}: what is forwarded keeps its frames, the network makes others")
        if clash := sorted(set(forward) & network.outputs.keys()):
            raise StackError(f"{place}: forwards {', '.join(clash)}, which the network makes itself")
        self.network = network
        self.place = place
        self._lookahead, self._upsampling_factor, self._forward = lookahead, upsampling_factor, forward

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        given = read_dataclass(_Config, config, build.json_path)
        name = given.network or cls.default_network
        if name is None:
            raise InputError(f'{build.json_path}: key "network" is missing')
        network = build.network(name)
        return cls(network, given.lookahead, given.upsampling_factor, build.json_path, given.forward)

    @property
    def inputs(self) -> Specs:
        return self.network.chunk_inputs | {
            name: TensorSpec(name, "any") for name in self._forward if name not in self.network.chunk_inputs
        }

    @property
    def context_inputs(self) -> Specs:
        return self.network.constant_inputs

    @property
    def outputs(self) -> Specs:
        forwarded = {name: self.inputs[name] for name in self._forward}
        return {**self.network.outputs, **forwarded}

    @property
    def forwarded(self) -> Sequence[str]:
        return self._forward

    @property
    def lookahead(self) -> int:
        return self._lookahead

    @property
    def upsampling_factor(self) -> int:
        return self._upsampling_factor

    def initial_state(self, context: Tensors) -> StreamingState:
        return StreamingState(self.network.initial_state(context), 0, NOTHING)

    def step(self, state: StreamingState, chunk: Tensors, frames: int) -> tuple[StreamingState, Tensors]:
        following, made = self.network.step(state.network, chunk, frames)
        held = join([state.held, {name: chunk[name] for name in self._forward}])
        return self._answer(state.fed, following, held, made, frames)

    def flush(self, state: StreamingState) -> Tensors:
        if not self._lookahead:
            return NOTHING
        following, made = self.network.step(state.network, self._silence(), self._lookahead)
        return self._answer(state.fed, following, state.held, made, self._lookahead)[1]

    def finish(self, state: StreamingState, chunk: Tensors, frames: int) -> Tensors:
        """One run of the network instead of two."""
        if not (frames and self._lookahead):
            return super().finish(state, chunk, frames)
        silence = self._silence()
        last = {name: np.concatenate([chunk[name], silence[name]], axis=1) for name in silence}
        total = frames + self._lookahead
        following, made = self.network.step(state.network, last, total)
        held = join([state.held, {name: chunk[name] for name in self._forward}])
        return self._answer(state.fed, following, held, made, total)[1]

    def _silence(self) -> dict[str, np.ndarray]:
        wanted = self.network.chunk_inputs
        return {name: np.zeros(_shape(spec, self._lookahead), spec.dtype) for name, spec in wanted.items()}

    def _answer(
        self, fed: int, network: NetworkState, held: Tensors, made: Tensors, frames: int
    ) -> tuple[StreamingState, Tensors]:
        """What the network made of `frames` frames, less what lies before the beginning, and what was held for it."""
        late = max(0, self._lookahead - fed)
        count = max(0, frames - late)
        state = StreamingState(network, fed + frames - count, {n: array[:, count:] for n, array in held.items()})
        if not count:
            return state, NOTHING
        skipped = late * self._upsampling_factor
        answer = {name: array[:, skipped:] for name, array in made.items()} if late else dict(made)
        return state, {**answer, **{name: array[:, :count] for name, array in held.items()}}


@dataclass(frozen=True)
class _Config:
    network: str | None = None
    lookahead: int = 0
    upsampling_factor: int = 1
    forward: tuple[str, ...] = ()


def _shape(spec: TensorSpec, frames: int) -> tuple[int, ...]:
    rest = (spec.shape or ())[2:]
    return (1, frames, *(size if isinstance(size, int) else 1 for size in rest))

"""A network without states as a stream: run on windows that are wide enough to answer as the whole would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from vivavoce.blocks.block import NOTHING, BuildContext, StreamableBlock
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.network import FRAMES, Network
from vivavoce.blocks.tensors import Specs, StackError, Tensors, TensorSpec, frame_count, join

WINDOW = "window"
"""The dimension of such a network's inputs that is time."""
MAX_MARGIN, MAX_UPSAMPLING, MAX_MULTIPLE = 10_000, 10_000, 64


class WindowState(NamedTuple):
    """A stream of windows."""

    constants: Tensors
    held: Tensors
    """Frames that have been answered and are still looked at, then those that wait."""
    past: int
    """How many of them have been answered."""


class WindowedNetwork(StreamableBlock[WindowState]):
    """A network whose view in time is finite, such as convolutions, `margin` frames to either side.

    Inputs `(batch, window, ...)` come from upstream, others are read once from the context; outputs hold
    `upsampling_factor` frames for each. Costs `2 * margin` frames more for each chunk, and needs no states in the
    network. Windows begin at multiples of `multiple` frames, for networks that take so many at a time. Tensors of the
    upstream that `forward` names leave beside the outputs, in step with them.
    JSON: `{"type": "WindowedNetwork", "network": "generator", "margin": 11, "upsampling_factor": 256}`.
    """

    def __init__(
        self,
        network: Network,
        margin: int,
        upsampling_factor: int = 1,
        place: str = "WindowedNetwork",
        multiple: int = 1,
        forward: tuple[str, ...] = (),
    ) -> None:
        if not (0 <= margin <= MAX_MARGIN and 1 <= upsampling_factor <= MAX_UPSAMPLING):
            raise StackError(
                f"{place}: margin is {margin} and upsampling_factor {upsampling_factor}, "
                f"use 0 to {MAX_MARGIN} and 1 to {MAX_UPSAMPLING}"
            )
        if not 1 <= multiple <= MAX_MULTIPLE:
            raise StackError(f"{place}: multiple is {multiple}, use 1 to {MAX_MULTIPLE}")
        if forward and upsampling_factor != 1:
            raise StackError(f"{place}: what is forwarded keeps its frames, the network makes others")
        windows = {name: spec for name, spec in network.inputs.items() if _in_windows(spec)}
        if not windows or network.states:
            raise StackError(f'{place}: the network needs an input with "{WINDOW}" as axis 1, and no states')
        self.network = network
        self._constants = {name: spec for name, spec in network.inputs.items() if name not in windows}
        self._inputs = {name: TensorSpec(name, "any") for name in forward} | {
            name: replace(spec, shape=_streamed_shape(spec)) for name, spec in windows.items()
        }
        self._outputs = {name: replace(spec, shape=_streamed_shape(spec)) for name, spec in network.outputs.items()}
        self._windows, self._forward = tuple(windows), forward
        self._margin, self._upsampling_factor, self._multiple = margin, upsampling_factor, multiple

    @classmethod
    def from_config(cls, config: Mapping[str, Any], build: BuildContext) -> Self:
        given = read_dataclass(_Config, config, build.json_path)
        network = build.network(given.network)
        return cls(network, given.margin, given.upsampling_factor, build.json_path, given.multiple, given.forward)

    @property
    def inputs(self) -> Specs:
        return self._inputs

    @property
    def context_inputs(self) -> Specs:
        return self._constants

    @property
    def outputs(self) -> Specs:
        return {**self._outputs, **{name: self._inputs[name] for name in self._forward}}

    @property
    def forwarded(self) -> Sequence[str]:
        return self._forward

    @property
    def lookahead(self) -> int:
        return self._margin

    @property
    def upsampling_factor(self) -> int:
        return self._upsampling_factor

    def initial_state(self, context: Tensors) -> WindowState:
        return WindowState({name: context[name] for name in self._constants}, NOTHING, 0)

    def step(self, state: WindowState, chunk: Tensors, frames: int) -> tuple[WindowState, Tensors]:
        held = join([state.held, {name: chunk[name] for name in self._inputs}])
        state = state._replace(held=held)
        return self._answer(state, frame_count(held) - self._margin - state.past)

    def flush(self, state: WindowState) -> Tensors:
        return self._answer(state, frame_count(state.held) - state.past)[1]

    def _answer(self, state: WindowState, count: int) -> tuple[WindowState, Tensors]:
        """The next `count` frames."""
        if count <= 0:
            return state, NOTHING
        made = self.network.run({**state.constants, **{name: state.held[name] for name in self._windows}})
        factor, done = self._upsampling_factor, state.past + count
        answer = {name: array[:, state.past * factor : done * factor] for name, array in made.items()}
        answer |= {name: state.held[name][:, state.past : done] for name in self._forward}
        spent = max(0, done - self._margin) // self._multiple * self._multiple
        held = {name: array[:, spent:] for name, array in state.held.items()}
        return state._replace(held=held, past=done - spent), answer


@dataclass(frozen=True)
class _Config:
    network: str
    margin: int
    upsampling_factor: int = 1
    multiple: int = 1
    forward: tuple[str, ...] = ()


def _in_windows(spec: TensorSpec) -> bool:
    return spec.shape is not None and len(spec.shape) > 1 and spec.shape[1] == WINDOW


def _streamed_shape(spec: TensorSpec) -> tuple[int | str | None, ...] | None:
    return spec.shape and tuple(FRAMES if size == WINDOW else size for size in spec.shape)

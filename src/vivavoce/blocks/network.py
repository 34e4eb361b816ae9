"""A network on a target: the one interface that blocks see, and the target with free sizes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import prod
from typing import NamedTuple

import numpy as np

from vivavoce.blocks.session import Session
from vivavoce.blocks.tensors import Specs, StackError, Tensors, TensorSpec, check_tensors

FRAMES = "frames"
"""The dimension along which streaming networks are cut. Their chunk tensors have it as axis 1."""

MASK = "mask"
MAX_STATE_VALUES = 1 << 26
STATE, NEXT_STATE = "state_", "next_state_"


class NetworkState(NamedTuple):
    """What a streaming network needs besides the next chunk: never changed, only replaced."""

    constants: Tensors
    states: Tensors
    sizes: Mapping[str, int]


class Network(ABC):
    """A network with its wires sorted by role.

    An input `mask` is supplied by the target: 1 on what is valid, 0 on padding. Inputs `state_x` start as zeros and
    take the outputs `next_state_x` of the step before. Inputs with the dimension `frames` as axis 1 come in
    chunks, the rest is given once for each utterance.
    """

    def __init__(self, session: Session, place: str) -> None:
        self.place = place
        inputs, outputs = session.inputs, session.outputs
        self.mask = inputs.get(MASK)
        self.states = {name: spec for name, spec in inputs.items() if name.startswith(STATE)}
        self.inputs: Specs = {n: spec for n, spec in inputs.items() if n not in self.states and n != MASK}
        self.outputs: Specs = {n: spec for n, spec in outputs.items() if not n.startswith(NEXT_STATE)}
        self.chunk_inputs = {name: spec for name, spec in self.inputs.items() if in_frames(spec)}
        self.constant_inputs = {name: spec for name, spec in self.inputs.items() if name not in self.chunk_inputs}
        self.following = tuple((name, f"next_{name}") for name in self.states)
        self._check_states(outputs)

    @abstractmethod
    def run(self, tensors: Tensors) -> dict[str, np.ndarray]:
        """Run once on whole tensors, (1, frames, …) each. Raises `InputError` for tensors that do not fit."""

    @abstractmethod
    def initial_state(self, constants: Tensors) -> NetworkState:
        """The state before the first chunk. Raises `InputError` for tensors that do not fit."""

    @abstractmethod
    def step(self, state: NetworkState, chunk: Tensors, frames: int) -> tuple[NetworkState, dict[str, np.ndarray]]:
        """Run on one chunk of `frames` frames."""

    def _check_states(self, outputs: Specs) -> None:
        """Every `state_x` needs a `next_state_x` like it, and the other way round."""
        following = {f"{STATE}{n.removeprefix(NEXT_STATE)}" for n in outputs if n.startswith(NEXT_STATE)}
        for name in following ^ self.states.keys():
            raise StackError(f'{self.place}: "{name}" needs both an input "{name}" and an output "next_{name}"')
        for name, spec in self.states.items():
            got = outputs[f"next_{name}"]
            if not spec.accepts(got):
                raise StackError(f'{self.place}: "{name}" expects {spec}, got {got} from "next_{name}"')


class DynamicNetwork(Network):
    """A network that takes any size."""

    def __init__(self, session: Session, place: str) -> None:
        super().__init__(session, place)
        self._session = session

    def run(self, tensors: Tensors) -> dict[str, np.ndarray]:
        sizes = check_tensors(self.inputs, tensors, self.place)
        feed = {name: tensors[name] for name in self.inputs}
        if self.mask:
            feed[MASK] = np.ones(bound(self.mask, sizes, self.place), self.mask.dtype)
        return self._session.run(feed)

    def initial_state(self, constants: Tensors) -> NetworkState:
        sizes = check_tensors(self.constant_inputs, constants, self.place)
        fixed = {name: constants[name] for name in self.constant_inputs}
        if self.mask:
            fixed[MASK] = np.ones(bound(self.mask, sizes, self.place), self.mask.dtype)
        return NetworkState(fixed, zeros(self.states, sizes, self.place), sizes)

    def step(self, state: NetworkState, chunk: Tensors, frames: int) -> tuple[NetworkState, dict[str, np.ndarray]]:
        feed = {**state.constants, **state.states}
        for name in self.chunk_inputs:
            feed[name] = chunk[name]
        made = self._session.run(feed)
        states = {name: made.pop(following) for name, following in self.following}
        return NetworkState(state.constants, states, state.sizes), made


def in_frames(spec: TensorSpec) -> bool:
    """Whether a tensor comes in chunks."""
    return spec.shape is not None and len(spec.shape) > 1 and spec.shape[1] == FRAMES


def bound(spec: TensorSpec, sizes: Mapping[str, int], place: str) -> tuple[int, ...]:
    """The shape of `spec`, such as (1, 80), with its symbols replaced. An unnamed first axis is a batch of 1."""
    shape: list[int] = []
    for axis, size in enumerate(spec.shape or ()):
        if isinstance(size, int):
            shape.append(size)
        elif size is not None and size in sizes:
            shape.append(sizes[size])
        elif axis == 0:
            shape.append(1)
        else:
            raise StackError(f'{place}: the size of "{size}" in "{spec.name}" {spec} follows from no other input')
    return tuple(shape)


def zeros(wanted: Specs, sizes: Mapping[str, int], place: str) -> dict[str, np.ndarray]:
    """Zero tensors of the given specs. Raises `StackError` for one too large to be meant."""
    made: dict[str, np.ndarray] = {}
    for name, spec in wanted.items():
        shape = bound(spec, sizes, place)
        if prod(shape) > MAX_STATE_VALUES:
            raise StackError(f'{place}: "{name}" {spec} is larger than {MAX_STATE_VALUES} values')
        made[name] = np.zeros(shape, spec.dtype)
    return made

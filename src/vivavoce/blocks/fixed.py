"""The target with fixed sizes: every size is compiled once, inputs are padded and masked or split to fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

import numpy as np

from vivavoce.blocks.network import FRAMES, MASK, Network, NetworkState, bound, zeros
from vivavoce.blocks.session import Session
from vivavoce.blocks.tensors import StackError, Tensors, TensorSpec, check_tensors, join
from vivavoce.errors import InputError

SPLIT_SIZES = (1, 4, 16, 64)
"""Sizes of chunks where the addon names none."""

PADDED_SIZES = (32, 64, 128, 256, 512)
"""Sizes of a masked dimension where the addon names none."""

MAX_COMBINATIONS = 64

Compile = Callable[[Mapping[str, int]], Session]


class FixedNetwork(Network):
    """A network compiled for a set of sizes, with the answers of the same network of free sizes.

    A dimension that the input `mask` covers is padded to the next size, and outputs are cut back to what is valid.
    The dimension `frames`, where no mask covers it, is split into compiled sizes exactly: padding a chunk would
    enter the state. A first axis without a size is a batch of 1. Any other free dimension is a `StackError`.
    """

    def __init__(self, compiled: Compile, chosen: Mapping[str, tuple[int, ...]], place: str) -> None:
        free = compiled({})
        super().__init__(free, place)
        mask_shape = self.mask.shape if self.mask else None
        masked = {symbol for symbol in mask_shape or () if isinstance(symbol, str)}
        self._choices = {
            symbol: self._sizes_of(symbol, axis, symbol in masked, chosen)
            for spec in free.inputs.values()
            for axis, symbol in enumerate(spec.shape or ())
            if isinstance(symbol, str)
        }
        self._padded = tuple(symbol for symbol in self._choices if symbol in masked)
        self._check_outputs()
        combinations = list(product(*self._choices.values()))
        if len(combinations) > MAX_COMBINATIONS:
            raise StackError(f"{place}: {len(combinations)} combinations of sizes, compile at most {MAX_COMBINATIONS}")
        self._sessions = {sizes: compiled(dict(zip(self._choices, sizes, strict=True))) for sizes in combinations}

    def run(self, tensors: Tensors) -> dict[str, np.ndarray]:
        sizes = check_tensors(self.inputs, tensors, self.place)
        fitted = {symbol: self._fit(symbol, size) for symbol, size in sizes.items()}
        feed = {name: pad(tensors[name], spec, fitted) for name, spec in self.inputs.items()}
        if self.mask:
            feed[MASK] = self._padding_mask(self.mask, sizes, fitted)
        made = self._session(fitted).run(feed)
        return {name: self._cut(made[name], spec, sizes) for name, spec in self.outputs.items()}

    def initial_state(self, constants: Tensors) -> NetworkState:
        sizes = check_tensors(self.constant_inputs, constants, self.place)
        fitted = {symbol: self._fit(symbol, size) for symbol, size in sizes.items()}
        fixed = {name: pad(constants[name], spec, fitted) for name, spec in self.constant_inputs.items()}
        if self.mask:
            fixed[MASK] = self._padding_mask(self.mask, sizes, fitted)
        return NetworkState(fixed, zeros(self.states, fitted, self.place), sizes)

    def step(self, state: NetworkState, chunk: Tensors, frames: int) -> tuple[NetworkState, dict[str, np.ndarray]]:
        fitted = {symbol: self._fit(symbol, size) for symbol, size in state.sizes.items()}
        states, start = state.states, 0
        pieces: list[dict[str, np.ndarray]] = []
        for size in self._split(frames):
            feed = {**state.constants, **states}
            for name in self.chunk_inputs:
                feed[name] = chunk[name][:, start : start + size]
            made = self._session({**fitted, FRAMES: size}).run(feed)
            states = {name: made.pop(following) for name, following in self.following}
            pieces.append({name: self._cut(array, self.outputs[name], state.sizes) for name, array in made.items()})
            start += size
        return NetworkState(state.constants, states, state.sizes), dict(join(pieces))

    def _sizes_of(self, symbol: str, axis: int, masked: bool, chosen: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
        if axis == 0:
            return (1,)
        if masked:
            return tuple(sorted(set(chosen.get(symbol, PADDED_SIZES))))
        if symbol != FRAMES:
            raise StackError(f'{self.place}: a fixed target cannot pad "{symbol}", no input "{MASK}" covers it')
        sizes = tuple(sorted(set(chosen.get(symbol, SPLIT_SIZES))))
        if sizes[0] != 1:
            raise StackError(f'{self.place}: sizes of "{FRAMES}" must hold 1, or some chunks could not be split')
        return sizes

    def _check_outputs(self) -> None:
        """Where whole inputs are padded, every output axis must be known by name to be cut back."""
        if not self._padded or FRAMES in self._choices:
            return
        for spec in self.outputs.values():
            for symbol in spec.shape or ():
                if not isinstance(symbol, int) and symbol not in self._choices:
                    raise StackError(
                        f'{self.place}: "{symbol}" of output "{spec.name}" is no input\'s, so cannot be cut'
                    )

    def _fit(self, symbol: str, size: int) -> int:
        sizes = self._choices[symbol]
        if symbol not in self._padded:
            if size in sizes:
                return size
            raise InputError(f"{self.place}: {size} {symbol}, but compiled are only {', '.join(map(str, sizes))}")
        for larger in sizes:
            if larger >= size:
                return larger
        raise InputError(f"{self.place}: {size} {symbol}, the largest compiled size is {sizes[-1]}; split the input")

    def _split(self, frames: int) -> Iterator[int]:
        """Compiled sizes that add up to `frames`, largest first."""
        for size in reversed(self._choices.get(FRAMES, (1,))):
            count, frames = divmod(frames, size)
            for _ in range(count):
                yield size

    def _session(self, sizes: Mapping[str, int]) -> Session:
        return self._sessions[tuple(sizes.get(symbol, 1) for symbol in self._choices)]

    def _padding_mask(self, mask: TensorSpec, sizes: Mapping[str, int], fitted: Mapping[str, int]) -> np.ndarray:
        return pad(np.ones(bound(mask, sizes, self.place), mask.dtype), mask, fitted)

    def _cut(self, array: np.ndarray, spec: TensorSpec, sizes: Mapping[str, int]) -> np.ndarray:
        if not self._padded:
            return array
        ends = (sizes.get(symbol) if symbol in self._padded else None for symbol in spec.shape or ())
        return array[tuple(slice(end) for end in ends)]


def pad(array: np.ndarray, spec: TensorSpec, sizes: Mapping[str, int]) -> np.ndarray:
    """The array with zeros appended along each symbolic dimension, up to its size in `sizes`: (1, frames, …)."""
    missing = [
        (0, sizes[symbol] - size if isinstance(symbol, str) else 0)
        for symbol, size in zip(spec.shape or (), array.shape, strict=True)
    ]
    return np.pad(array, missing) if any(after for _, after in missing) else array

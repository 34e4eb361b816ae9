"""Named typed tensors, and the check that one block's outputs fit the next block's inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vivavoce.errors import InputError

Tensors = Mapping[str, np.ndarray]
"""Arrays by name, batch axis first. In a chunk of a stream, axis 1 is time."""

Dimension = int | str | None
"""A fixed size, a symbol such as "frames" that means one size throughout, or None for any size."""


class StackError(InputError):
    """Blocks that do not fit together, or a JSON stack that does not describe any. Raised at load."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """What a wire carries: `shape` None leaves rank and sizes open, `dtype` "any" the element type."""

    name: str
    dtype: str = "float32"
    shape: tuple[Dimension, ...] | None = None

    def __str__(self) -> str:
        if self.shape is None:
            return f"{self.dtype} of any shape"
        return f"{self.dtype} ({', '.join('?' if size is None else str(size) for size in self.shape)})"

    def accepts(self, other: TensorSpec) -> bool:
        """Whether a tensor that `other` describes may go where this one is expected."""
        if "any" not in (self.dtype, other.dtype) and self.dtype != other.dtype:
            return False
        if self.shape is None or other.shape is None:
            return True
        if len(self.shape) != len(other.shape):
            return False
        return all(_same_size(mine, theirs) for mine, theirs in zip(self.shape, other.shape, strict=True))


Specs = Mapping[str, TensorSpec]


def specs(*of: TensorSpec) -> dict[str, TensorSpec]:
    """The specs by name."""
    return {spec.name: spec for spec in of}


def connect(wanted: Specs, available: Specs, place: str, source: str) -> None:
    """Check that `available`, which `source` supplies, holds everything that the block at `place` wants.

    Raises `StackError` with the block, the wire, expected and got.
    """
    for name, spec in wanted.items():
        got = available.get(name)
        if got is None:
            offered = ", ".join(sorted(available)) or "nothing"
            raise StackError(f'{place}: input "{name}" expects {spec}, got nothing: {source} supplies {offered}')
        if not spec.accepts(got):
            raise StackError(f'{place}: input "{name}" expects {spec}, got {got} from {source}')


def merge(groups: Iterable[Specs], place: str) -> dict[str, TensorSpec]:
    """Everything that any of several blocks wants from the same place; two that disagree are a `StackError`."""
    merged: dict[str, TensorSpec] = {}
    for group in groups:
        for name, spec in group.items():
            known = merged.setdefault(name, spec)
            if not known.accepts(spec):
                raise StackError(f'{place}: input "{name}" expects {known} for one block and {spec} for another')
            if known.shape is None or known.dtype == "any":
                merged[name] = spec
    return merged


def check_tensors(wanted: Specs, tensors: Tensors, place: str) -> dict[str, int]:
    """Check arrays against specs and return the size of every symbolic dimension.

    Raises `InputError` with the tensor, expected and got.
    """
    sizes: dict[str, int] = {}
    for name, spec in wanted.items():
        array = tensors.get(name)
        if array is None:
            raise InputError(f'{place}: tensor "{name}" is missing, expected {spec}')
        got = TensorSpec(name, array.dtype.name, array.shape)
        if not spec.accepts(got):
            raise InputError(f'{place}: tensor "{name}" expects {spec}, got {got}')
        for symbol, size in zip(spec.shape or (), array.shape, strict=False):
            if isinstance(symbol, str) and sizes.setdefault(symbol, size) != size:
                raise InputError(f'{place}: tensor "{name}" has {size} {symbol}, another has {sizes[symbol]}')
    return sizes


def frame_count(chunk: Tensors) -> int:
    """Frames in a chunk: the size of axis 1 of its first tensor, 0 for an empty chunk."""
    for array in chunk.values():
        return array.shape[1]
    return 0


def join(chunks: Sequence[Tensors]) -> Tensors:
    """Several chunks of one stream as one; empty ones do not count."""
    filled = [chunk for chunk in chunks if frame_count(chunk)]
    if len(filled) <= 1:
        return filled[0] if filled else {}
    return {name: np.concatenate([chunk[name] for chunk in filled], axis=1) for name in filled[0]}


def in_chunks(tensors: Tensors, sizes: Iterable[int]) -> Iterator[Tensors]:
    """Cut a whole stream along axis 1 into chunks of the given `sizes` in frames, the last one shorter."""
    start, frames = 0, frame_count(tensors)
    for size in sizes:
        if start >= frames:
            return
        yield {name: array[:, start : start + size] for name, array in tensors.items()}
        start += size


def _same_size(mine: Dimension, theirs: Dimension) -> bool:
    if isinstance(mine, str) and isinstance(theirs, str):
        return mine == theirs
    return not (isinstance(mine, int) and isinstance(theirs, int)) or mine == theirs

"""How much of a stream is asked for at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from vivavoce.errors import InputError


@dataclass(frozen=True, slots=True)
class ChunkSchedule:
    """Chunk sizes in frames, in order; the last one repeats.

    A small first chunk is heard soon, larger later ones cost fewer calls.
    """

    sizes: tuple[int, ...] = (16, 32, 64, 128)

    def __post_init__(self) -> None:
        if not self.sizes or min(self.sizes) < 1:
            raise InputError(f"chunk schedule {self.sizes}: give one or more sizes of at least 1 frame")

    def __iter__(self) -> Iterator[int]:
        return chain(self.sizes, repeat(self.sizes[-1]))


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """What the consumer of one stream may choose."""

    schedule: ChunkSchedule = ChunkSchedule()

"""Redundancy and concealment that are simple enough to see through.

The fake payload is a mark, an offset, and one byte a packet, newest first: how loud it was. Filling a hole plays a
constant of that height, so a test can tell what each 20 ms was made from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vivavoce.audio import Samples
from vivavoce.errors import InputError
from vivavoce.redundancy.features import HOP
from vivavoce.transport.opus_extension import ExtensionId

MARK = 0x5A
PREDICTED = 0.001


@dataclass(frozen=True)
class FakeRedundancy:
    offset: int
    levels: tuple[int, ...]

    @property
    def silent(self) -> bool:
        return not self.levels

    def packet(self, back: int) -> Samples | None:
        place = back - self.offset
        if not 0 <= place < len(self.levels):
            return None
        return np.full((2, 20), self.levels[place] / 255.0, np.float32)


class FakeEncoder:
    def initial_state(self) -> tuple[int, ...]:
        return ()

    def step(self, state: tuple[int, ...], samples: Samples) -> tuple[int, ...]:
        return (int(255 * min(1.0, float(np.abs(samples).max()))), *state)[:128]

    def encode(self, state: tuple[int, ...], amount_s: float = 1.0, *, limit_bytes: int | None = None) -> bytes:
        count = min(round(amount_s / 0.02), limit_bytes - 2 if limit_bytes is not None else 1000)
        return bytes([MARK, 1, *state[1 : 1 + max(count, 0)]])


class FakeDecoder:
    def __init__(self) -> None:
        self.calls = 0

    def decode(self, data: bytes, seconds: float | None = None) -> FakeRedundancy:
        self.calls += 1
        if len(data) < 2 or data[0] != MARK:
            raise InputError("a payload of another kind")
        count = None if seconds is None else round(seconds / 0.02)
        return FakeRedundancy(data[1], tuple(data[2:][:count]))


@dataclass(frozen=True)
class FakeCodec:
    name: str = "fake"
    extension_id: int = 122
    prefix: bytes = b"vv\x01"
    max_amount_s: float = 2.5
    encoder: FakeEncoder = field(default_factory=FakeEncoder)
    decoder: FakeDecoder = field(default_factory=FakeDecoder)


EXTENSION = ExtensionId(122, b"vv\x01")


class FakeConcealer:
    def initial_state(self) -> int:
        return 0

    def hear(self, state: int, samples: Samples) -> tuple[int, Samples]:
        return 0, samples

    def fill(
        self,
        state: int,
        frames: int,
        rows: Samples | None = None,
        known: npt.NDArray[np.bool_] | None = None,
        ahead: Samples | None = None,
    ) -> tuple[int, Samples]:
        levels = np.full(frames, PREDICTED)
        if rows is not None and known is not None:
            levels = np.where(known, rows[:, 0], PREDICTED)[:frames]
        return state + 1, np.repeat(levels, HOP).astype(np.float32)

    def continue_gap(self, state: int) -> Samples:
        return np.full(HOP, PREDICTED, np.float32)

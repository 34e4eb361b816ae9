"""A digital-signal-processing block, and the example of how small one can be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.tensors import Specs, Tensors, TensorSpec, specs
from vivavoce.errors import InputError

MAX_DB = 120.0


@dataclass(frozen=True)
class Gain(StreamableBlock[tuple[()]]):
    """Makes one tensor louder by `db` decibels and passes the others through.

    JSON: `{"type": "Gain", "tensor": "audio", "db": -6}`.
    """

    tensor: str
    db: float

    def __post_init__(self) -> None:
        if not abs(self.db) <= MAX_DB:
            raise InputError(f"db is {self.db:g}, use -{MAX_DB:g} to {MAX_DB:g}")

    @cached_property
    def factor(self) -> np.float32:
        return np.float32(10.0 ** (self.db / 20.0))

    @property
    def inputs(self) -> Specs:
        return specs(TensorSpec(self.tensor, "float32"))

    @property
    def outputs(self) -> Specs:
        return {}

    @property
    def forwards_inputs(self) -> bool:
        return True

    def initial_state(self, context: Tensors) -> tuple[()]:
        return ()

    def step(self, state: tuple[()], chunk: Tensors, frames: int) -> tuple[tuple[()], Tensors]:
        return state, {**chunk, self.tensor: chunk[self.tensor] * self.factor}

"""A block that changes nothing and tells what passes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

import numpy as np

from vivavoce.blocks.block import StreamableBlock
from vivavoce.blocks.json_values import NOT_JSON
from vivavoce.blocks.tensors import Specs, Tensors

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TensorReport:
    """One tensor of one chunk. Extremes are over what is a number, NaN if nothing is."""

    shape: tuple[int, ...]
    dtype: str
    minimum: float
    maximum: float
    nan_count: int

    def __str__(self) -> str:
        return f"{self.dtype} {self.shape} in [{self.minimum:.4g}, {self.maximum:.4g}], {self.nan_count} NaN"


@dataclass(frozen=True, slots=True)
class ChunkReport:
    """One chunk: its place in the stream, when it came, and what it held."""

    label: str
    index: int
    frames: int
    first_frame: int
    since_open_s: float
    gap_s: float
    tensors: Mapping[str, TensorReport]

    def __str__(self) -> str:
        held = "; ".join(f"{name} {report}" for name, report in self.tensors.items())
        when = f"{self.since_open_s * 1e3:.2f} ms (+{self.gap_s * 1e3:.2f})"
        return f"{self.label}: chunk {self.index}, frames {self.first_frame}+{self.frames}, {when}: {held}"


class Passage(NamedTuple):
    """The state: what has passed so far."""

    opened_s: float
    latest_s: float
    chunks: int
    frames: int


def log_report(report: ChunkReport) -> None:
    """Write a report to the log of this module, at level INFO."""
    logger.info("%s", report)


@dataclass(frozen=True)
class Diagnostics(StreamableBlock[Passage]):
    """Passes every tensor through and sends a `ChunkReport` on each chunk to `report`, by default to the log.

    JSON: `{"type": "Diagnostics", "label": "after the decoder"}`.
    """

    label: str = "diagnostics"
    report: Callable[[ChunkReport], None] = field(default=log_report, metadata=NOT_JSON)

    @property
    def inputs(self) -> Specs:
        return {}

    @property
    def outputs(self) -> Specs:
        return {}

    @property
    def forwards_inputs(self) -> bool:
        return True

    def initial_state(self, context: Tensors) -> Passage:
        now_s = perf_counter()
        return Passage(now_s, now_s, 0, 0)

    def step(self, state: Passage, chunk: Tensors, frames: int) -> tuple[Passage, Tensors]:
        now_s = perf_counter()
        tensors = {name: describe(array) for name, array in chunk.items()}
        since_open_s, gap_s = now_s - state.opened_s, now_s - state.latest_s
        self.report(ChunkReport(self.label, state.chunks, frames, state.frames, since_open_s, gap_s, tensors))
        return Passage(state.opened_s, now_s, state.chunks + 1, state.frames + frames), chunk


def describe(array: np.ndarray) -> TensorReport:
    """Shape, type, extremes and the count of NaN."""
    missing = int(np.isnan(array).sum()) if array.dtype.kind == "f" else 0
    finite = array[~np.isnan(array)] if missing else array
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (float("nan"), float("nan"))
    return TensorReport(array.shape, array.dtype.name, low, high, missing)

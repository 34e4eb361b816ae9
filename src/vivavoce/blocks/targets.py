"""Where a network runs, chosen by name in the addon's JSON. Sizes, padding and masks are known here alone."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vivavoce.blocks.fixed import FixedNetwork
from vivavoce.blocks.json_values import read_dataclass, shown
from vivavoce.blocks.network import DynamicNetwork, Network
from vivavoce.blocks.session import Session
from vivavoce.errors import InputError
from vivavoce.json_types import is_object

logger = logging.getLogger(__name__)

MAX_SIZE = 1 << 16
MAX_THREADS = 64
CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


class Target(ABC):
    """A place where networks run."""

    @abstractmethod
    def load(self, model: bytes, place: str) -> Network:
        """Compile a checked ONNX network. Raises `InputError` when it cannot run here."""


@dataclass(frozen=True)
class CpuTarget(Target):
    """onnxruntime on the CPU, any size. JSON: `"cpu"` or `{"type": "cpu", "threads": 2}`."""

    threads: int = 1

    def __post_init__(self) -> None:
        _check_threads(self.threads)

    def load(self, model: bytes, place: str) -> Network:
        return DynamicNetwork(Session(model, place, CPU, self.threads), place)


@dataclass(frozen=True)
class CudaTarget(Target):
    """onnxruntime on an NVIDIA GPU, any size. JSON: `"cuda"`, or `{"type": "cuda", "fallback": "cpu"}`.

    Where onnxruntime has no CUDA the fallback runs the network; without one, loading is an `InputError`.
    """

    fallback: str | None = None

    def __post_init__(self) -> None:
        if self.fallback not in (None, "cpu"):
            raise InputError(f'fallback {shown(self.fallback)} is not known, use "cpu"')

    def load(self, model: bytes, place: str) -> Network:
        import onnxruntime

        if CUDA in onnxruntime.get_available_providers():
            return DynamicNetwork(Session(model, place, CUDA), place)
        if self.fallback:
            logger.warning("%s: no CUDA in this onnxruntime, running on the CPU", place)
            return CpuTarget().load(model, place)
        raise InputError(
            f'{place}: target "cuda" needs an onnxruntime with {CUDA}; install onnxruntime-gpu, '
            'use target "cpu", or add "fallback": "cpu"'
        )


@dataclass(frozen=True)
class FixedTarget(Target):
    """Only sizes that were compiled once, as accelerators without dynamic shapes need.

    Whole inputs are padded to the next size and masked, outputs are cut back. Chunks are split into sizes exactly,
    because padding would enter the state. JSON: `{"type": "fixed", "sizes": {"phonemes": [64, 128]}}`; a dimension
    that `sizes` leaves out gets `PADDED_SIZES` or `SPLIT_SIZES`.
    """

    sizes: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    threads: int = 1

    def __post_init__(self) -> None:
        _check_threads(self.threads)
        for name, sizes in self.sizes.items():
            if not sizes or min(sizes) < 1 or max(sizes) > MAX_SIZE:
                raise InputError(f"sizes.{name}: give one or more sizes of 1 to {MAX_SIZE}")

    def load(self, model: bytes, place: str) -> Network:
        def compiled(sizes: Mapping[str, int]) -> Session:
            return Session(model, place, CPU, self.threads, sizes)

        return FixedNetwork(compiled, self.sizes, place)


TARGETS: dict[str, type[Target]] = {"cpu": CpuTarget, "cuda": CudaTarget, "fixed": FixedTarget}


def read_target(value: Any, place: str) -> Target:
    """A target from its name, or from an object with `type` and options.

    Raises `InputError` naming the JSON path.
    """
    if isinstance(value, str):
        value = {"type": value}
    if not is_object(value) or not isinstance(value.get("type"), str):
        raise InputError(f'{place}: expected the name of a target or an object with a "type"')
    if value["type"] not in TARGETS:
        raise InputError(f"{place}: unknown target {shown(value['type'])}, known are {', '.join(TARGETS)}")
    options = {key: item for key, item in value.items() if key != "type"}
    return read_dataclass(TARGETS[value["type"]], options, place)


def _check_threads(threads: int) -> None:
    if not 1 <= threads <= MAX_THREADS:
        raise InputError(f"threads is {threads}, use 1 to {MAX_THREADS}")

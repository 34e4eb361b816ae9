"""A toy voice: the article's stack with a toy upsampler, and an autoregressive toy that stops by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.blocks import networks
from vivavoce.blocks import Addon, StreamableBlock, Tensors, TensorSpec, specs, write_addon
from vivavoce.errors import InputError

ARTICLE_STACK = [
    {
        "type": "StreamablePipeline",
        "sequence_block": {"type": "Encoders"},
        "streamable_block": {"type": "StreamableStack", "stack": [{"type": "Upsampler"}, {"type": "Decoder"}]},
    }
]


def complaint(action: Callable[[], object]) -> str:
    """What an `InputError` says, empty when there is none."""
    try:
        action()
    except InputError as error:
        return str(error)
    return ""


class Position(NamedTuple):
    frames: np.ndarray
    at: int


@dataclass(frozen=True)
class ToyUpsampler(StreamableBlock[Position]):
    """Repeats each encoded phoneme as often as its duration, rounded up, says."""

    width: int = networks.WIDTH

    @property
    def inputs(self):
        return {}

    @property
    def outputs(self):
        return specs(TensorSpec("hidden", "float32", (1, "frames", self.width)))

    @property
    def context_inputs(self):
        return specs(
            TensorSpec("encoded", "float32", (1, "phonemes", self.width)),
            TensorSpec("durations", "float32", (1, "phonemes", 1)),
        )

    @property
    def is_source(self) -> bool:
        return True

    def initial_state(self, context: Tensors) -> Position:
        repeats = 1 + np.abs(np.round(3 * context["durations"][0, :, 0])).astype(np.int64)
        return Position(np.repeat(context["encoded"], repeats, axis=1), 0)

    def step(self, state: Position, chunk: Tensors, frames: int) -> tuple[Position | None, Tensors]:
        end = state.at + frames
        made = state.frames[:, state.at : end]
        return (None if end >= state.frames.shape[1] else Position(state.frames, end)), {"hidden": made}


class Spoken(NamedTuple):
    last: np.ndarray
    left: int


@dataclass(frozen=True)
class ToyAttentionDecoder(StreamableBlock[Spoken]):
    """Each frame is a function of the last one; stops after three frames for each phoneme."""

    @property
    def inputs(self):
        return {}

    @property
    def outputs(self):
        return specs(TensorSpec("mel", "float32", (1, "frames", networks.WIDTH)))

    @property
    def context_inputs(self):
        return specs(TensorSpec("encoded", "float32", (1, "phonemes", networks.WIDTH)))

    @property
    def is_source(self) -> bool:
        return True

    def initial_state(self, context: Tensors) -> Spoken:
        return Spoken(context["encoded"].mean(axis=1, keepdims=True), 3 * context["encoded"].shape[1])

    def step(self, state: Spoken, chunk: Tensors, frames: int) -> tuple[Spoken | None, Tensors]:
        last, made = state.last, []
        for _ in range(min(frames, state.left)):
            last = np.cos(3 * last)
            made.append(last)
        left = state.left - len(made)
        return (Spoken(last, left) if left else None), {"mel": np.concatenate(made, axis=1)}


def toy_description(**changes: Any) -> dict[str, Any]:
    return {
        "name": "toy",
        "kind": "acoustic",
        "summary": "a toy voice for tests",
        "licence": "CC0-1.0",
        "attribution": "nobody",
        "sample_rate_hz": 300,
        "speakers": ["one"],
        "networks": {
            "phonemes": {"file": "encoder.onnx", "role": "encoder"},
            "durations": {"file": "durations.onnx", "role": "encoder"},
            "decoder": {"file": "decoder.onnx", "role": "decoder"},
        },
        "config": {"Decoder": {"network": "decoder", "lookahead": networks.DELAY}},
        "stack": ARTICLE_STACK,
        "inputs": {"phonemes": {"dtype": "int64", "shape": [1, "phonemes"]}},
        "provenance": {"data": ["none"], "recipe": "none", "steps": 0, "hardware": "none", "figures": {"loss": 0.5}},
        **changes,
    }


def toy_files() -> dict[str, bytes]:
    return {
        "encoder.onnx": networks.encoder(),
        "durations.onnx": networks.encoder("durations", width=1, seed=5),
        "decoder.onnx": networks.decoder(),
    }


def toy_addon(folder: Path, **changes: Any) -> Addon:
    """Needs the block types `Upsampler` and `Decoder`: see the fixture `toy_types`."""
    return write_addon(folder, toy_description(**changes), toy_files())

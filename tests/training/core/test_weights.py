"""Weights as half floats and as int8: smaller, nearly the same answers, and a training can begin from them."""

from __future__ import annotations

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from vivavoce.training.core.onnx_export import streaming_export
from vivavoce.training.core.weights import read_weights


class Stream(nn.Module):
    outputs = ("made",)

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.widen, self.narrow = nn.Linear(40, 128), nn.Linear(128, 20)

    def initial_states(self) -> list[Tensor]:
        return []

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        return (self.narrow(torch.tanh(self.widen(frames))),)


def run(model: bytes, frames: np.ndarray) -> np.ndarray:
    return onnxruntime.InferenceSession(model).run(None, {"frames": frames})[0]


def test_int8_says_nearly_the_same() -> None:
    network, frames = Stream(), np.random.default_rng(1).normal(size=(1, 7, 40)).astype(np.float32)
    half, small = (
        streaming_export(network, {"frames": torch.zeros(1, 3, 40)}, "encoder", int8=int8).to_onnx()
        for int8 in (False, True)
    )
    assert len(small) < 0.75 * len(half)
    expected = run(half, frames)
    assert np.sqrt(np.mean((run(small, frames) - expected) ** 2)) < 0.01 * expected.std()
    kept = {array.shape for array in read_weights(small).values()}
    assert {(40, 128), (128, 20)} <= kept

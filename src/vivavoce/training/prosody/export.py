"""The prosody networks as ONNX, with the names and shapes that `vivavoce.prosody` feeds."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from vivavoce.features import BANDS
from vivavoce.prosody.recording import REFERENCE_FEATURES
from vivavoce.text.embed import DIMENSION
from vivavoce.training.alignment import FrameClassifier
from vivavoce.training.export import export_network
from vivavoce.training.networks.camp import CampNetwork
from vivavoce.training.networks.copycat import CONTOUR, CopyCatNetwork
from vivavoce.training.networks.kathaka import KathakaNetwork
from vivavoce.training.networks.reference import SentenceReference, WordReference

_NUMBER = torch.int64
_SOME = 7
"""Tokens, words or nodes of the example that is traced."""


class CopyNetwork(nn.Module):
    """-> log f0 and energy of each frame about the target's means, and the latent that they came through."""

    def __init__(self, network: CopyCatNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, contour: Tensor, symbols: Tensor, position: Tensor, speaker: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        mean, _ = self.network.reference(contour, symbols, position, mask)
        spread = self.network.spread(mean, mask.shape[1])
        made = self.network.decoder(spread, symbols, position, speaker, mask)
        return made[..., 0], made[..., 1], spread


def export_kathaka(network: KathakaNetwork, path: Path) -> None:
    inputs = {
        "sentence": torch.zeros(1, DIMENSION),
        "labels": torch.zeros(1, _SOME, dtype=_NUMBER),
        "edges": torch.ones(1, _SOME, _SOME, dtype=_NUMBER),
        "speaker": torch.zeros(1, dtype=_NUMBER),
        "mask": torch.ones(1, _SOME),
    }
    axes = {"labels": {1: "nodes"}, "edges": {1: "nodes", 2: "nodes"}, "mask": {1: "nodes"}}
    _write(network, inputs, ("mean", "log_variance"), axes, path)


def export_camp(network: CampNetwork, path: Path) -> None:
    inputs = {
        "words": torch.zeros(1, _SOME, DIMENSION),
        "features": torch.zeros(1, _SOME, 6, dtype=_NUMBER),
        "speaker": torch.zeros(1, dtype=_NUMBER),
        "mask": torch.ones(1, _SOME),
    }
    axes = {"words": {1: "words"}, "features": {1: "words"}, "mask": {1: "words"}, "prosody": {2: "words"}}
    _write(network, inputs, ("prosody",), axes, path)


def export_sentence_reference(network: SentenceReference, path: Path) -> None:
    inputs = _reference_inputs()
    axes = {name: {1: "tokens"} for name in inputs}
    _write(network, inputs, ("mean", "log_variance"), axes, path)


def export_word_reference(network: WordReference, path: Path) -> None:
    inputs = {**_reference_inputs(), "shares": torch.ones(1, 3, _SOME) / _SOME}
    axes = {name: {1: "tokens"} for name in _reference_inputs()}
    axes |= {"shares": {1: "words", 2: "tokens"}, "prosody": {1: "words"}}
    _write(network, inputs, ("prosody",), axes, path)


def export_copycat(network: CopyCatNetwork, path: Path) -> None:
    frames = 3 * network.reference.stride + 1
    inputs = {
        "contour": torch.zeros(1, frames, CONTOUR),
        "symbols": torch.zeros(1, frames, dtype=_NUMBER),
        "position": torch.zeros(1, frames, 2),
        "speaker": torch.zeros(1, dtype=_NUMBER),
        "mask": torch.ones(1, frames),
    }
    outputs = ("log_f0", "energy", "latent")
    axes = {name: {1: "steps"} for name in (*inputs, *outputs) if name != "speaker"}
    _write(CopyNetwork(network), inputs, outputs, axes, path)


def export_aligner(network: FrameClassifier, path: Path) -> None:
    axes = {"mel": {1: "steps"}, "scores": {1: "steps"}}
    _write(network, {"mel": torch.zeros(1, 50, BANDS)}, ("scores",), axes, path)


def _reference_inputs() -> dict[str, Tensor]:
    return {
        "symbols": torch.zeros(1, _SOME, dtype=_NUMBER),
        "stress": torch.zeros(1, _SOME, dtype=_NUMBER),
        "reference": torch.zeros(1, _SOME, REFERENCE_FEATURES),
        "mask": torch.ones(1, _SOME),
    }


def _write(
    network: nn.Module, inputs: dict[str, Tensor], outputs: tuple[str, ...], axes: dict[str, dict[int, str]], path: Path
) -> None:
    export_network(network.eval(), tuple(inputs.values()), tuple(inputs), outputs, axes, path)

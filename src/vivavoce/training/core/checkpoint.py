"""Checkpoints: one file with the recipe, how far the run is, and the state of all its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vivavoce.errors import InputError
from vivavoce.files import whole_file
from vivavoce.training.core.recipe import Values

CHECKPOINT = "checkpoint.pt"
EMA = "ema"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run as it was saved."""

    recipe: Values
    """The whole recipe, changes by `--set` included."""
    step: int
    seconds: float
    """Trained so far."""
    metrics: dict[str, float]
    """Of the last validation."""
    states: dict[str, Any]
    """`state_dict` by part: `network`, `ema`, `optimizer` and, in adversarial training, those of the discriminators."""

    def save(self, folder: Path) -> None:
        """Write `checkpoint.pt`, whole or not at all."""
        with whole_file(folder / CHECKPOINT) as temporary:
            torch.save({name: getattr(self, name) for name in self.__slots__}, temporary)


def load_checkpoint(folder: Path) -> Checkpoint:
    """The checkpoint of a run. Raises `InputError` where there is none."""
    path = folder / CHECKPOINT
    if not path.exists():
        raise InputError(f"{path}: no checkpoint, train the recipe {folder.name} first")
    return Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))


def load_weights(network: nn.Module, source: Path) -> None:
    """Put weights into a network of the same shape: the averaged ones of a run's folder or `checkpoint.pt`, or those of
    a file with one `state_dict`, such as a snapshot `ema-STEP.pt` or weights converted from ONNX.

    Raises `InputError` where the names or shapes differ.
    """
    path = source / CHECKPOINT if source.is_dir() else source
    if not path.exists():
        raise InputError(f"{path}: no such file")
    stored = torch.load(path, map_location="cpu", weights_only=True)
    weights: Mapping[str, Tensor] = stored["states"][EMA] if "states" in stored else stored
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: the weights do not fit the network: {reason[:300]}") from error

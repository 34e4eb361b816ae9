"""Train the listener: first to say what mixtures of defects hold, then to tell single defects apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.inspection.defects.audio_artifacts.detect import CLASSES
from vivavoce.inspection.defects.audio_artifacts.features import SHAPES
from vivavoce.training.fitting import Losses, fit
from vivavoce.training.networks.audio_artifacts import ArtifactNetwork
from vivavoce.training.shards import read_shards

DEFECTS = len(CLASSES) - 1
MAX_GAIN = 0.1
"""Log10 power by which views are made louder or softer, each by itself."""
MAX_MASKED_BANDS, MAX_MASKED_FRAMES = 8, 16


class Seconds:
    """Examples in memory, and batches of them."""

    def __init__(self, folder: Path, batch: int) -> None:
        self.arrays = read_shards(folder)
        self.batch_size = batch
        self.single = np.flatnonzero(self.arrays["label"] >= 0)

    def batch(self, random: np.random.Generator, mixed: bool) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        """Views, classes (batch,) (-1: several) and mixtures (batch, 8); only single defects unless `mixed`."""
        pool = np.arange(len(self.arrays["label"])) if mixed else self.single
        chosen = pool[random.integers(len(pool), size=self.batch_size)]
        views = {name: view.numpy() for name, view in self.views(chosen).items()}
        for view in views.values():
            view += random.uniform(-MAX_GAIN, MAX_GAIN, (len(chosen), *[1] * (view.ndim - 1))).astype(np.float32)
        _mask(views["mel"], random)
        return {name: torch.from_numpy(view) for name, view in views.items()}, *self.truth(chosen)

    def views(self, chosen: np.ndarray) -> dict[str, Tensor]:
        return {name: torch.from_numpy(self.arrays[name][chosen].astype(np.float32)) for name in SHAPES}

    def truth(self, chosen: np.ndarray) -> tuple[Tensor, Tensor]:
        labels = torch.from_numpy(self.arrays["label"][chosen].astype(np.int64))
        return labels, torch.from_numpy(self.arrays["mixture"][chosen])


def _mask(mel: np.ndarray, random: np.random.Generator) -> None:
    """Blank some bands and some frames of half of the spectrograms, in place."""
    for spectrogram in mel[: len(mel) // 2]:
        band, frame = random.integers(mel.shape[1]), random.integers(mel.shape[2])
        middle = spectrogram.mean()
        spectrogram[band : band + random.integers(MAX_MASKED_BANDS)] = middle
        spectrogram[:, frame : frame + random.integers(MAX_MASKED_FRAMES)] = middle


def mixture_loss(guess: Tensor, mixture: Tensor) -> Tensor:
    """Presence of each defect, and the strength of those that are there."""
    present, strength = mixture[:, :DEFECTS], mixture[:, DEFECTS:]
    presence = functional.binary_cross_entropy_with_logits(guess[:, :DEFECTS], present)
    error = (torch.sigmoid(guess[:, DEFECTS:]) - strength).square() * present
    return presence + 4.0 * error.sum() / present.sum().clamp_min(1.0)


def class_scores(network: nn.Module, seconds: Seconds, chosen: np.ndarray) -> Tensor:
    """(examples, 5) of the chosen examples, a batch at a time."""
    with torch.no_grad():
        parts = np.array_split(chosen, max(1, len(chosen) // 128))
        return torch.cat([network(**seconds.views(part))[0].float() for part in parts])


def balanced_accuracy(guess: np.ndarray, truth: np.ndarray) -> float:
    """Mean over classes of the share that was told rightly."""
    return float(np.mean([(guess[truth == label] == label).mean() for label in np.unique(truth)]))


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there; examples lie in `runs/inspection`."""
    del root, cache, device
    examples = folder.parent / "inspection" / "audio_artifacts"
    seconds = Seconds(examples / "train", config["data"]["batch"])
    held_out = Seconds(examples / "dev", config["data"]["batch"])
    truth = held_out.arrays["label"][held_out.single].astype(np.int64)
    network = ArtifactNetwork(**config["network"])
    network(**seconds.views(np.arange(2)))  # gives the lazy layers their sizes
    first = config["optimiser"]["pretraining"]

    def losses(network: nn.Module, random: np.random.Generator, progress: float) -> Losses:
        views, labels, mixtures = seconds.batch(random, mixed=progress < first)
        classes, mixture = network(**views)
        held = mixture_loss(mixture.float(), mixtures)
        if progress < first:
            return {"loss": held, "mixture": held}
        kinds = functional.cross_entropy(classes.float(), labels, label_smoothing=config["optimiser"]["smoothing"])
        return {"loss": kinds + 0.2 * held, "classes": kinds}

    def judge(network: nn.Module) -> dict[str, float]:
        guess = class_scores(network, held_out, held_out.single).argmax(dim=1).numpy()
        return {"dev": balanced_accuracy(guess, truth)}

    fit(network, folder, minutes, config["optimiser"], losses, judge)

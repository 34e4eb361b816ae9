"""The listener: first it learns to say what mixtures of defects hold, then to tell single defects apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.defects.audio_artifacts.detect import CLASSES
from vivavoce.inspection.defects.audio_artifacts.features import SHAPES, sound_views
from vivavoce.inspection.labels import Label
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.core.recipe import Recipe
from vivavoce.training.inspection.audio_artifacts.data import DEFECTS, ArtifactMaker, long_enough, with_sound
from vivavoce.training.inspection.audio_artifacts.network import ArtifactClassifier, ArtifactNetwork
from vivavoce.training.inspection.examples import Example, Maker
from vivavoce.training.inspection.labeled_frames import EARLY_S
from vivavoce.training.inspection.metrics import balanced_accuracy
from vivavoce.training.inspection.product import ATTRIBUTION, DATA, MUSIC, DetectorProduct, batch_of
from vivavoce.training.inspection.sources import Sources

MAX_GAIN = 0.1
"""Log10 power by which views are made louder or softer, each by itself."""
MAX_MASKED_BANDS, MAX_MASKED_FRAMES = 8, 16
THRESHOLDS = {"hum": 0.4, "hiss": 0.45, "distortion": 0.4, "clicks": 0.5}
"""Of events. Where they find most in speech and leave few alarms in music, both for development, with the evidence that
the detector asks for."""
LABELED_STRENGTH = 0.5


@dataclass(frozen=True)
class NetworkSettings:
    """See `ArtifactNetwork`."""

    width: int
    dropout: float


@dataclass(frozen=True)
class DataSettings:
    """What a batch holds."""

    batch: int
    pretraining: float
    """This share of the steps goes to telling what mixtures hold."""
    smoothing: float
    """Of the labels."""


@dataclass(frozen=True, kw_only=True)
class ArtifactRecipe(Recipe):
    """The tables of `recipes/audio_artifacts`."""

    network: NetworkSettings
    data: DataSettings


class AudioArtifactsProduct(DetectorProduct[ArtifactRecipe]):
    """Convolutions over three spectra and the levels of a second."""

    recipe_class = ArtifactRecipe
    name = "audio_artifacts"
    label_kind = "sound"

    def maker(self, chosen: Sources) -> Maker:
        return ArtifactMaker(chosen.speech, with_sound(chosen.videos), long_enough(chosen.music))

    def labeled_examples(self, label: Label) -> Iterator[Example]:
        with open_media(Path(label.file)) as media:
            for part in media.parts():
                # the second of sound that holds the label's time; the last of a file may be shorter
                if isinstance(part, AudioBlock) and part.stream == 0 and part.start_s + 1.0 > label.start_s + EARLY_S:
                    if part.samples.shape[1] == SAMPLE_RATE_HZ:
                        views = {n: view[0].astype(np.float16) for n, view in sound_views(part.mono[None]).items()}
                        index = np.int8(CLASSES.index(label.answer))
                        yield {**views, "label": index, "mixture": _mixture(label.answer)}
                    return

    def build_network(self) -> nn.Module:
        network = ArtifactNetwork(self.recipe.network.width, dropout=self.recipe.network.dropout)
        network(**{name: torch.zeros(2, *shape) for name, shape in SHAPES.items()})  # gives lazy layers their sizes
        return network

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[dict[str, Tensor]]:
        """Views, `label` (batch,) (-1: several) and `mixture` (batch, 8); after pretraining only single defects."""
        arrays = self.training_arrays
        everything, single = np.arange(len(arrays["label"])), np.flatnonzero(arrays["label"] >= 0)
        while True:
            chosen = batch_of(random, everything if self._pretrains(progress) else single, self.recipe.data.batch)
            views = {name: arrays[name][chosen].astype(np.float32) for name in SHAPES}
            for view in views.values():
                gains = random.uniform(-MAX_GAIN, MAX_GAIN, (len(chosen), *[1] * (view.ndim - 1)))
                view += gains.astype(np.float32)
            _mask(views["mel"], random)
            truth = {"label": arrays["label"][chosen].astype(np.int64), "mixture": arrays["mixture"][chosen]}
            yield {name: torch.from_numpy(array) for name, array in (views | truth).items()}

    def losses(self, network: nn.Module, batch: dict[str, Tensor], progress: Progress) -> Losses:
        scores, guess = network(**{name: batch[name] for name in SHAPES})
        mixture = mixture_loss(guess.float(), batch["mixture"])
        if self._pretrains(progress):
            return Losses({"mixture": mixture})
        smoothing = self.recipe.data.smoothing
        classes = functional.cross_entropy(scores.float(), batch["label"], label_smoothing=smoothing)
        return Losses({"classes": classes, "mixture": 0.2 * mixture})

    def validate(self, network: nn.Module) -> Metrics:
        scores, truth = self._development_scores(network)
        return {"balanced_accuracy": balanced_accuracy(scores.argmax(dim=1).numpy(), truth)}

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, ArtifactNetwork)
        scores, truth = self._development_scores(network)
        likely = torch.softmax(scores, dim=1).numpy()
        details = {f"{name}_threshold": threshold for name, threshold in THRESHOLDS.items()}
        guess = likely.argmax(axis=1)
        recalls = {
            f"dev_recall_{name}": float((guess[truth == i] == i).mean())
            for i, name in enumerate(CLASSES)
            if (truth == i).any()
        }
        views = {name: torch.zeros(1, *shape) for name, shape in SHAPES.items()}
        exported = NetworkExport(
            network=ArtifactClassifier(network), inputs=views, outputs=ArtifactClassifier.outputs,
            axes={name: {0: "seconds"} for name in (*views, "probabilities")},
        )  # fmt: skip
        return self.spec(
            "Hum, hiss, distortion or clicks in one second of sound", {"artifacts": exported}, details,
            {"dev_balanced_accuracy": balanced_accuracy(guess, truth), "dev_seconds": len(truth), **recalls},
            "Convolutions over three spectra and the levels of a second. First trained to say which defects a mixture "
            "holds and how strong each is, then to tell single defects apart; all through AAC, Opus or MP3, in speech, "
            "in music of games and in the sound of clips, among them loud, dense and narrow clean sounds, and defects "
            "that fill part of a second.",
            f"{ATTRIBUTION}; music of games in Debian's packages, named in `training/inspection/clips.toml` (free "
            "licences, each its own), none of which is shipped",
            data=DATA + MUSIC,
        )  # fmt: skip

    def _pretrains(self, progress: Progress) -> bool:
        return progress.fraction < self.recipe.data.pretraining

    def _development_scores(self, network: nn.Module) -> tuple[Tensor, np.ndarray]:
        """Class scores (examples, 5) of the single defects, and their classes."""
        arrays = self.development_arrays
        single = np.flatnonzero(arrays["label"] >= 0)
        with torch.no_grad():
            parts = [
                network(**{name: torch.from_numpy(arrays[name][part].astype(np.float32)) for name in SHAPES})[0]
                for part in np.array_split(single, max(1, len(single) // 128))
            ]
        return torch.cat(parts).float(), arrays["label"][single].astype(np.int64)


def _mask(mel: np.ndarray, random: np.random.Generator) -> None:
    """Blank some bands and some frames of half of the spectrograms (batch, bands, frames), in place."""
    for spectrogram in mel[: len(mel) // 2]:
        band, frame = random.integers(mel.shape[1]), random.integers(mel.shape[2])
        middle = spectrogram.mean()
        spectrogram[band : band + random.integers(MAX_MASKED_BANDS)] = middle
        spectrogram[:, frame : frame + random.integers(MAX_MASKED_FRAMES)] = middle


def _mixture(answer: str) -> np.ndarray:
    """The defect alone, at a strength in the middle."""
    mixture = np.zeros(2 * len(DEFECTS), np.float32)
    if answer in DEFECTS:
        place = DEFECTS.index(answer)
        mixture[place], mixture[place + len(DEFECTS)] = 1.0, LABELED_STRENGTH
    return mixture


def mixture_loss(guess: Tensor, mixture: Tensor) -> Tensor:
    """Loss of the presence (batch, defects) of each defect, and of the strength of those that are there."""
    count = len(DEFECTS)
    present, strength = mixture[:, :count], mixture[:, count:]
    presence = functional.binary_cross_entropy_with_logits(guess[:, :count], present)
    error = (torch.sigmoid(guess[:, count:]) - strength).square() * present
    return presence + 4.0 * error.sum() / present.sum().clamp_min(1.0)

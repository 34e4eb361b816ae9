"""The listener: first it learns to say what mixtures of defects hold, then to tell single defects apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.defects.audio_artifacts.detect import CLASSES, AudioArtifacts, Track
from vivavoce.inspection.defects.audio_artifacts.features import SHAPES, sound_views
from vivavoce.inspection.labels import Label
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, MediaInfo
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.core.recipe import Recipe
from vivavoce.training.inspection.audio_artifacts.data import DEFECTS, ArtifactMaker, with_sound
from vivavoce.training.inspection.audio_artifacts.network import ArtifactClassifier, ArtifactNetwork
from vivavoce.training.inspection.calibration import FalsePositives
from vivavoce.training.inspection.examples import Example, Maker
from vivavoce.training.inspection.labeled_frames import EARLY_S
from vivavoce.training.inspection.metrics import balanced_accuracy, threshold_over
from vivavoce.training.inspection.product import DetectorProduct, batch_of
from vivavoce.training.inspection.sources import Sources

MAX_GAIN = 0.1
"""Log10 power by which views are made louder or softer, each by itself."""
MAX_MASKED_BANDS, MAX_MASKED_FRAMES = 8, 16
ONE_SECOND = 0.9
"""The least threshold of clicks, for which one second is enough."""
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


@dataclass(frozen=True)
class ArtifactCalibration:
    """A threshold for each class of sound."""

    floors: Mapping[str, float] = field(default_factory=lambda: {"hiss_threshold": 0.6})
    """Event F1 on development cases is the same from 0.35 up to here."""
    hears_speech: bool = True

    def false_positives(self, path: Path) -> dict[str, FalsePositives]:
        detector = AudioArtifacts(MediaInfo(str(path)))
        seconds = []
        with open_media(path) as media:
            for part in media.parts():
                if isinstance(part, AudioBlock) and part.stream == 0:
                    heard = detector.classify(part)
                    if heard is not None:
                        seconds.append((part.start_s, part.end_s, heard))

        def count(name: str, threshold: float) -> int:
            track = Track(0, {name: threshold})
            return len(list(chain(chain.from_iterable(track.add(*second) for second in seconds), track.finish())))

        return {f"{name}_threshold": partial(count, name) for name in AudioArtifacts.names}


class AudioArtifactsProduct(DetectorProduct[ArtifactRecipe]):
    """Convolutions over three spectra and the levels of a second."""

    recipe_class = ArtifactRecipe
    name = "audio_artifacts"
    label_kind = "sound"
    calibration: ClassVar = ArtifactCalibration()

    def maker(self, chosen: Sources) -> Maker:
        return ArtifactMaker(chosen.speech, with_sound(chosen.videos))

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
        details = {
            f"{name}_threshold": threshold_over(likely[truth == 0][:, index])
            for index, name in enumerate(CLASSES)
            if index
        }
        details["clicks_threshold"] = max(details["clicks_threshold"], ONE_SECOND)
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
            "holds and how strong each is, then to tell single defects apart; all through AAC, Opus or MP3, among them "
            "loud, dense and narrow clean sounds, and defects that fill part of a second.",
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

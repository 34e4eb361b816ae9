"""The aligner: a frame classifier, taught the durations that its predecessor found, under worse conditions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.blocks.model_card import CardText
from vivavoce.features import BANDS, RATE_HZ, mel_edges_hz
from vivavoce.prosody.alignment import SILENCE
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.corpora.descriptions import ATTRIBUTION
from vivavoce.training.corpora.split import Split
from vivavoce.training.prosody.networks.aligner import CLASSES, FrameClassifier
from vivavoce.training.prosody.product import AlignedData, AlignedProduct, AlignedRecipe
from vivavoce.training.prosody.sentence import SpokenSentence

_IGNORED = -100
_QUIETEST = math.log(1e-5)
VALIDATED = 64
"""Development recordings that are looked at."""


@dataclass(frozen=True)
class NetworkSettings:
    """See `FrameClassifier`."""

    width: int


@dataclass(frozen=True)
class DataSettings(AlignedData):
    """What a batch holds, and how much worse than the recordings."""

    tilt: float
    """Nepers at either end of the bands."""
    tract: float
    """Nepers by which the vocal tract is longer or shorter, at most."""
    rate: float
    """Nepers by which speech is faster or slower, at most."""
    noise: float
    """Nepers above the floor, at most."""
    balance: float
    """Power of a sound's frequency that its weight is divided by."""


@dataclass(frozen=True, kw_only=True)
class AlignerRecipe(AlignedRecipe):
    """The tables of `recipes/aligner`."""

    network: NetworkSettings
    data: DataSettings


Stretch = tuple[np.ndarray, np.ndarray]
"""mel (frames, 80) and classes (frames,)."""


class Aligner(AlignedProduct[AlignerRecipe]):
    """Which sound each frame is, in any voice, through noise."""

    recipe_class = AlignerRecipe

    def build_network(self) -> nn.Module:
        return FrameClassifier(self.recipe.network.width)

    @cached_property
    def class_weights(self) -> Tensor:
        """The weights of the classes in the training recordings, (classes,)."""
        return class_weights([labels for _, labels in self._recordings("train")], self.recipe.data.balance)

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[tuple[Tensor, Tensor]]:
        """mel (batch, frames, 80) as others would say it, and classes (batch, frames), -100 where padded."""
        known, data = self._recordings("train"), self.recipe.data
        while True:
            chosen = random.integers(len(known), size=data.batch)
            picked = [self._augment(_cut(known[number], data.frames, random), random) for number in chosen]
            mel = nn.utils.rnn.pad_sequence([torch.from_numpy(mel).float() for mel, _ in picked], True)
            labels = nn.utils.rnn.pad_sequence([torch.from_numpy(x) for _, x in picked], True, _IGNORED)
            yield augment_channel(mel, data.tilt, data.noise), labels

    def losses(self, network: nn.Module, batch: tuple[Tensor, Tensor], progress: Progress) -> Losses:
        mel, labels = batch
        scores = network(mel)
        nats = functional.nll_loss(scores.flatten(0, 1), labels.flatten(), self.class_weights, ignore_index=_IGNORED)
        right = (scores.argmax(-1) == labels)[labels != _IGNORED].float().mean()
        return Losses({"nats": nats}, {"accuracy": right})

    def validate(self, network: nn.Module) -> Metrics:
        """The share of frames of unspoiled development recordings that are classified as they were aligned."""
        right = [
            (network(torch.from_numpy(mel[None]).float())[0].argmax(-1).numpy() == labels).mean()
            for mel, labels in self._recordings("development")[:VALIDATED]
        ]
        return {"accuracy": float(np.mean(right))} if right else {}

    def export(self, network: nn.Module) -> AddonSpec:
        exported = NetworkExport(
            network=network, inputs={"mel": torch.zeros(1, 50, BANDS)}, outputs=("scores",),
            axes={"mel": {1: "steps"}, "scores": {1: "steps"}}, role="classifier",
        )  # fmt: skip
        return AddonSpec(
            name="aligner", kind="aligner", summary="Which sound each frame of a recording is: US and British English",
            attribution=ATTRIBUTION, data=self.recipe.data.corpora, networks={"classifier": exported},
            stack=[{"type": "SequenceNetwork", "network": "classifier"}], metrics=self.validate(network),
            card=CardText(limits=("Taught by seven voices: it may be a frame or two off with others, more in noise.",)),
        )  # fmt: skip

    def _recordings(self, split: Split) -> list[Stretch]:
        found = []
        for sentence in self.sentences:
            if sentence.split == split:
                with np.load(sentence.features) as stored:
                    found.append((stored["mel"], _labels(sentence)))
        return found

    def _augment(self, stretch: Stretch, random: np.random.Generator) -> Stretch:
        """The stretch by another speaker: another rate, another length of the vocal tract."""
        data = self.recipe.data
        mel, labels = speed_up(*stretch, math.exp(random.uniform(-data.rate, data.rate)))
        return warp_vocal_tract(mel, math.exp(random.uniform(-data.tract, data.tract))), labels


def class_weights(labels: list[np.ndarray], power: float) -> Tensor:
    """What a frame of each class weighs, (classes,), so that a path does not pass short rare sounds over."""
    counts = np.bincount(np.concatenate(labels), minlength=CLASSES) + 1.0
    return torch.from_numpy((counts / counts.sum()) ** -power).float()


def augment_channel(mel: Tensor, tilt: float, noise: float) -> Tensor:
    """mel (batch, frames, 80) at another level, with another slope, under noise, and for some without its treble."""
    batch = len(mel)
    slope = torch.linspace(-1.0, 1.0, BANDS, device=mel.device) * tilt * torch.randn(batch, 1, 1, device=mel.device)
    level = torch.randn(batch, 1, 1, device=mel.device)
    floor = torch.rand(batch, 1, 1, device=mel.device) * noise + _QUIETEST
    heard = torch.logaddexp(mel + slope + level, floor + 0.3 * torch.randn_like(mel))
    kept = torch.randint(BANDS // 2, 2 * BANDS, (batch, 1, 1), device=mel.device)
    return torch.where(torch.arange(BANDS, device=mel.device) < kept, heard, _QUIETEST)


def speed_up(mel: np.ndarray, labels: np.ndarray, rate: float) -> Stretch:
    """mel (frames, 80) and labels (frames,) as if spoken `rate` times as fast."""
    places = np.arange(0.0, len(mel) - 1, rate)
    low = places.astype(np.int64)
    part = (places - low).astype(np.float32)[:, None]
    return mel[low] * (1 - part) + mel[low + 1] * part, labels[np.rint(places).astype(np.int64)]


def warp_vocal_tract(mel: np.ndarray, factor: float) -> np.ndarray:
    """mel (frames, 80) as from a vocal tract `factor` times as long, and a voice as much lower (VTLP)."""
    hz = mel_edges_hz()[1:-1]
    spacing = math.log1p(RATE_HZ / 2 / 700.0) / (BANDS + 1)
    places = np.clip(np.log1p(hz * factor / 700.0) / spacing - 1.0, 0.0, BANDS - 1.001)
    low = places.astype(np.int64)
    part = (places - low).astype(np.float32)
    return mel[:, low] * (1 - part) + mel[:, low + 1] * part


def _labels(sentence: SpokenSentence) -> np.ndarray:
    classes = np.where(sentence.tokens.gaps, SILENCE, sentence.tokens.symbols)
    return np.repeat(classes, sentence.prosody.durations)


def _cut(recording: Stretch, frames: int, random: np.random.Generator) -> Stretch:
    mel, labels = recording
    start = int(random.integers(max(1, len(mel) - frames)))
    return mel[start : start + frames], labels[start : start + frames]

"""What the products of learned detectors share: examples that are simulated, labels of people, an export with a
threshold."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.blocks.model_card import CardText
from vivavoce.inspection.labels import Label
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Metrics, Product
from vivavoce.training.core.recipe import Recipe
from vivavoce.training.corpora.split import Split
from vivavoce.training.inspection.calibration import Calibration, find_thresholds
from vivavoce.training.inspection.examples import Example, Maker, add_labels, make_shards, read_shards
from vivavoce.training.inspection.sources import Sources, sources

SPLITS: tuple[Split, ...] = ("development", "train")
DEVELOPMENT_MINUTES_SHARE = 0.15
DATA = (
    "defects simulated in clips of `video/` and recordings of `speech/`, without those that "
    "`training/inspection/clips.toml` keeps for development and for measuring",
)
FOOTAGE = (
    "and in clips of public repositories in `footage/` (`bench/inspection/fresh_video_clips.tsv` names them), those of "
    "one source in six for development",
)
MUSIC = ("and in music of games in packages that `training/inspection/clips.toml` names",)
FOOTAGE_ATTRIBUTION = (
    "clips of public repositories, each under its own terms, named in `bench/inspection/fresh_video_clips.tsv`"
)
"""Of products that draw from it."""
ATTRIBUTION = (
    "Trained on defects simulated in clips of mixed rights, none of which is shipped: Big Buck Bunny, "
    "Elephants Dream and Sintel (CC BY, Blender Foundation), test clips of open-source projects; speech of "
    "dataset-voice-kathleen, -kerstin, -nathalie (CC0), speechocean762, asterisk-core-sounds-en (CC BY-SA 3.0)"
)


@dataclass(frozen=True)
class NetworkSettings:
    """See the network of each detector."""

    width: int
    dropout: float = 0.0


@dataclass(frozen=True)
class DataSettings:
    """What a batch holds."""

    batch: int


@dataclass(frozen=True, kw_only=True)
class DetectorRecipe(Recipe):
    """The tables of most detectors' recipes."""

    network: NetworkSettings
    data: DataSettings


DetectorRecipeT = TypeVar("DetectorRecipeT", bound=Recipe)


class DetectorProduct(Product[DetectorRecipeT]):
    """The network of a learned detector.

    `prepare` simulates examples under `runs/examples/NAME/{train,development}`; called again, it adds others.
    """

    recipe_class = DetectorRecipe
    name: ClassVar[str]
    """Of the defect and of the addon."""
    label_kind: ClassVar[str] = ""
    """The name under which people label it, if not its own."""
    calibration: ClassVar[Calibration | None] = None
    """How many events a threshold leaves in a clean file; None where there is nothing to calibrate."""

    @abstractmethod
    def maker(self, chosen: Sources) -> Maker:
        """Makes examples out of clips and recordings."""

    def labeled_examples(self, label: Label) -> Iterator[Example]:
        """What a person's label of a moment teaches."""
        return iter(())

    def folder(self, split: Split) -> Path:
        """Where the examples of a split lie."""
        return self.workspace.runs / "examples" / self.name / split

    @cached_property
    def training_arrays(self) -> dict[str, np.ndarray]:
        """The examples to train on, arrays (examples, …) by name."""
        return read_shards(self.folder("train"))

    @cached_property
    def development_arrays(self) -> dict[str, np.ndarray]:
        """The development examples, arrays (examples, …) by name."""
        return read_shards(self.folder("development"))

    def prepare(self, minutes: float) -> None:
        for split in SPLITS:
            share = DEVELOPMENT_MINUTES_SHARE if split == "development" else 1.0 - DEVELOPMENT_MINUTES_SHARE
            count = make_shards(self.maker(sources(self.workspace, split)), self.folder(split), minutes * share)
            print(f"{self.folder(split)}: {count} examples")

    def add_labels(self, labels: Path) -> int:
        """Put what people labelled beside the simulated examples, in place of earlier labels; returns their number."""
        return add_labels(labels, self.label_kind or self.name, self.labeled_examples, self.folder("train"))

    def calibrate(self) -> tuple[Metrics, Metrics]:
        if self.calibration is None:
            return super().calibrate()
        thresholds, files = find_thresholds(self.calibration, self.workspace)
        return thresholds, {"clean_files": float(files)}

    def spec(
        self,
        summary: str,
        networks: Mapping[str, NetworkExport],
        details: Mapping[str, Any],
        metrics: Metrics,
        notes: str,
        attribution: str = ATTRIBUTION,
        footage: bool = False,
        data: tuple[str, ...] = DATA,
    ) -> AddonSpec:
        """The addon of the detector; `footage`: it learned from clips of `footage/` too."""
        if footage:
            attribution, data = f"{attribution}; {FOOTAGE_ATTRIBUTION}", data + FOOTAGE
        limits = (f"See the docstring of the detector of {self.name}.",)
        return AddonSpec(
            name=self.name, kind="inspection", summary=summary, attribution=attribution, data=data, networks=networks,
            details={name: round(float(value), 5) for name, value in details.items()}, metrics=metrics,
            card=CardText(notes=notes, limits=limits),
        )  # fmt: skip


class Probabilities(nn.Module):
    """A network that answers scores as it is shipped: each becomes a probability."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        scores = self.network(*inputs)
        return tuple(torch.sigmoid(score) for score in (scores if isinstance(scores, tuple) else (scores,)))


@torch.no_grad()
def score_parts(network: nn.Module, values: np.ndarray, size: int = 64) -> list[np.ndarray]:
    """What a network answers to values (examples, …), about `size` at a time: its outputs, (examples, …) each."""
    parts = np.array_split(values, max(1, len(values) // size))
    answers = [network(torch.from_numpy(part.astype(np.float32))) for part in parts]
    return [torch.cat(column).float().numpy() for column in zip(*answers, strict=True)]


def batch_of(random: np.random.Generator, pool: np.ndarray, size: int) -> np.ndarray:
    """`size` indices drawn from a pool with replacement, (size,)."""
    return pool[random.integers(len(pool), size=size)]

"""What the products of learned detectors share: examples that are simulated, labels of people, an export with a
threshold."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from torch import nn

from vivavoce.inspection.labels import Label
from vivavoce.training.core.addon_export import AddonSpec
from vivavoce.training.core.model_cards import CardText
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Metrics, Product, RecipeT
from vivavoce.training.corpora.split import Split
from vivavoce.training.inspection.calibration import Calibration, find_thresholds
from vivavoce.training.inspection.examples import Example, Maker, add_labels, make_shards, read_shards
from vivavoce.training.inspection.sources import Sources, sources

SPLITS: tuple[Split, ...] = ("development", "train")
DEVELOPMENT_MINUTES_SHARE = 0.15
DATA = ("defects simulated in development clips",)
ATTRIBUTION = (
    "Trained on defects simulated in clips of mixed rights, none of which is shipped: Big Buck Bunny, "
    "Elephants Dream and Sintel (CC BY, Blender Foundation), test clips of open-source projects; speech of "
    "dataset-voice-kathleen, -kerstin, -nathalie (CC0), speechocean762, asterisk-core-sounds-en (CC BY-SA 3.0)"
)


class DetectorProduct(Product[RecipeT]):
    """The network of a learned detector.

    `prepare` simulates examples under `runs/examples/NAME/{train,development}`; called again, it adds others.
    """

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
    ) -> AddonSpec:
        """The addon of the detector."""
        limits = (f"See the docstring of `vivavoce.inspection.defects.{self.name}.detect`.",)
        return AddonSpec(
            name=self.name, kind="inspection", summary=summary, attribution=attribution, data=DATA, networks=networks,
            details={name: round(float(value), 5) for name, value in details.items()}, metrics=metrics,
            card=CardText(notes=notes, limits=limits),
        )  # fmt: skip


def batch_of(random: np.random.Generator, pool: np.ndarray, size: int) -> np.ndarray:
    """`size` indices drawn from a pool with replacement, (size,)."""
    return pool[random.integers(len(pool), size=size)]


def device_of(network: nn.Module) -> Any:
    """Where a network lies."""
    return next(network.parameters()).device

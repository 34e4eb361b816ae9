"""What is trained: the network, its data, its losses, and the addon that it becomes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from torch import Tensor, nn

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.errors import InputError
from vivavoce.training.core.recipe import Recipe

RecipeT = TypeVar("RecipeT", bound=Recipe)
Metrics = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where everything lies."""

    data: Path = Path("data")
    """Corpora, trees, clips: only read."""
    runs: Path = Path("runs")
    """Features, examples, checkpoints and curves: written here."""

    @property
    def speech(self) -> Path:
        """A folder for each corpus: `metadata.tsv` and `audio/`."""
        return self.data / "speech"

    @property
    def trees(self) -> Path:
        """Constituency trees, `train.tsv` and `dev.tsv`."""
        return self.data / "trees"

    @property
    def video(self) -> Path:
        """A folder of clips for each corpus of video."""
        return self.data / "video"

    @property
    def footage(self) -> Path:
        """A folder of clips for each source that published them."""
        return self.data / "footage"

    @property
    def music(self) -> Path:
        """A folder of sounds for each package of music."""
        return self.data / "music"

    @property
    def features(self) -> Path:
        """What `prepare` makes of the data."""
        return self.runs / "features"

    def run(self, recipe: str) -> Path:
        """The folder of a recipe's run, with its `checkpoint.pt`."""
        return self.runs / recipe


@dataclass(slots=True)
class Progress:
    """How far the run is; it moves on while the iterator of `Product.batches` is held."""

    step: int
    steps: int

    @property
    def fraction(self) -> float:
        """The share of the run that is done, 0 to 1."""
        return min(1.0, self.step / self.steps)

    def ramp(self, steps: int) -> float:
        """A weight that rises from 0 to 1 over the first `steps` steps."""
        return min(1.0, self.step / max(1, steps))


@dataclass(slots=True)
class Losses:
    """What one batch gives."""

    terms: dict[str, Tensor]
    """Scalars with gradients, unweighted; the trainer adds them up by the recipe's `loss_weights`."""
    metrics: dict[str, Tensor] = field(default_factory=dict)
    """Scalars that are only written to the curve."""
    real: Tensor | None = None
    """For a product with discriminators: what they are to take for real, for instance sound (batch, samples)."""
    generated: Tensor | None = None
    """Of the same shape, with gradients."""


class Product(ABC, Generic[RecipeT]):
    """One trained thing. Only `build_network`, `batches`, `losses` and `export` must be written.

    Data is to be read lazily (`functools.cached_property`), because `export` and tests build products without training
    them.
    """

    recipe_class: ClassVar[type[Recipe]]
    """The dataclass that the product's recipes are read into."""

    def __init__(self, recipe: RecipeT, workspace: Workspace) -> None:
        self.recipe, self.workspace = recipe, workspace

    @property
    def depends_on(self) -> tuple[str, ...]:
        """Recipes whose runs this one reads."""
        return ()

    def prepare(self, minutes: float) -> None:
        """Compute what training reads and is slow to make; `minutes` bounds what could be made without end."""

    def add_labels(self, labels: Path) -> int:
        """Put what people labelled beside the prepared examples; returns how many. Raises `InputError` without use."""
        raise InputError(f"{type(self).__name__} learns from no labels")

    def calibrate(self) -> tuple[Metrics, Metrics]:
        """New numbers for the `details` of the exported addon, and for the figures of its provenance.

        Raises `InputError` where there is nothing to calibrate.
        """
        raise InputError(f"{type(self).__name__} has nothing to calibrate")

    @abstractmethod
    def build_network(self) -> nn.Module:
        """The network with fresh weights, all lazy layers sized."""

    def initialize(self, network: nn.Module) -> None:
        """Set what comes from data, such as normalisation, or load converted weights, before step 0 of a new run."""

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Groups as torch optimisers take them, each with `params`, and if wanted `learning_rate_scale` (a multiple of
        the recipe's learning rate) and `weight_decay`. Parameters in no group are not trained."""
        return [{"params": list(network.parameters())}]

    def discriminators(self) -> nn.Module | None:
        """For adversarial training: a module that maps `Losses.real` or `.generated` to (scores, features), a list of
        tensors and a list of lists, one for each discriminator. None, or no table `[adversarial]`: ordinary training.
        """
        return None

    @abstractmethod
    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[Any]:
        """Endless training batches. `progress` may change what is drawn as the run goes on."""

    @abstractmethod
    def losses(self, network: nn.Module, batch: Any, progress: Progress) -> Losses:
        """The losses of one batch. Called under autocast, so use `.float()` where bfloat16 is too coarse."""

    def validate(self, network: nn.Module) -> Metrics:
        """Figures of the averaged network, in evaluation mode and without gradients, on development data."""
        return {}

    @abstractmethod
    def export(self, network: nn.Module) -> AddonSpec:
        """The addon that the averaged network, in evaluation mode, becomes; measures it on held-out data."""

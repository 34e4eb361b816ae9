"""What the products of transfer share: they learn from recordings whose tokens were aligned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from vivavoce.training.core.product import Product
from vivavoce.training.core.recipe import Recipe
from vivavoce.training.prosody.alignment import align_corpora
from vivavoce.training.prosody.dataset import measured_sentences
from vivavoce.training.prosody.sentence import SpokenSentence


@dataclass(frozen=True)
class AlignedData:
    """What a batch holds."""

    corpora: tuple[str, ...]
    frames: int
    """Of a stretch."""
    batch: int


@dataclass(frozen=True, kw_only=True)
class AlignedRecipe(Recipe):
    """A recipe whose corpora are aligned."""

    data: AlignedData


AlignedRecipeT = TypeVar("AlignedRecipeT", bound=AlignedRecipe)


class AlignedProduct(Product[AlignedRecipeT]):
    """A product that learns from the aligned recordings of its recipe's corpora."""

    def prepare(self, minutes: float) -> None:
        """Features and durations of the corpora."""
        align_corpora(self.workspace.speech, self.workspace.features, self.recipe.data.corpora)

    @cached_property
    def sentences(self) -> list[SpokenSentence]:
        """All recordings that are aligned."""
        return measured_sentences(self.workspace, self.recipe.data.corpora)

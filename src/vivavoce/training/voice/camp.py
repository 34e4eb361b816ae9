"""Stage II of CAMP: each word's prosody from the words around it and what they do in the sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.text.embed import DIMENSION
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.prosody.networks.camp import CampNetwork
from vivavoce.training.voice.reference import over_tokens
from vivavoce.training.voice.stage_two import LessonRecipe, TextProduct
from vivavoce.training.voice.system_addon import system_spec
from vivavoce.training.voice.utterances import SPEAKERS

_WORDS, _FEATURES = 7, 6


@dataclass(frozen=True, kw_only=True)
class CampSettings:
    """The predictor's sizes; `members` are trained side by side and their mean is spoken."""

    members: int = 3
    text: bool = True
    syntax: bool = True
    width: int = 96
    hidden: int = 64
    dropout: float = 0.15


@dataclass(frozen=True, kw_only=True)
class CampRecipe(LessonRecipe):
    """Recipe of the predictor."""

    network: CampSettings


class Camp(TextProduct[CampRecipe]):
    """The predictor of word embeddings."""

    recipe_class = CampRecipe

    def build_network(self) -> CampNetwork:
        return CampNetwork(len(SPEAKERS), **asdict(self.recipe.network))

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[dict[str, Tensor]]:
        return self.lesson_batches(random)

    def losses(self, network: nn.Module, batch: dict[str, Tensor], progress: Progress) -> Losses:
        made, mask = _answer(network, batch), batch["word_mask"]
        apart = (made - batch["word_targets"][:, None]).abs().mean(-1).mean(1)
        member = progress.step % made.shape[1]
        given = over_tokens(made[:, member], batch["owner"])
        return Losses({"distance": (apart * mask).sum() / mask.sum(), "heard": self.voice_loss(batch, None, given)})

    def validate(self, network: nn.Module) -> Metrics:
        """Losses of the voice told nothing, the prediction, and what stage I found."""
        rows = []
        for batch in self.held_batches():
            told = (None, _answer(network, batch).mean(1), batch["word_targets"])
            spread = [x if x is None else over_tokens(x, batch["owner"]) for x in told]
            rows.append([float(self.voice_loss(batch, None, x)) for x in spread])
        return dict(zip(("untold", "told", "oracle"), np.mean(rows, axis=0).tolist(), strict=True))

    def export(self, network: nn.Module) -> AddonSpec:
        inputs = {
            "words": torch.zeros(1, _WORDS, DIMENSION),
            "features": torch.zeros(1, _WORDS, _FEATURES, dtype=torch.int64),
            "speaker": torch.zeros(1, dtype=torch.int64), "mask": torch.ones(1, _WORDS),
        }  # fmt: skip
        axes = {"words": {1: "words"}, "features": {1: "words"}, "mask": {1: "words"}, "prosody": {2: "words"}}
        made = NetworkExport(network=network, inputs=inputs, outputs=("prosody",), axes=axes, role="predictor")
        summary = "CAMP: the prosody of each word from the words around it and what they do in the sentence"
        return system_spec("camp", summary, made, self.melody, self.validate(network))


def _answer(network: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    return network(batch["words"], batch["features"], batch["speaker"], batch["word_mask"]).float()

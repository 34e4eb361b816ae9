"""Stage II of Kathaka: a sentence's distribution of prosody from its words and its constituency tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.prosody.linguistics import NO_EDGE
from vivavoce.text.embed import DIMENSION
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.prosody.networks.kathaka import KathakaNetwork
from vivavoce.training.voice.stage_two import LessonRecipe, TextProduct
from vivavoce.training.voice.system_addon import system_spec
from vivavoce.training.voice.utterances import SPEAKERS

_NODES = 7


@dataclass(frozen=True, kw_only=True)
class KathakaSettings:
    """The sampler's sizes; `members` are trained side by side and their mean is spoken."""

    members: int = 3
    text: bool = True
    tree: bool = True
    width: int = 64
    layers: int = 3
    dropout: float = 0.2


@dataclass(frozen=True, kw_only=True)
class KathakaRecipe(LessonRecipe):
    """Recipe of the sampler."""

    network: KathakaSettings


class Kathaka(TextProduct[KathakaRecipe]):
    """The sampler of sentence embeddings."""

    recipe_class = KathakaRecipe

    def build_network(self) -> KathakaNetwork:
        return KathakaNetwork(len(SPEAKERS), **asdict(self.recipe.network))

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[dict[str, Tensor]]:
        return self.lesson_batches(random)

    def losses(self, network: nn.Module, batch: dict[str, Tensor], progress: Progress) -> Losses:
        means, log_variances = _answer(network, batch)
        nats = divergence(batch["mean"][:, None], batch["log_variance"][:, None], means, log_variances).mean()
        member = progress.step % means.shape[1]
        return Losses({"nats": nats, "heard": self.voice_loss(batch, means[:, member], None)})

    def validate(self, network: nn.Module) -> Metrics:
        """Losses of the voice told nothing, the prediction, and what stage I found, and the divergence."""
        rows = []
        for batch in self.held_batches():
            means, log_variances = _answer(network, batch)
            nats = divergence(batch["mean"][:, None], batch["log_variance"][:, None], means, log_variances).mean()
            told = (None, means.mean(1), batch["mean"])
            rows.append([float(nats), *(float(self.voice_loss(batch, x, None)) for x in told)])
        names = ("nats", "untold", "told", "oracle")
        return dict(zip(names, np.mean(rows, axis=0).tolist(), strict=True))

    def export(self, network: nn.Module) -> AddonSpec:
        inputs = {
            "sentence": torch.zeros(1, DIMENSION), "labels": torch.zeros(1, _NODES, dtype=torch.int64),
            "edges": torch.full((1, _NODES, _NODES), NO_EDGE + 1), "speaker": torch.zeros(1, dtype=torch.int64),
            "mask": torch.ones(1, _NODES),
        }  # fmt: skip
        axes = {"labels": {1: "nodes"}, "edges": {1: "nodes", 2: "nodes"}, "mask": {1: "nodes"}}
        made = NetworkExport(
            network=network, inputs=inputs, outputs=("mean", "log_variance"), axes=axes, role="sampler"
        )  # fmt: skip
        summary = "Kathaka: the prosody of a sentence from its words and its constituency tree"
        return system_spec("kathaka", summary, made, self.melody, self.validate(network))


def divergence(mean: Tensor, log_variance: Tensor, other_mean: Tensor, other_log_variance: Tensor) -> Tensor:
    """Kullback-Leibler divergence KL(first || other) of diagonal normal distributions, in nats: -> (batch, …)."""
    spread = (log_variance - other_log_variance).exp() + (mean - other_mean) ** 2 / other_log_variance.exp()
    return 0.5 * (spread - 1.0 + other_log_variance - log_variance).sum(-1)


def _answer(network: nn.Module, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    means, log_variances = network(
        batch["sentence"], batch["labels"], batch["edges"], batch["speaker"], batch["node_mask"]
    )
    return means.float(), log_variances.float()

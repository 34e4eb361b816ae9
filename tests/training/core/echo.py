"""A toy product: a gain that learns to double what it hears, for tests of everything around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.blocks.model_card import CardText
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Product, Progress
from vivavoce.training.core.recipe import Recipe


@dataclass(frozen=True)
class NetworkSettings:
    width: int
    bias: bool = True


@dataclass(frozen=True, kw_only=True)
class EchoRecipe(Recipe):
    network: NetworkSettings
    batch: int = 4


class EchoNetwork(nn.Module):
    def __init__(self, width: int, bias: bool) -> None:
        super().__init__()
        self.inside = nn.Linear(1, width, bias)
        self.outside = nn.Linear(width, 1, bias)

    def forward(self, samples: Tensor) -> Tensor:
        return self.outside(self.inside(samples[..., None]))[..., 0]


class Adversary(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(1, 4)
        self.score = nn.Linear(4, 1)

    def forward(self, samples: Tensor) -> tuple[list[Tensor], list[list[Tensor]]]:
        hidden = torch.relu(self.layer(samples[..., None]))
        return [self.score(hidden)], [[hidden]]


class Echo(Product[EchoRecipe]):
    recipe_class = EchoRecipe

    def build_network(self) -> nn.Module:
        return EchoNetwork(self.recipe.network.width, self.recipe.network.bias)

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        assert isinstance(network, EchoNetwork)
        inside, outside = list(network.inside.parameters()), list(network.outside.parameters())
        return [{"params": inside}, {"params": outside, "learning_rate_scale": 0.5, "weight_decay": 0.0}]

    def discriminators(self) -> nn.Module:
        return Adversary()

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[Tensor]:
        while True:
            yield torch.from_numpy(random.normal(size=(self.recipe.batch, 8)).astype(np.float32))

    def losses(self, network: nn.Module, batch: Tensor, progress: Progress) -> Losses:
        generated = network(batch).float()
        distance = (generated - 2.0 * batch).abs().mean()
        return Losses({"distance": distance}, {"ramp": torch.tensor(progress.ramp(10))}, 2.0 * batch, generated)

    def validate(self, network: nn.Module) -> Metrics:
        return {"at_one": float(network(torch.ones(1, 1)))}

    def export(self, network: nn.Module) -> AddonSpec:
        exported = NetworkExport(
            network=network,
            inputs={"samples": torch.zeros(1, 5)},
            outputs=("echo",),
            axes={"samples": {1: "samples"}, "echo": {1: "samples"}},
        )
        return AddonSpec(
            name="echo", kind="toy", summary="Says it twice as loud", attribution="made up", data=("noise",),
            networks={"echo": exported}, details={"threshold": 0.5}, metrics=self.validate(network),
            card=CardText(notes="A line.", limits=("It is a toy.",)),
        )  # fmt: skip

"""Normalisation that an exporter folded away."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from tests.training.core.echo import Echo, EchoRecipe, NetworkSettings
from vivavoce.training.core.folded_norms import fit_norms, folded_norms, make_identity
from vivavoce.training.core.product import Workspace
from vivavoce.training.core.recipe import TrainingSettings


class Normed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inside, self.norm = nn.Conv1d(1, 4, 3, padding=1, bias=False), nn.BatchNorm1d(4)
        self.outside = nn.Conv1d(4, 1, 1)

    def forward(self, samples: Tensor) -> Tensor:
        return self.outside(torch.relu(self.norm(3.0 + self.inside(samples[:, None]))))[:, 0]


@torch.no_grad()
def test_fitted_norms_answer_as_before_and_nearly_so_in_training() -> None:
    torch.manual_seed(1)
    network = Normed().eval()
    network.norm.bias.uniform_(0.1, 1.1)
    bias = network.norm.bias.clone()
    make_identity(network.norm)
    assert torch.equal(network.norm.bias, bias)
    samples = torch.from_numpy(np.random.default_rng(2).normal(size=(1000, 8)).astype(np.float32))
    before, untrained = network(samples), network.train()(samples)
    network.norm.reset_running_stats()
    recipe = EchoRecipe(
        product="echo", network=NetworkSettings(6), training=TrainingSettings(steps=2, learning_rate=1e-3), batch=32
    )
    product = Echo(recipe, Workspace())
    fit_norms(product, network, folded_norms(network, ()))
    torch.testing.assert_close(network.eval()(samples), before, atol=1e-3, rtol=1e-3)
    trained = network.train()(samples)
    assert (trained - before).abs().mean() < 0.1 * (untrained - before).abs().mean()


def test_norms_whose_means_were_found_are_left() -> None:
    assert list(folded_norms(Normed(), ())) == ["norm"]
    assert folded_norms(Normed(), {"norm.running_mean"}) == {}

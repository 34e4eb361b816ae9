"""Normalisation over batches that an exporter folded into the convolutions before it, unfolded again.

What is left of it in ONNX is a convolution with a bias. With mean 0, deviation 1 and gain 1, the normalisation is that
bias alone; then it is given the mean and deviation of examples, and a gain and bias that undo them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm  # pyright: ignore[reportPrivateUsage]

from vivavoce.training.core.product import Product, Progress

BATCHES = 20
"""Batches of examples that are measured."""


def folded_norms(network: nn.Module, found: Collection[str]) -> dict[str, _BatchNorm]:
    """The normalisations, by name, whose means are not among the weights that were `found`."""
    norms = {name: part for name, part in network.named_modules() if isinstance(part, _BatchNorm)}
    return {name: norm for name, norm in norms.items() if f"{name}.running_mean" not in found}


def make_identity(norm: nn.Module) -> None:
    """Let a normalisation over batches add its bias and do no more (but for a few millionths, its `eps`)."""
    assert isinstance(norm, _BatchNorm)
    bias = norm.bias.clone()
    norm.reset_parameters()
    norm.bias.copy_(bias)


@torch.no_grad()
def fit_norms(product: Product[Any], network: nn.Module, norms: Mapping[str, _BatchNorm]) -> None:
    """Normalise by what the product's training batches give, and undo it by gain and bias: the answers stay."""
    moments: dict[nn.Module, list[Tensor]] = {norm: [] for norm in norms.values()}

    def measure(norm: nn.Module, given: tuple[Tensor, ...]) -> None:
        values = given[0].double().transpose(0, 1).flatten(1)
        moments[norm].append(torch.stack([values.mean(dim=1), values.square().mean(dim=1)]))

    hooks = [norm.register_forward_pre_hook(measure) for norm in norms.values()]
    progress = Progress(0, product.recipe.training.steps)
    batches = product.batches(np.random.default_rng(product.recipe.training.seed), progress)
    network.eval()
    for _ in range(BATCHES):
        product.losses(network, next(batches), progress)
    for norm, hook in zip(norms.values(), hooks, strict=True):
        hook.remove()
        mean, square = torch.stack(moments[norm]).mean(dim=0)
        variance = square - mean.square()
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)

"""Averaged weights: what is validated and exported."""

from __future__ import annotations

import copy

import torch
from torch import nn


class ExponentialMovingAverage:
    """An average of a network's weights over about `1 / (1 - decay)` steps, over fewer at first."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Update the average with the weights after `step` steps (from 0); tensors that are not float are copied."""
        decay = min(self.decay, (1 + step) / (10 + step))
        current = network.state_dict()
        for name, mean in self.network.state_dict().items():
            if mean.is_floating_point():
                mean.lerp_(current[name].to(mean.dtype), 1.0 - decay)
            else:
                mean.copy_(current[name])

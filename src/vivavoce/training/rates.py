"""Learning rates: a linear warm-up, then a cosine."""

from __future__ import annotations

import math

import torch


def set_rate(
    optimiser: torch.optim.Optimizer, peak: float, progress: float, least: float, warm_up: float = 1.0
) -> None:
    """Set the rate of all groups to `warm_up` (0 to 1) of a cosine from `peak` down to `least` times it.

    `progress` goes from 0 to 1 over the run and may go beyond. A group with a `share` gets that part of the rate.
    """
    rate = peak * min(1.0, warm_up) * (least + (1.0 - least) * 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress))))
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("share", 1.0)

"""Learning rates: a linear warm-up, then a cosine, again from a lower peak after each restart."""

from __future__ import annotations

import bisect
import math

import torch

from vivavoce.training.core.recipe import TrainingSettings


def learning_rate_share(step: int, settings: TrainingSettings) -> float:
    """The share of the peak at a step: from 0 to 1, and `final_share` from the last step on."""
    ends = [*settings.restarts, settings.steps]
    period = min(bisect.bisect_right(ends, step), len(ends) - 1)
    start = ends[period - 1] if period else 0
    turn = min(1.0, (step - start) / (ends[period] - start))
    cosine = settings.final_share + (1.0 - settings.final_share) * 0.5 * (1.0 + math.cos(math.pi * turn))
    warmup = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    return settings.restart_share**period * cosine * warmup


def set_learning_rate(optimizer: torch.optim.Optimizer, step: int, settings: TrainingSettings) -> None:
    """Set each group's learning rate for a step, counted from 0; a group's `learning_rate_scale` is a factor on it."""
    rate = settings.learning_rate * learning_rate_share(step, settings)
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("learning_rate_scale", 1.0)

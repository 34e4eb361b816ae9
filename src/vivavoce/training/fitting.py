"""The loop that the inspection networks are trained with: a cosine of rates over minutes, averaged weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.training.rates import set_rate
from vivavoce.training.run import Run

Losses = dict[str, Tensor]
"""Losses by name; `loss` is the one that is followed."""

LOG_EVERY, JUDGE_EVERY = 50, 250


def fit(
    network: nn.Module,
    folder: Path,
    minutes: float,
    settings: Mapping[str, Any],
    step_losses: Callable[[nn.Module, np.random.Generator, float], Losses],
    judge: Callable[[nn.Module], Mapping[str, float]],
) -> nn.Module:
    """Train and give the averaged network.

    `step_losses` gets the network, a generator and the progress in [0, 1] over `settings["minutes"]`; `judge` gets
    the averaged network now and then and gives figures on held-out data.
    """
    optimiser = torch.optim.AdamW(network.parameters(), settings["rate"], weight_decay=settings["decay"])
    blend = torch.optim.swa_utils.get_ema_multi_avg_fn(settings.get("average", 0.99))
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=blend, use_buffers=True)
    run = Run(folder, {"network": network, "optimiser": optimiser, "average": average}, minutes)
    random = np.random.default_rng(run.step)
    for step in run.steps(log_every=LOG_EVERY):
        progress = min(1.0, run.trained_s / (60.0 * settings["minutes"]))
        set_rate(optimiser, settings["rate"], progress, 0.02, (step + 1) / 100)
        network.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=bool(settings.get("bf16"))):
            losses = step_losses(network, random, progress)
        optimiser.zero_grad(set_to_none=True)
        losses["loss"].backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(network)
        values: dict[str, float | Tensor] = {name: loss.detach() for name, loss in losses.items()}
        if step % JUDGE_EVERY == JUDGE_EVERY - 1:
            average.module.eval()
            with torch.no_grad():
                values.update(judge(average.module))
        run.log(**values)
    average.module.eval()
    return average.module


def auc(scores: np.ndarray, truth: np.ndarray) -> float:
    """Area under the curve of scores (n,) against truth (n,) of bool: the chance that a true one ranks higher."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    _, first, counts = np.unique(scores[order], return_index=True, return_counts=True)
    ranks[order] = np.repeat(first + (counts + 1) / 2, counts)
    true = int(truth.sum())
    false = len(truth) - true
    return float((ranks[truth].sum() - true * (true + 1) / 2) / max(1, true * false))

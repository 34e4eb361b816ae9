"""Train the 16 kHz vocoder of `redundancy/`: spectral loss first, then against discriminators."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.redundancy.features import CORRELATION, HOP, PITCH, Array
from vivavoce.training.carry_data import Speech, load, with_gain
from vivavoce.training.judging import judged, train_judges
from vivavoce.training.losses import spectral_loss
from vivavoce.training.networks.carry_vocoder import SPREAD, CarryVocoderNetwork
from vivavoce.training.networks.discriminator import MagnitudeDiscriminators
from vivavoce.training.rates import set_rate
from vivavoce.training.run import Run

SIZES = (1024, 512, 256, 128)
CONTEXT = 16
"""Frames before a stretch that give the network its past."""
JUDGED = 5120
"""Samples of each stretch that the judges hear, for speed."""
QUIETEST = 3e-4
"""Of a stretch's loudest sample: below it nothing is to be learned."""


class Stretches:
    """Random stretches of training speech with the features that describe them."""

    def __init__(self, pools: Mapping[str, list[Speech]], data: Mapping[str, Any]) -> None:
        self.frames, self.batch_size, self.gain_db = data["frames"], data["batch"], data["gain_db"]
        self.blurred_share, self.blur = data["blurred_share"], data["blur"]
        shares = np.array([data["shares"][name] for name in pools])
        self.pools = [[s for s in pool if len(s.features) > CONTEXT + self.frames + 1] for pool in pools.values()]
        self.weights = shares / shares.sum()

    def batch(self, random: np.random.Generator) -> tuple[Tensor, Tensor]:
        """-> samples (batch, frames * 160) and features (batch, 16 + frames + 1, 20)."""
        rows = [self._stretch(pool, random) for pool in random.choice(len(self.pools), self.batch_size, p=self.weights)]
        samples = np.stack([row.samples for row in rows]).astype(np.float32) / 32768.0
        frames = np.stack([row.features for row in rows])
        gain_db = random.uniform(-self.gain_db, self.gain_db, self.batch_size).astype(np.float32)
        frames = self._blurred(with_gain(frames, gain_db), random)
        return torch.from_numpy(samples * 10 ** (gain_db[:, None] / 20)), torch.from_numpy(frames)

    def _stretch(self, number: int, random: np.random.Generator) -> Speech:
        pool = self.pools[number]
        while True:
            speech = pool[random.integers(len(pool))]
            start = int(random.integers(CONTEXT, len(speech.features) - self.frames))
            stop = start + self.frames
            samples = speech.samples[start * HOP : stop * HOP]
            if np.abs(samples).max() > QUIETEST * 32768:
                return Speech(samples, speech.features[start - CONTEXT : stop + 1])

    def _blurred(self, frames: Array, random: np.random.Generator) -> Array:
        """Features of some stretches as a coarse code would leave them: off by a slowly moving error."""
        size = random.uniform(0.0, self.blur, self.batch_size) * (random.random(self.batch_size) < self.blurred_share)
        knots = random.standard_normal((*frames.shape[:1], frames.shape[1] // 3 + 2, frames.shape[2]), np.float32)
        place = np.arange(frames.shape[1]) / 3.0
        left, weight = place.astype(int), (place % 1.0).astype(np.float32)[:, None]
        error = knots[:, left] * (1.0 - weight) + knots[:, left + 1] * weight
        error[..., PITCH] *= 0.02  # a wrong pitch costs more than any code would save by it
        error[..., CORRELATION] *= 0.5
        return (frames + size[:, None, None] * error * np.array(SPREAD)).astype(np.float32)


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there."""
    settings = config["optimiser"]
    stretches = Stretches(load(root, cache, config["data"]["shares"]), config["data"])
    network = CarryVocoderNetwork(**config["network"]).to(device)
    judges = MagnitudeDiscriminators(width=settings["judge_width"]).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), settings["rate"], betas=(0.8, 0.99), weight_decay=0.01)
    judge_optimiser = torch.optim.AdamW(judges.parameters(), settings["judge_rate"], betas=(0.8, 0.99))
    average = torch.optim.swa_utils.AveragedModel(network, avg_fn=running_average)
    parts = {
        "network": network, "judges": judges, "optimiser": optimiser,
        "judge_optimiser": judge_optimiser, "average": average,
    }  # fmt: skip
    run = Run(folder, parts, minutes)
    random = np.random.default_rng(run.step)
    for step in run.steps():
        set_rate(optimiser, settings["rate"], step / settings["decay_steps"], 0.1, (step + 1) / 100)
        theirs, features = (x.to(device) for x in stretches.batch(random))
        with torch.autocast(device, torch.bfloat16):
            ours = network.synthesise(features, CONTEXT)
        losses = {"spectral": spectral_loss(ours, theirs, SIZES)}
        loss = settings["spectral_weight"] * losses["spectral"]
        if step >= settings["adversarial_from"]:
            start = int(random.integers(ours.shape[1] - JUDGED + 1))
            real, made = (x[:, start : start + JUDGED] for x in (theirs, ours))
            losses["judges"] = train_judges(judges, judge_optimiser, real, made.detach(), device)
            losses["fooled"], losses["matched"] = judged(judges, real, made, device)
            loss = loss + settings["adversarial_weight"] * losses["fooled"]
            loss = loss + settings["matching_weight"] * losses["matched"]
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        average.update_parameters(network)
        run.log(**losses)


def running_average(average: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
    """Over all steps while they are few, so that the first weights are soon forgotten; then over the last 500."""
    return average + (current - average) * max(1.0 / 500.0, 3.0 / (int(count) + 3.0))

"""Train the universal vocoder on natural mel and pitch: spectral loss first, then against discriminators."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.features import HOP, continuous_log_f0
from vivavoce.training.corpora.recordings import feature_path, recordings
from vivavoce.training.judging import judged, train_judges
from vivavoce.training.losses import spectral_loss
from vivavoce.training.networks.discriminator import MagnitudeDiscriminators
from vivavoce.training.networks.vocoder import VocoderNetwork
from vivavoce.training.rates import set_rate
from vivavoce.training.run import Run

JUDGED_SIZES = (1024, 512, 256)
"""Resolutions that the discriminators look at, in samples."""


class Stretches:
    """Random stretches of training recordings: samples with the mel and pitch that describe them."""

    def __init__(self, root: Path, cache: Path, shares: Mapping[str, float], frames: int, future: int) -> None:
        self.frames, self.future = frames, future
        self.shares = shares
        self.pools: dict[str, list[dict[str, np.ndarray]]] = {name: [] for name in shares}
        for recording in recordings(root, list(shares)):
            if recording.split == "train":
                with np.load(feature_path(cache, recording)) as stored:
                    entry = {"samples": stored["samples"], "mel": stored["mel"], "f0": stored["f0"]}
                if len(entry["mel"]) > frames + future:
                    self.pools[recording.corpus].append(entry)

    def batch(self, size: int, gain_db: float, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """-> samples (batch, frames * 240); mel, log_f0, voiced (batch, frames + future, …)."""
        names = list(self.shares)
        weights = np.array(list(self.shares.values()))
        rows = []
        for name in random.choice(names, size, p=weights / weights.sum()):
            entry = self.pools[name][random.integers(len(self.pools[name]))]
            start = random.integers(len(entry["mel"]) - self.frames - self.future)
            stop = start + self.frames
            gain = 10 ** (random.uniform(-gain_db, gain_db) / 20)
            samples = np.zeros(self.frames * HOP, np.float32)
            piece = entry["samples"][start * HOP : stop * HOP] / 32768.0 * gain
            samples[: len(piece)] = piece
            reach = slice(start, stop + self.future)
            mel = np.maximum(entry["mel"][reach].astype(np.float32) + math.log(gain), math.log(1e-5))
            rows.append((samples, mel, continuous_log_f0(entry["f0"])[reach], entry["f0"][reach] > 0))
        samples, mel, log_f0, voiced = (np.stack(column).astype(np.float32) for column in zip(*rows, strict=True))
        return torch.from_numpy(samples), torch.from_numpy(mel), torch.from_numpy(log_f0), torch.from_numpy(voiced)


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there."""
    network = VocoderNetwork(**config["network"]).to(device)
    judges = MagnitudeDiscriminators(JUDGED_SIZES).to(device)
    settings, data = config["optimiser"], config["data"]
    optimiser = torch.optim.AdamW(network.parameters(), settings["rate"], betas=(0.8, 0.99), weight_decay=0.01)
    judge_optimiser = torch.optim.AdamW(judges.parameters(), settings["judge_rate"], betas=(0.8, 0.99))
    average = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998)
    )
    parts = {
        "network": network, "judges": judges, "optimiser": optimiser,
        "judge_optimiser": judge_optimiser, "average": average,
    }  # fmt: skip
    run = Run(folder, parts, minutes)
    stretches = Stretches(root, cache, data["shares"], data["frames"], network.delay)
    random = np.random.default_rng(run.step)
    for step in run.steps():
        set_rate(optimiser, settings["rate"], step / settings["decay_steps"], 0.1, (step + 1) / 200)
        batch = [x.to(device) for x in stretches.batch(data["batch"], data["gain_db"], random)]
        theirs = batch[0]
        with torch.autocast(device, torch.bfloat16):
            ours = network.synthesise(*batch[1:])
        adversarial = step >= settings["adversarial_from"]
        if adversarial:
            run.log(judges=train_judges(judges, judge_optimiser, theirs, ours.detach(), device))
        spectral = spectral_loss(ours, theirs)
        loss = settings["spectral_weight"] * spectral
        if adversarial:
            fooled, matched = judged(judges, theirs, ours, device)
            loss = loss + settings["adversarial_weight"] * fooled + settings["matching_weight"] * matched
            run.log(fooled=fooled, matched=matched)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        average.update_parameters(network)
        run.log(spectral=spectral)

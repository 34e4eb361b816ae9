"""Train the predictor of features on frames that were lost, as packets are lost: mostly singly, sometimes in bursts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vivavoce.redundancy.concealment.plc_predictor import OLDEST
from vivavoce.redundancy.features import BANDS, CORRELATION, PITCH, WIDTH, Array, band_energies
from vivavoce.training.carry_data import Speech, load, with_gain
from vivavoce.training.carry_vocoder import running_average
from vivavoce.training.networks.predictor import PredictorNetwork
from vivavoce.training.rates import set_rate
from vivavoce.training.run import Run

BURSTS = ((1, 2, 0.55), (2, 3, 0.2), (3, 7, 0.2), (7, 12, 0.05))
"""Packets of a burst (from, up to but not) and how often it is so long."""
RECEIVED_PACKETS = (3, 25)
GAIN_DB = 12.0


class LostFrames:
    """Stretches of features with what a receiver has of them."""

    def __init__(self, pools: Mapping[str, list[Speech]], frames: int, batch: int) -> None:
        self.frames, self.batch_size = frames, batch
        self.speech = [s.features for pool in pools.values() for s in pool if len(s.features) > frames]

    def batch(self, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """-> true features (batch, frames, 20), those held, and frames since the last known (batch, frames)."""
        true = np.stack([self._stretch(random) for _ in range(self.batch_size)])
        true = with_gain(true, random.uniform(-GAIN_DB, GAIN_DB, self.batch_size).astype(np.float32))
        ages = np.stack([lost_ages(self.frames, random) for _ in range(self.batch_size)])
        known = np.maximum(np.arange(self.frames) - ages.astype(int), 0)
        held = np.take_along_axis(true, known[..., None], axis=1)
        return torch.from_numpy(true), torch.from_numpy(held), torch.from_numpy(np.minimum(ages, OLDEST))

    def _stretch(self, random: np.random.Generator) -> Array:
        features = self.speech[random.integers(len(self.speech))]
        start = random.integers(len(features) - self.frames)
        return features[start : start + self.frames]


def lost_ages(frames: int, random: np.random.Generator) -> Array:
    """Frames since the last received one, 0 where received, (frames,); begins with received packets."""
    ages: list[int] = []
    chances = np.array([chance for *_, chance in BURSTS])
    while len(ages) < frames:
        ages += [0] * (2 * int(random.integers(*RECEIVED_PACKETS)))
        shortest, longest, _ = BURSTS[random.choice(len(BURSTS), p=chances)]
        ages += range(1, 2 * int(random.integers(shortest, longest)) + 1)
    return np.array(ages[:frames], np.float32)


def lost_error(guess: Tensor, true: Tensor, age: Tensor, bands: Tensor) -> Tensor:
    """Mean over lost frames: cepstrum, band energies, pitch where the frame is voiced, correlation."""
    off = (guess - true).abs()
    energies = ((guess - true)[..., :BANDS] @ bands).abs().mean(dim=-1)
    voiced = (true[..., CORRELATION] + 0.5).clamp(0.0, 1.0) ** 2
    pitch = off[..., PITCH].clamp(max=0.4) * voiced
    error = off[..., :BANDS].mean(dim=-1) + energies + 0.5 * pitch + 0.5 * off[..., CORRELATION]
    lost = (age > 0).to(error.dtype)
    return (error * lost).sum() / lost.sum().clamp_min(1.0)


def band_matrix() -> Tensor:
    """From cepstrum to log10 band energies, (18, 18)."""
    at_zero = band_energies(np.zeros((1, WIDTH), np.float32))
    return torch.from_numpy(band_energies(np.eye(BANDS, WIDTH, dtype=np.float32)) - at_zero)


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there."""
    data, settings = config["data"], config["optimiser"]
    frames = LostFrames(load(root, cache, data["corpora"]), data["frames"], data["batch"])
    held_out = LostFrames(load(root, cache, data["corpora"], dev=True), data["frames"], 8 * data["batch"])
    judged = [x.to(device) for x in held_out.batch(np.random.default_rng(7))]
    network = PredictorNetwork(**config["network"]).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), settings["rate"], weight_decay=0.01)
    average = torch.optim.swa_utils.AveragedModel(network, avg_fn=running_average)
    run = Run(folder, {"network": network, "optimiser": optimiser, "average": average}, minutes)
    random, bands = np.random.default_rng(run.step), band_matrix().to(device)
    for step in run.steps(log_every=100):
        set_rate(optimiser, settings["rate"], step / settings["decay_steps"], 0.02)
        true, held, age = (x.to(device) for x in frames.batch(random))
        guess = network(held, age, *network.initial_states(len(true)))[0]
        loss = lost_error(guess, true, age, bands)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(network)
        values = {"loss": loss.detach(), "held": lost_error(held, true, age, bands)}
        if step % 100 == 99:
            with torch.no_grad():
                states = network.initial_states(len(judged[0]))
                guess = average.module(judged[1], judged[2], *states)[0]
                values["dev"] = lost_error(guess, judged[0], judged[2], bands)
        run.log(**values)

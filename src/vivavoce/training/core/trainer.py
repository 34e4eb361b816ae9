"""The one training loop: schedule, clipping, averaged weights, resuming, validation, progress, stopping in time.

    trainer = Trainer(product, "echo", folder)
    trainer.train(minutes=30)

A run is a folder with `checkpoint.pt` (written every few minutes and at the end) and `curve.jsonl` (a line of mean
losses every `log_every` steps, and of validation every `validate_every`). Started again with the same recipe it goes on
where it stopped; with another one it is refused, so that a checkpoint's recipe is always the one that made it.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.errors import InputError
from vivavoce.files import whole_file
from vivavoce.training.core.adversarial import AdversarialTraining
from vivavoce.training.core.checkpoint import CHECKPOINT, Checkpoint, load_checkpoint
from vivavoce.training.core.curve import Curve
from vivavoce.training.core.ema import ExponentialMovingAverage
from vivavoce.training.core.hardware import has_fast_bf16, use_all_cores
from vivavoce.training.core.product import Losses, Product, Progress
from vivavoce.training.core.recipe import differences, values_of
from vivavoce.training.core.schedule import set_learning_rate
from vivavoce.training.core.stopping import StopRequest
from vivavoce.training.core.warm_start import warm_start as begin_from

SAVE_EVERY_S = 180.0


class Trainer:
    """Trains one product in one folder. `warm_start` is where first weights come from, see `warm_start.py`."""

    def __init__(
        self, product: Product[Any], folder: Path, device: str = "cpu", warm_start: Path | None = None
    ) -> None:
        self.product, self.folder, self.device = product, folder, device
        self.settings = product.recipe.training
        self.values = values_of(product.recipe)
        self.seconds, self.metrics = 0.0, dict[str, float]()
        use_all_cores()
        torch.manual_seed(self.settings.seed)
        network = product.build_network()
        is_new = not (folder / CHECKPOINT).exists()
        if warm_start and not is_new:
            raise InputError(f"{folder}: has a checkpoint already, a warm start is for a new run")
        if is_new:
            product.initialize(network)
        if warm_start:
            begin_from(product, network, warm_start)
        self.network = network.to(device)
        self.ema = ExponentialMovingAverage(self.network, self.settings.ema_decay)
        first, second = self.settings.betas
        self.optimizer = torch.optim.AdamW(
            product.parameter_groups(self.network), self.settings.learning_rate, (first, second),
            weight_decay=self.settings.weight_decay,
        )  # fmt: skip
        self.adversarial = self._adversarial()
        self.progress = Progress(0, self.settings.steps)
        self.curve = Curve(folder, self.settings.steps)
        if not is_new:
            self._resume()

    def train(self, minutes: float = math.inf) -> None:
        """Train to the recipe's last step, for `minutes` at the most, or until SIGINT or SIGTERM; saves at the end.

        Raises `FloatingPointError` when a loss is no finite number; the last checkpoint stays.
        """
        random = np.random.default_rng([self.settings.seed, self.progress.step])
        torch.manual_seed(self.settings.seed + self.progress.step)
        batches = self.product.batches(random, self.progress)
        begun = saved = time.monotonic()
        before = self.seconds
        with StopRequest() as stop:
            while self.progress.step < self.settings.steps and not stop.requested:
                if time.monotonic() - begun >= 60.0 * minutes:
                    break
                self._step(next(batches))
                self.seconds = before + time.monotonic() - begun
                self._after_step()
                if time.monotonic() - saved > SAVE_EVERY_S:
                    self.save()
                    saved = time.monotonic()
        self.save()

    def save(self) -> None:
        """Write the checkpoint."""
        states = {name: part.state_dict() for name, part in self._parts().items()}
        Checkpoint(self.values, self.progress.step, self.seconds, self.metrics, states).save(self.folder)

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Figures of the averaged network on development data, also written to the curve."""
        found = {name: float(value) for name, value in self.product.validate(self.ema.network).items()}
        if found:
            self.metrics = found
            self.curve.write_validation(self.progress.step, found)
        return found

    def _step(self, batch: Any) -> None:
        set_learning_rate(self.optimizer, self.progress.step, self.settings)
        self.network.train()
        with self._autocast():
            losses = self.product.losses(self.network, batch, self.progress)
        total, values = self._total(losses)
        if not math.isfinite(float(total.detach())):
            raise FloatingPointError(f"{self.folder.name}: the loss is {float(total.detach())} at {self.progress.step}")
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        if self.settings.clip_norm:
            trained = [parameter for group in self.optimizer.param_groups for parameter in group["params"]]
            nn.utils.clip_grad_norm_(trained, self.settings.clip_norm)
        self.optimizer.step()
        self.ema.update(self.network, self.progress.step)
        self.curve.add(values)

    def _total(self, losses: Losses) -> tuple[Tensor, dict[str, Tensor]]:
        """The weighted sum that is minimised, and every value by name."""
        weights = self.product.recipe.loss_weights
        total = torch.stack([weights.get(name, 1.0) * term for name, term in losses.terms.items()]).sum()
        values = {**losses.terms, **losses.metrics}
        joined = self.adversarial is not None and self.progress.step >= self.adversarial.settings.begin_step
        if self.adversarial and joined and losses.real is not None and losses.generated is not None:
            added, of_adversaries = self.adversarial.step(
                losses.real, losses.generated, self.progress.step, self._autocast()
            )
            total, values = total + added, values | of_adversaries
        return total, values

    def _after_step(self) -> None:
        self.progress.step += 1
        step, settings = self.progress.step, self.settings
        if step % settings.log_every == 0 or step == settings.steps:
            self.curve.write_means(step, self.seconds)
        if step % settings.validate_every == 0 or step == settings.steps:
            self.validate()
        if settings.snapshot_every and step % settings.snapshot_every == 0:
            with whole_file(self.folder / f"ema-{step}.pt") as temporary:
                torch.save(self.ema.network.state_dict(), temporary)

    def _adversarial(self) -> AdversarialTraining | None:
        settings, discriminators = self.product.recipe.adversarial, self.product.discriminators()
        if settings is None or discriminators is None:
            return None
        return AdversarialTraining(discriminators.to(self.device), settings)

    def _autocast(self) -> torch.autocast:
        enabled = self.settings.bf16 and has_fast_bf16(self.device)
        return torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled)

    def _parts(self) -> dict[str, Any]:
        parts: dict[str, Any] = {"network": self.network, "ema": self.ema.network, "optimizer": self.optimizer}
        return parts | (self.adversarial.parts() if self.adversarial else {})

    def _resume(self) -> None:
        checkpoint = load_checkpoint(self.folder)
        if changed := differences(checkpoint.recipe, self.values):
            keys = ", ".join(changed)
            raise InputError(f"{self.folder}: was trained with another {keys}; give this run a name of its own (--run)")
        self.progress.step, self.seconds, self.metrics = checkpoint.step, checkpoint.seconds, checkpoint.metrics
        for name, part in self._parts().items():
            part.load_state_dict(checkpoint.states[name])

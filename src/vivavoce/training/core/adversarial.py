"""Adversarial training: a step of the discriminators, then what the generator learns from them (least squares)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vivavoce.training.core.recipe import AdversarialSettings

Features = list[list[Tensor]]


class AdversarialTraining:
    """The discriminators of a run with their own optimiser."""

    def __init__(self, discriminators: nn.Module, settings: AdversarialSettings) -> None:
        self.discriminators, self.settings = discriminators, settings
        first, second = settings.betas
        self.optimizer = torch.optim.AdamW(discriminators.parameters(), settings.learning_rate, (first, second))

    def step(
        self, real: Tensor, generated: Tensor, step: int, autocast: torch.autocast
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Train the discriminators, then -> the generator's weighted loss, and all losses by name.

        `step` counts from the first step of the run.
        """
        taught = discriminator_step(self.discriminators, self.optimizer, real, generated, autocast)
        with autocast:
            fooling, matching = generator_losses(self.discriminators, real, generated)
        warmup = min(1.0, (step - self.settings.begin_step + 1) / self.settings.warmup_steps)
        total = warmup * (self.settings.weight * fooling + self.settings.matching_weight * matching)
        return total, {"discriminator": taught, "generator": fooling, "feature_matching": matching}

    def parts(self) -> dict[str, nn.Module | torch.optim.Optimizer]:
        """What a checkpoint keeps."""
        return {"discriminators": self.discriminators, "discriminator_optimizer": self.optimizer}


def discriminator_step(
    discriminators: nn.Module,
    optimizer: torch.optim.Optimizer,
    real: Tensor,
    generated: Tensor,
    autocast: torch.autocast,
) -> Tensor:
    """Teach the discriminators real towards one and generated towards zero; returns their loss, detached.

    `real` and `generated` have one shape, for instance (batch, samples).
    """
    with autocast:
        scores_real, _ = discriminators(real.detach())
        scores_generated, _ = discriminators(generated.detach())
        loss = discriminator_loss(scores_real, scores_generated)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.detach()


def generator_losses(discriminators: nn.Module, real: Tensor, generated: Tensor) -> tuple[Tensor, Tensor]:
    """How far the discriminators are from taking `generated` for real, and how far their features of the two are apart.

    Gradients reach `generated` and not the discriminators.
    """
    discriminators.requires_grad_(False)
    scores, features_generated = discriminators(generated)
    with torch.no_grad():
        _, features_real = discriminators(real)
    discriminators.requires_grad_(True)
    return generator_loss(scores), feature_matching(features_real, features_generated)


def generator_loss(scores: list[Tensor]) -> Tensor:
    """Least squares: how far the scores are from one."""
    return torch.stack([((1.0 - score.float()) ** 2).mean() for score in scores]).mean()


def discriminator_loss(real: list[Tensor], generated: list[Tensor]) -> Tensor:
    """Least squares: real towards one, generated towards zero."""
    terms = [((1.0 - r.float()) ** 2).mean() + (g.float() ** 2).mean() for r, g in zip(real, generated, strict=True)]
    return torch.stack(terms).mean()


def feature_matching(real: Features, generated: Features) -> Tensor:
    """Mean distance between the discriminators' features, relative to the size of the real ones."""
    terms = [
        (r.detach().float() - g.float()).abs().mean() / r.detach().float().abs().mean().clamp_min(1e-3)
        for reals, generateds in zip(real, generated, strict=True)
        for r, g in zip(reals, generateds, strict=True)
    ]
    return torch.stack(terms).mean()

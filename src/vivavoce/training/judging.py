"""One step of a vocoder against its discriminators, here called judges: what each side learns from."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vivavoce.training.losses import adversarial_loss, discriminator_loss, feature_matching


def train_judges(
    judges: nn.Module, optimiser: torch.optim.Optimizer, theirs: Tensor, ours: Tensor, device: str
) -> Tensor:
    """One step of the judges on recordings and on what we made of them, (batch, samples) both: their loss."""
    with torch.autocast(device, torch.bfloat16):
        real, _ = judges(theirs)
        generated, _ = judges(ours)
        loss = discriminator_loss(real, generated)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    return loss.detach()


def judged(judges: nn.Module, theirs: Tensor, ours: Tensor, device: str) -> tuple[Tensor, Tensor]:
    """How far the judges are from taking our sound for theirs, and how far their features of the two are apart."""
    judges.requires_grad_(False)
    with torch.autocast(device, torch.bfloat16):
        scores, found = judges(ours)
        with torch.no_grad():
            _, wanted = judges(theirs)
    judges.requires_grad_(True)
    return adversarial_loss(scores), feature_matching(wanted, found)

"""Losses on the test splits, which nothing was trained on: the figures of the model cards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vivavoce.training.acoustic import decode, token_losses
from vivavoce.training.networks.acoustic import AcousticModel
from vivavoce.training.utterances import AlignedUtterance, aligned_utterances, frame_tensors, token_tensors

BATCH = 8
UNSEEN = ("ensemble-dev", "prompts")
"""Corpora whose speakers the vocoder never heard."""
UNSEEN_RECORDINGS = 20
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Material:
    """Where recordings, their features and the runs lie."""

    data: Path
    runs: Path

    @property
    def cache(self) -> Path:
        return self.runs / "features"

    @property
    def alignment(self) -> Path:
        return self.runs / "alignment" / "durations.json"


@torch.no_grad()
def acoustic_figures(model: AcousticModel, config: Mapping[str, Any], material: Material) -> Figures:
    """mel and pitch in nepers, durations in log frames, energy in nepers, voicing in nats a frame."""
    spoken = aligned_utterances(
        material.data, material.cache, material.alignment, config["data"]["corpora"], split="test"
    )

    def score(batch: list[AlignedUtterance]) -> Mapping[str, Tensor]:
        tokens, frames = token_tensors(batch), frame_tensors(batch)
        duration, pitch, energy = token_losses(model, tokens)
        mel, voicing = decode(model, tokens, frames)
        mask = frames["frame_mask"]
        voiced = torch.nn.functional.binary_cross_entropy_with_logits(voicing, frames["voiced"], mask)
        distance = ((mel - frames["mel"]).abs().mean(-1) * mask).sum() / mask.sum()
        return {"mel": distance, "duration": duration, "pitch": pitch, "energy": energy, "voiced": voiced}

    return _means(spoken, score)


@torch.no_grad()


def _means(spoken: list[AlignedUtterance], score: Callable[[list[AlignedUtterance]], Mapping[str, Tensor]]) -> Figures:
    """Mean over utterances of what `score` finds in batches of like length."""
    sums: dict[str, float] = {}
    for batch in _groups(spoken):
        for name, value in score(batch).items():
            sums[name] = sums.get(name, 0.0) + float(value) * len(batch)
    return {f"held_out_{name}": round(total / len(spoken), 4) for name, total in sums.items()}


def _groups(spoken: list[AlignedUtterance]) -> Iterator[list[AlignedUtterance]]:
    ordered = sorted(spoken, key=lambda utterance: len(utterance.mel))
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]

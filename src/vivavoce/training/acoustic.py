"""Train the multi-speaker acoustic model on aligned recordings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.training.networks.acoustic import AcousticModel, Encoder
from vivavoce.training.rates import set_rate
from vivavoce.training.run import Run
from vivavoce.training.utterances import SPEAKERS, aligned_utterances, batches, frame_tensors, token_tensors
from vivavoce.voice.dimensions import FRAME_PROSODY, KNOTS, SENTENCE_PROSODY, WORD_PROSODY

PITCH_CENTRE, PITCH_SCALE = 5.1, 0.3
ENERGY_CENTRE, ENERGY_SCALE = -2.0, 2.0


def no_prosody(symbols: Tensor) -> tuple[Tensor, Tensor]:
    """Zero embeddings of the sentence and of its words, for symbols (batch, tokens)."""
    batch, tokens = symbols.shape
    device = symbols.device
    return torch.zeros(batch, SENTENCE_PROSODY, device=device), torch.zeros(batch, tokens, WORD_PROSODY, device=device)


def melody_of(answer: Tensor) -> tuple[Tensor, Tensor]:
    """The melody encoder's numbers as log f0 knots (batch, tokens, 4) and energy (batch, tokens)."""
    return answer[..., :KNOTS] * PITCH_SCALE + PITCH_CENTRE, answer[..., KNOTS] * ENERGY_SCALE + ENERGY_CENTRE


class TokenModel(Protocol):
    """Whatever holds the encoders of durations and of the melody."""

    duration: Encoder
    melody: Encoder


def token_losses(
    model: TokenModel, tokens: dict[str, Tensor], prosody: tuple[Tensor, Tensor] | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Distances of durations (log frames), pitch (nepers) and energy from the recording's.

    `prosody` holds embeddings of the sentence (batch, 64) and of the tokens (batch, tokens, 16), zeros if None.
    """
    prosody = prosody or no_prosody(tokens["symbols"])
    inputs = (tokens["symbols"], tokens["stress"], tokens["speaker"], *prosody, tokens["mask"])
    mask = tokens["mask"]
    log_durations = model.duration(*inputs)[..., 0].float()
    target = torch.log1p(tokens["durations"].float())
    duration = (functional.smooth_l1_loss(log_durations, target, beta=0.2, reduction="none") * mask).sum() / mask.sum()
    knots, energy = melody_of(model.melody(*inputs).float())
    weights = tokens["knot_weights"][..., None]
    pitch = ((knots - tokens["knots"]).abs() * weights).sum() / (weights.sum() * KNOTS + 1e-3)
    held = mask * (tokens["durations"] > 0)
    loudness = ((energy - tokens["energy"]).abs() * held).sum() / held.sum()
    return duration, pitch, loudness


def decode(model: AcousticModel, tokens: dict[str, Tensor], frames: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """mel (batch, frames, 80) and voicing logit from the recording's own durations, pitch and energy."""
    inputs = (tokens["symbols"], tokens["stress"], tokens["speaker"], *no_prosody(tokens["symbols"]), tokens["mask"])
    encoded = model.text(*inputs)
    token = frames["token"][..., None].expand(-1, -1, encoded.shape[-1])
    mask = frames["frame_mask"]
    return model.decode(
        {
            "encoded": encoded.gather(1, token) * mask[..., None],
            "position": frames["position"],
            "log_f0": frames["log_f0"],
            "energy": frames["energy"],
            "prosody": torch.zeros(*mask.shape, FRAME_PROSODY, device=mask.device),
        }
    )


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there."""
    settings, data = config["optimiser"], config["data"]
    model = AcousticModel(len(SPEAKERS), **config["network"]).to(device)
    optimiser = torch.optim.AdamW(model.parameters(), settings["rate"], betas=(0.9, 0.98), weight_decay=0.01)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.995))
    parts = {"model": model, "optimiser": optimiser, "average": average}
    utterances = aligned_utterances(root, cache, folder.parent / "alignment" / "durations.json", data["corpora"])
    learned = [u for u in utterances if u.recording.split == "train" for _ in range(data["repeat"][u.recording.corpus])]
    run = Run(folder, parts, minutes)
    source = batches(learned, data["frames"], np.random.default_rng(run.step))
    for step in run.steps():
        set_rate(optimiser, settings["rate"], step / settings["decay_steps"], 0.05, (step + 1) / 100)
        batch = next(source)
        tokens = {name: x.to(device) for name, x in token_tensors(batch).items()}
        frames = {name: x.to(device) for name, x in frame_tensors(batch).items()}
        mask = frames["frame_mask"]
        with torch.autocast(device, torch.bfloat16):
            duration, pitch, loudness = token_losses(model, tokens)
            mel, voicing = decode(model, tokens, frames)
        distance = ((mel - frames["mel"]).abs().mean(-1) * mask).sum() / mask.sum()
        voiced = functional.binary_cross_entropy_with_logits(voicing, frames["voiced"], mask)
        loss = 2.0 * distance + 0.3 * voiced + duration + 3.0 * pitch + 0.5 * loudness
        run.log(mel=distance, voiced=voiced, duration=duration, pitch=pitch, energy=loudness)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        average.update_parameters(model)

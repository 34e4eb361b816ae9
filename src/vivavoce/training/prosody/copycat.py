"""CopyCat: each speaker's melody copied onto that speaker, through a bottleneck that leaves no room for who it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn

from vivavoce.features import Array, energy
from vivavoce.prosody.models.copycat import frame_contour, frame_symbols
from vivavoce.training.corpora.arrays import write_arrays
from vivavoce.training.corpora.recordings import feature_path, recordings
from vivavoce.training.networks.copycat import CopyCatNetwork
from vivavoce.training.prosody.dataset import spoken_sentences
from vivavoce.training.prosody.sentence import SpokenSentence
from vivavoce.training.prosody.stage_one import divergence
from vivavoce.training.run import Run
from vivavoce.training.utterances import SPEAKERS
from vivavoce.voice.contour import frame_positions


@dataclass(frozen=True, slots=True)
class Sung:
    """One recording at its frames; arrays are (frames, …)."""

    speaker: int
    contour: Array
    symbols: np.ndarray
    position: Array


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes` or to its last step, resuming what is there."""
    settings, data = config["optimiser"], config["data"]
    torch.manual_seed(settings["seed"])
    learned = sung(root, cache, folder.parent / "alignment" / "durations.json", data["corpora"], "train")
    network = CopyCatNetwork(len(SPEAKERS), **config["network"]).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), settings["rate"], weight_decay=0.01)
    smooth = torch.optim.swa_utils.get_ema_multi_avg_fn(settings["average"])
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=smooth)
    run = Run(folder, {"network": network, "optimiser": optimiser, "average": average}, minutes)
    random = np.random.default_rng(run.step + settings["seed"])
    for step in run.steps():
        if step >= settings["decay_steps"]:
            run.save()
            break
        scale = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / settings["decay_steps"]))
        optimiser.param_groups[0]["lr"] = settings["rate"] * scale * min(1.0, (step + 1) / 50)
        picked = [learned[i] for i in random.integers(len(learned), size=data["batch"])]
        batch = {name: x.to(device) for name, x in stretches(picked, data["frames"], random).items()}
        weight = settings["divergence_weight"] * min(1.0, step / settings["anneal_steps"])
        with torch.autocast(device, torch.bfloat16):
            loss = _loss(network, batch, weight, run)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(network)


def _loss(network: CopyCatNetwork, batch: dict[str, Tensor], weight: float, run: Run) -> Tensor:
    said = (batch["symbols"], batch["position"])
    mask, contour = batch["mask"], batch["contour"]
    mean, log_variance = (x.float() for x in network.reference(contour, *said, mask))
    drawn = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
    made = network.decoder(network.spread(drawn, mask.shape[1]), *said, batch["speaker"], mask).float()
    voiced = contour[..., 2] * mask
    pitch = ((made[..., 0] - contour[..., 0]).abs() * voiced).sum() / voiced.sum()
    loudness = ((made[..., 1] - contour[..., 1]).abs() * mask).sum() / mask.sum()
    nats = divergence(mean, log_variance).mean()
    run.log(pitch=pitch, energy=loudness, nats=nats)
    return pitch + 0.5 * loudness + weight * nats


def stretches(picked: list[Sung], frames: int, random: np.random.Generator) -> dict[str, Tensor]:
    """Random stretches of at most `frames` frames, padded; batch axis first."""
    starts = [int(random.integers(max(1, len(s.symbols) - frames))) for s in picked]
    windows = [slice(start, start + frames) for start in starts]
    columns = {
        "contour": [s.contour[w] for s, w in zip(picked, windows, strict=True)],
        "symbols": [s.symbols[w] for s, w in zip(picked, windows, strict=True)],
        "position": [s.position[w] for s, w in zip(picked, windows, strict=True)],
        "mask": [np.ones(len(s.symbols[w]), np.float32) for s, w in zip(picked, windows, strict=True)],
    }
    batch = {n: nn.utils.rnn.pad_sequence([torch.from_numpy(a) for a in x], True) for n, x in columns.items()}
    return {**batch, "speaker": torch.tensor([s.speaker for s in picked])}


def sung(root: Path, cache: Path, alignment: Path, corpora: list[str], split: str) -> list[Sung]:
    """The recordings of a split at their frames; read once, then kept beside the measured tokens."""
    spoken = spoken_sentences(root, cache, alignment, corpora)
    path = cache / f"prosody-frames-{alignment.stat().st_size}-{len(spoken)}.npz"
    if not path.exists():
        places = {r.id: feature_path(cache, r) for r in recordings(root, corpora)}
        frames = [_measured(places[s.id]) for s in track(spoken, description="contours")]
        write_arrays(path, {"frames": np.concatenate(frames)})
    lengths = np.array([int(s.prosody.durations.sum()) for s in spoken])
    with np.load(path) as stored:
        measured = np.split(stored["frames"], np.cumsum(lengths)[:-1])
    return [_sung(s, frames) for s, frames in zip(spoken, measured, strict=True) if s.split == split]


def _measured(path: Path) -> Array:
    """f0 in Hz and energy, (frames, 2)."""
    with np.load(path) as stored:
        return np.stack([stored["f0"], energy(stored["mel"].astype(np.float32))], axis=1)


def _sung(sentence: SpokenSentence, frames: Array) -> Sung:
    durations = sentence.prosody.durations
    return Sung(
        SPEAKERS.index(sentence.speaker),
        frame_contour(frames[:, 0], frames[:, 1]),
        frame_symbols(sentence.tokens, durations),
        frame_positions(durations),
    )

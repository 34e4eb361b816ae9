"""The aligner of run time: the frame classifier of `alignment`, taught its final durations under worse conditions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import track
from torch import Tensor
from torch.nn import functional

from vivavoce.features import BANDS, RATE_HZ, mel_edges_hz
from vivavoce.prosody.alignment import SILENCE
from vivavoce.training.alignment import CLASSES, FrameClassifier
from vivavoce.training.corpora.recordings import feature_path, recordings
from vivavoce.training.prosody.dataset import spoken_sentences
from vivavoce.training.prosody.sentence import SpokenSentence
from vivavoce.training.run import Run

_IGNORED = -100
_QUIETEST = math.log(1e-5)


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes` or to its last step, resuming what is there."""
    settings, data = config["optimiser"], config["data"]
    torch.manual_seed(settings["seed"])
    spoken = spoken_sentences(root, cache, folder.parent / "alignment" / "durations.json", data["corpora"])
    spoken = [s for s in spoken if s.split == "train"]
    paths = {r.id: feature_path(cache, r) for r in recordings(root, data["corpora"])}
    mels = [_mel(paths[s.id]) for s in track(spoken, description="mel")]
    labels = [_labels(s) for s in spoken]
    weights = rarity(labels, settings["balance"]).to(device)
    model = FrameClassifier(**config["network"]).to(device)
    optimiser = torch.optim.AdamW(model.parameters(), settings["rate"])
    smooth = torch.optim.swa_utils.get_ema_multi_avg_fn(settings["average"])
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=smooth)
    run = Run(folder, {"model": model, "optimiser": optimiser, "average": average}, minutes)
    random = np.random.default_rng(run.step + settings["seed"])
    for step in run.steps():
        if step >= settings["decay_steps"]:
            run.save()
            break
        optimiser.param_groups[0]["lr"] = settings["rate"] * (1.0 - step / settings["decay_steps"]) + 1e-5
        chosen = random.integers(len(mels), size=data["batch"])
        picked = [_other(_stretch(mels[i], labels[i], data["frames"], random), data, random) for i in chosen]
        heard = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(mel) for mel, _ in picked], True).to(device)
        wanted = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(x) for _, x in picked], True, _IGNORED).to(device)
        with torch.autocast(device, torch.bfloat16):
            scores = model(worsened(heard.float(), data["tilt"], data["noise"]))
        loss = functional.nll_loss(scores.flatten(0, 1), wanted.flatten(), weights, ignore_index=_IGNORED)
        right = (scores.argmax(-1) == wanted)[wanted != _IGNORED].float().mean()
        run.log(nats=loss, right=right)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        average.update_parameters(model)


def rarity(labels: list[np.ndarray], power: float) -> Tensor:
    """What a frame of each class weighs, (classes,), so that a path does not pass short rare sounds over."""
    counts = np.bincount(np.concatenate(labels), minlength=CLASSES) + 1.0
    return torch.from_numpy((counts / counts.sum()) ** -power).float()


def worsened(mel: Tensor, tilt: float, noise: float) -> Tensor:
    """mel (batch, frames, 80) at another level, with another slope, under noise, and for some without its treble."""
    batch = len(mel)
    slope = torch.linspace(-1.0, 1.0, BANDS, device=mel.device) * tilt * torch.randn(batch, 1, 1, device=mel.device)
    level = torch.randn(batch, 1, 1, device=mel.device)
    floor = torch.rand(batch, 1, 1, device=mel.device) * noise + _QUIETEST
    heard = torch.logaddexp(mel + slope + level, floor + 0.3 * torch.randn_like(mel))
    kept = torch.randint(BANDS // 2, 2 * BANDS, (batch, 1, 1), device=mel.device)
    return torch.where(torch.arange(BANDS, device=mel.device) < kept, heard, _QUIETEST)


def faster(mel: np.ndarray, labels: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """mel (frames, 80) and labels (frames,) as if spoken `rate` times as fast."""
    places = np.arange(0.0, len(mel) - 1, rate)
    low = places.astype(np.int64)
    part = (places - low).astype(np.float32)[:, None]
    return mel[low] * (1 - part) + mel[low + 1] * part, labels[np.rint(places).astype(np.int64)]


def warped(mel: np.ndarray, factor: float) -> np.ndarray:
    """mel (frames, 80) as from a vocal tract `factor` times as long, and a voice as much lower."""
    hz = mel_edges_hz()[1:-1]
    spacing = math.log1p(RATE_HZ / 2 / 700.0) / (BANDS + 1)
    places = np.clip(np.log1p(hz * factor / 700.0) / spacing - 1.0, 0.0, BANDS - 1.001)
    low = places.astype(np.int64)
    part = (places - low).astype(np.float32)
    return mel[:, low] * (1 - part) + mel[:, low + 1] * part


def _other(
    stretch: tuple[np.ndarray, np.ndarray], data: Mapping[str, Any], random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The stretch by another speaker: another rate, another length of the vocal tract."""
    mel, labels = faster(*stretch, math.exp(random.uniform(-data["rate"], data["rate"])))
    return warped(mel, math.exp(random.uniform(-data["tract"], data["tract"]))), labels


def _mel(path: Path) -> np.ndarray:
    with np.load(path) as stored:
        return stored["mel"]


def _labels(sentence: SpokenSentence) -> np.ndarray:
    classes = np.where(sentence.tokens.gaps, SILENCE, sentence.tokens.symbols)
    return np.repeat(classes, sentence.prosody.durations)


def _stretch(
    mel: np.ndarray, labels: np.ndarray, frames: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    start = int(random.integers(max(1, len(mel) - frames)))
    return mel[start : start + frames], labels[start : start + frames]

"""Which frames belong to which token: a small frame classifier and a Viterbi path, sharpened in rounds.

The first round starts from the synthetic ensemble's own durations, which lag the sound by about 45 ms and are coarse;
each following round learns from the paths of the round before, over all corpora, and owes the start nothing more.
Gaps may take no frame at all; every sound takes at least one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.features import BANDS
from vivavoce.prosody.alignment import SILENCE, viterbi, whole_sentence
from vivavoce.text.phonemes import STRESSES
from vivavoce.training.corpora.recordings import Recording, feature_path, recordings
from vivavoce.voice.tokens import GAPS, SYMBOL_ID, SYMBOLS, Tokens, tokenise

TEACHER_LAG_S = 0.045
CLASSES = len(SYMBOLS)


@dataclass(slots=True)
class Item:
    """An utterance with its classes, shape (tokens,), and the frames that each token takes."""

    recording: Recording
    mel: Tensor
    tokens: Tokens
    durations: np.ndarray | None = None

    @property
    def classes(self) -> np.ndarray:
        return np.where(self.tokens.gaps, SILENCE, self.tokens.symbols)


def speaker_language(speaker: str) -> str:
    """British for the two speakers that are, US for all others."""
    return "en-GB" if speaker.startswith(("bf_", "bm_")) else "en-US"


class FrameClassifier(nn.Module):
    """mel (batch, frames, 80) -> log probabilities (batch, frames, classes), seeing nine frames each way."""

    def __init__(self, width: int = 160) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(BANDS, width, 5, padding=2), nn.GELU(), nn.Dropout(0.1),
            nn.Conv1d(width, width, 5, padding=2), nn.GELU(), nn.Dropout(0.1),
            nn.Conv1d(width, width, 3, padding=2, dilation=2), nn.GELU(), nn.Conv1d(width, CLASSES, 3, padding=1),
        )  # fmt: skip

    def forward(self, mel: Tensor) -> Tensor:
        logits = self.layers(((mel + 5.0) / 4.0).transpose(1, 2)).transpose(1, 2)
        return functional.log_softmax(logits.float(), dim=-1)


def teacher_durations(item: Item, symbols: list[str], units: list[int], unit_s: float) -> np.ndarray | None:
    """The ensemble's own durations for our tokens, in frames, moved earlier by their lag; None if they do not match."""
    ends = np.cumsum(units) * unit_s - TEACHER_LAG_S
    sounds: list[tuple[str, float, float]] = []
    stress_start = None
    for symbol, start, end in zip(symbols, ends[:-2], ends[1:-1], strict=True):
        if symbol in STRESSES:
            stress_start = start
        elif symbol in SYMBOL_ID and symbol not in GAPS:
            sounds.append((symbol, start if stress_start is None else stress_start, end))
            stress_start = None
    ours = np.flatnonzero(~item.tokens.gaps)
    if [s for s, _, _ in sounds] != [SYMBOLS[item.tokens.symbols[i]] for i in ours]:
        return None
    starts = np.zeros(len(item.tokens.symbols))
    previous_end = 0.0
    for index in range(len(starts)):
        if item.tokens.gaps[index]:
            starts[index] = previous_end
        else:
            _, starts[index], previous_end = sounds[int(np.searchsorted(ours, index))]
    places = np.clip(np.round(starts * 100).astype(np.int64), 0, len(item.mel))
    durations = np.diff(places, append=len(item.mel))
    return durations if durations.min() >= 0 else None


def fit(model: FrameClassifier, items: list[Item], steps: int, device: str, seed: int) -> None:
    """Teach the classifier the present durations of those `items` that may be trained on."""
    random = np.random.default_rng(seed)
    known = [item for item in items if item.durations is not None and item.recording.split == "train"]
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3)
    model.train()
    for step in track(range(steps), description=f"round {seed}"):
        optimiser.param_groups[0]["lr"] = 2e-3 * (1 - step / steps) + 1e-5
        picked = [known[i] for i in random.integers(len(known), size=16)]
        mel = nn.utils.rnn.pad_sequence([item.mel for item in picked], batch_first=True).to(device)
        labels = nn.utils.rnn.pad_sequence(
            [torch.from_numpy(np.repeat(item.classes, item.durations)) for item in picked],  # pyright: ignore[reportArgumentType, reportCallIssue]
            batch_first=True,
            padding_value=-100,
        ).to(device)
        with torch.autocast(device, torch.bfloat16):
            scores = model(mel.float() + 0.05 * torch.randn_like(mel.float()))
        loss = functional.nll_loss(scores.flatten(0, 1), labels.flatten(), ignore_index=-100)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


@torch.no_grad()
def realign(model: FrameClassifier, items: list[Item], device: str) -> None:
    """New durations for every item, by the classifier's scores over the sounds' own frequency."""
    model.eval()
    scores = [model(item.mel[None].float().to(device))[0].cpu().numpy() for item in items]
    learned = [s for item, s in zip(items, scores, strict=True) if item.recording.split == "train"]
    prior = np.log(np.mean([np.exp(s).mean(axis=0) for s in learned], axis=0) + 1e-4)
    # a slip of one phoneme must not cost the rest of the path
    paths = [np.maximum(s - 0.7 * prior, -12.0)[:, item.classes] for item, s in zip(items, scores, strict=True)]
    order = np.argsort([len(item.mel) for item in items])
    for group in track(np.array_split(order, max(1, len(order) // 64)), description="align"):
        found = viterbi([paths[i] for i in group], [items[i].tokens.gaps for i in group])
        for index, durations in zip(group, found, strict=True):
            items[index].durations = durations


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Align the corpora of the recipe and write `folder/durations.json`: id to frames per token."""
    del minutes
    items: list[Item] = []
    for recording in track(list(recordings(root, config["data"]["corpora"])), description="text"):
        with np.load(feature_path(cache, recording)) as stored:
            mel = torch.from_numpy(stored["mel"])
        sentence = whole_sentence(recording.text, speaker_language(recording.speaker))
        items.append(Item(recording, mel, tokenise(sentence)))
    items = [item for item in items if len(item.mel) >= len(item.tokens.symbols)]
    teacher = {}
    for line in (root / "ensemble" / "alignments.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        teacher[row["id"]] = row
    for item in items:
        if row := teacher.get(item.recording.id):
            item.durations = teacher_durations(item, row["symbols"], row["durations"], row["unit_s"])
    print("start from", sum(item.durations is not None for item in items), "of", len(items), "recordings")
    started = {item.recording.id: item.durations for item in items if item.durations is not None}
    torch.manual_seed(0)
    model = FrameClassifier().to(device)
    for number, steps in enumerate(config["rounds"]["steps"]):
        fit(model, items, steps, device, number)
        realign(model, items, device)
    folder.mkdir(parents=True, exist_ok=True)
    table = {item.recording.id: np.asarray(item.durations).tolist() for item in items}
    (folder / "durations.json").write_text(json.dumps(table), encoding="utf-8")
    differences = [
        np.abs(np.cumsum(table[name])[:-1] - np.cumsum(start)[:-1]) * 10.0 for name, start in started.items()
    ]
    apart = np.concatenate(differences)
    print(f"boundaries against the ensemble's own, lag removed: median {np.median(apart):.0f} ms, "
          f"90 % within {np.quantile(apart, 0.9):.0f} ms")  # fmt: skip

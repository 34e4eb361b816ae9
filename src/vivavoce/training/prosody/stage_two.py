"""Stage II, what Kathaka and CAMP share: texts beside the embeddings of stage I, and a training loop.

A predicted embedding is judged twice: by its distance to what stage I found in the recording, and, weighed by `heard`,
by what the frozen voice makes of it. The second tells which part of a distance is audible.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn

from vivavoce.features import Array
from vivavoce.prosody.linguistics import Linguistics, edges_of
from vivavoce.prosody.recording import SpeakerCentre
from vivavoce.training.prosody.asked import declared_questions
from vivavoce.training.prosody.dataset import batches, centres, padded, spoken_sentences, token_tensors
from vivavoce.training.prosody.sentence import SpokenSentence
from vivavoce.training.prosody.stage_one import StageOne, hidden, stage_one
from vivavoce.training.prosody.texts import text_features, text_key
from vivavoce.training.provenance import recipe
from vivavoce.training.run import Run


@dataclass(frozen=True, slots=True)
class Lesson:
    """One recording: its text as numbers, and what stage I found in it."""

    spoken: SpokenSentence
    text: Linguistics
    mean: Array
    """(64,)."""
    log_variance: Array
    """(64,)."""
    words: Array
    """(words, 16)."""


@dataclass(frozen=True, slots=True)
class Lessons:
    stage: StageOne
    """Stage I, frozen."""
    centre: dict[str, SpeakerCentre]
    learned: list[Lesson]
    held: list[Lesson]
    settings: Mapping[str, float]
    """`embeddings` of stage I's recipe: what of a sentence is hidden from the voice, and what weighs more."""


def lessons(root: Path, cache: Path, runs: Path, device: str) -> Lessons:
    """Everything but the test sentences, through the stage I of `runs/prosody`."""
    config = recipe("prosody")
    stage = stage_one(runs / "prosody", config, trained=True).to(device).eval().requires_grad_(False)
    corpora = config["data"]["corpora"]
    sentences = [s for s in spoken_sentences(root, cache, runs / "alignment" / "durations.json", corpora) if s.is_model]
    centre = centres(sentences)
    sentences = [s for s in [*sentences, *declared_questions(sentences)] if s.split != "test"]
    texts = _with_emphasis(root, sentences, text_features(cache, sentences))
    agreeing = [s for s in sentences if s.tokens.words.max() < len(texts[s.id].words)]
    found = _posteriors(stage, agreeing, texts, centre, device)
    learned, held = ([f for f in found if f.spoken.split == split] for split in ("train", "development"))
    return Lessons(stage, centre, learned, held, config["embeddings"])


def text_tensors(batch: Sequence[Linguistics]) -> dict[str, Tensor]:
    """Padded tensors of what the text-side networks read; batch axis first."""
    longest = max(len(text.labels) for text in batch)
    edges = np.zeros((len(batch), longest, longest), np.int64)
    for row, text in enumerate(batch):
        edges[row, : len(text.parents), : len(text.parents)] = edges_of(text.parents)
    return {
        "sentence": torch.from_numpy(np.stack([text.sentence for text in batch])),
        "labels": padded([text.labels for text in batch]).long(),
        "edges": torch.from_numpy(edges),
        "node_mask": padded([np.ones(len(text.labels), np.float32) for text in batch]),
        "words": padded([text.words for text in batch]),
        "features": padded([text.features for text in batch]).long(),
        "word_mask": padded([np.ones(len(text.words), np.float32) for text in batch]),
    }


def lesson_tensors(batch: Sequence[Lesson], material: Lessons, device: str) -> dict[str, Tensor]:
    """Tokens, texts and the embeddings to be predicted."""
    tokens = token_tensors([lesson.spoken for lesson in batch], material.centre)
    tokens["knot_weights"] = tokens["knot_weights"] * (1.0 + material.settings["ending_weight"] * tokens["phrase_end"])
    tensors = tokens | text_tensors([x.text for x in batch])
    tensors["mean"] = torch.from_numpy(np.stack([lesson.mean for lesson in batch]))
    tensors["log_variance"] = torch.from_numpy(np.stack([lesson.log_variance for lesson in batch]))
    tensors["word_targets"] = padded([lesson.words for lesson in batch])
    return {name: tensor.to(device) for name, tensor in tensors.items()}


Loss = Callable[[nn.Module, dict[str, Tensor], int], dict[str, Tensor]]
"""(network, tensors of a batch, number of a member) -> the terms of the loss, weighed, by name."""


def train_predictor(
    network: nn.Module, loss: Loss, material: Lessons, config: Mapping[str, Any], folder: Path, minutes: float,
    device: str,
) -> None:  # fmt: skip
    """Fit the members in turn on the same batches, for `minutes` or to the last step, resuming what is there."""
    settings, members = config["optimiser"], config["network"]["members"]
    network.to(device)
    optimiser = torch.optim.AdamW(network.parameters(), settings["rate"], weight_decay=settings["weight_decay"])
    smooth = torch.optim.swa_utils.get_ema_multi_avg_fn(settings["average"])
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=smooth)
    run = Run(folder, {"network": network, "optimiser": optimiser, "average": average}, minutes)
    repeat = recipe("prosody")["data"]["repeat"]
    learned = [x for x in material.learned for _ in range(repeat[x.spoken.corpus])]
    source = _batches(learned, config["data"]["tokens"], run.step + settings["seed"])
    for step in run.steps():
        if step >= settings["decay_steps"]:
            run.save()
            break
        rate = settings["rate"] * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / settings["decay_steps"])))
        optimiser.param_groups[0]["lr"] = rate * min(1.0, (step + 1) / settings["warm_up_steps"])
        network.train()
        batch = lesson_tensors(next(source), material, device)
        # a voice that knows its sentences by heart needs no embedding
        told = torch.ones_like(batch["mean"][:, :1])
        batch["symbols"] = hidden(batch["symbols"], batch["owner"], told, material.settings)
        terms = loss(network, batch, step % members)
        run.log(**terms)
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(terms.values())).sum().backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(network)
        if (step + 1) % settings["evaluate_every"] == 0:
            _evaluate(average.module.eval(), loss, material, members, device, run)


def _batches(learned: list[Lesson], tokens: int, seed: int) -> Iterator[list[Lesson]]:
    for numbers in batches([lesson.spoken for lesson in learned], tokens, np.random.default_rng(seed)):
        yield [learned[number] for number in numbers]


@torch.no_grad()
def _evaluate(network: nn.Module, loss: Loss, material: Lessons, members: int, device: str, run: Run) -> None:
    groups = [material.held[start : start + 48] for start in range(0, len(material.held), 48)]
    found = [
        loss(network, lesson_tensors(group, material, device), number % members) for number, group in enumerate(groups)
    ]
    means = {name: float(torch.stack([terms[name] for terms in found]).mean()) for name in found[0]}
    run.console.print("held out: " + " ".join(f"{name} {value:.4f}" for name, value in means.items()))


@torch.no_grad()
def _posteriors(
    stage: StageOne, sentences: Sequence[SpokenSentence], texts: dict[str, Linguistics],
    centre: dict[str, SpeakerCentre], device: str,
) -> list[Lesson]:  # fmt: skip
    found = []
    ordered = sorted(sentences, key=lambda s: len(s.tokens.symbols))
    for start in track(range(0, len(ordered), 64), description="stage I"):
        group = ordered[start : start + 64]
        tokens = {name: x.to(device) for name, x in token_tensors(group, centre).items()}
        mean, log_variance = (x.cpu().numpy() for x in stage.posterior(tokens))
        words = stage.words(tokens).cpu().numpy()
        for row, spoken in enumerate(group):
            count = len(texts[spoken.id].words)
            own = np.zeros((count, words.shape[-1]), np.float32)
            own[: min(count, words.shape[1])] = words[row, :count]
            found.append(Lesson(spoken, texts[spoken.id], mean[row], log_variance[row], own))
    return found


def _with_emphasis(
    root: Path, sentences: Sequence[SpokenSentence], texts: dict[tuple[str, str], Linguistics]
) -> dict[str, Linguistics]:
    """Texts by the recording's id, with the word marked that the speaker was told to emphasise."""
    with open(root / "intonation" / "intonation.tsv", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        emphasised = {row["id"]: int(row["emphasised_word"]) for row in rows if row["emphasised_word"]}
    found = {}
    for sentence in sentences:
        text = texts[text_key(sentence)]
        if (word := emphasised.get(sentence.id)) is not None and word < len(text.words):
            features = text.features.copy()
            features[word, -1] = 1
            text = replace(text, features=features)
        found[sentence.id] = text
    return found

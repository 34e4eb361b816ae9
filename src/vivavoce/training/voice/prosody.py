"""Train durations, pitch and energy together with stage I of Kathaka and CAMP.

hibari's network for them, with tables of the speakers and of the kinds of sentence, learns from exact labels beside two
reference encoders. Most examples are told no embedding, so that zero stays a voice of its own; the others are told the
sentence's, the words' or both, with some sounds and punctuation hidden, or the voice, which knows its sentences by
heart, would learn to ignore them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.training.core.checkpoint import EMA, load_checkpoint
from vivavoce.training.core.product import Losses, Metrics, Product, Progress
from vivavoce.training.core.recipe import Recipe
from vivavoce.training.voice.examples import Example, centres, examples, tensors
from vivavoce.training.voice.kinds import last_rise
from vivavoce.training.voice.more import CORPUS as MORE
from vivavoce.training.voice.more import RETOLD, UNSPOKEN, prepare_more, prepare_retold
from vivavoce.training.voice.networks import Melody
from vivavoce.training.voice.prepare import prepare
from vivavoce.training.voice.reference import over_tokens
from vivavoce.training.voice.selection import selection
from vivavoce.training.voice.stage_one import (
    UNVOICED_SHARE,
    StageOne,
    half_heard,
    label_losses,
    mean_of,
    predict,
    set_registers,
)
from vivavoce.training.voice.utterances import SPEAKERS, utterances
from vivavoce.training.voice.warm_start import HIBARI, begin, load_exported

LENGTH_TABLES = "melody.l."


@dataclass(frozen=True, kw_only=True)
class ReferenceSettings:
    """The reference encoders' sizes."""

    width: int = 96
    layers: int = 3
    passes: int = 2


@dataclass(frozen=True, kw_only=True)
class ProsodyData:
    """What a batch is made of."""

    corpora: tuple[str, ...]
    styles: str = ""
    """Folder of the teacher's style files, empty for share/kokoro-js/voices of this Python."""
    batch: int = 16
    kind_share: float = 1.3
    """Of an utterance that is said as its kind asks, beside one that is said as it was."""
    speaker_shares: dict[str, float] = field(default_factory=dict)
    """How often speakers are drawn, beside one for all others."""


@dataclass(frozen=True, kw_only=True)
class EmbeddingSettings:
    """How many examples are told what; the rest are told nothing."""

    sentence_share: float
    both_share: float
    word_share: float
    hidden_share: float
    """Of sounds, and of sentences' punctuation, where an embedding is told."""
    unknown_kind_share: float
    """Of what is told an embedding and has a kind: the embedding alone is to tell it."""
    word_noise: float
    """So that a prediction may miss by as much."""
    divergence_weight: float
    """Of a nat."""
    anneal_steps: int


@dataclass(frozen=True, kw_only=True)
class ProsodyRecipe(Recipe):
    """Recipe of durations, pitch and energy with stage I."""

    reference: ReferenceSettings
    data: ProsodyData
    embeddings: EmbeddingSettings
    begin: str = HIBARI
    """Whose weights come first: hibari's, or those of an addon of this voice, by name or folder."""
    follows: str = ""
    """The run of this product that is gone on from instead."""
    quick_rate: float = 4.0
    """How much faster tables and reference encoders learn than what begins with hibari's weights."""
    fixed_references: bool = False
    """Whether the reference encoders stay as they are, so that what was learned about their embeddings stays true."""


class Prosody(Product[ProsodyRecipe]):
    """Durations, pitch and energy, which are exported with the frame decoder as one voice. The addon of its own is the
    index of selection: what stage I finds in the training sentences."""

    recipe_class = ProsodyRecipe

    @property
    def depends_on(self) -> tuple[str, ...]:
        return (self.recipe.follows,) if self.recipe.follows else ()

    @property
    def features(self) -> Path:
        """Where the prepared utterances lie."""
        return self.workspace.features / "voice"

    def prepare(self, minutes: float) -> None:
        del minutes
        data = self.recipe.data
        prepare(self.workspace.speech, self.features, data.styles, [c for c in data.corpora if c not in UNSPOKEN])
        if MORE in data.corpora:
            prepare_more(self.workspace.speech, self.features, data.styles)
        if RETOLD in data.corpora:
            prepare_retold(self.workspace.speech, self.features, data.styles)

    def build_network(self) -> StageOne:
        return StageOne(asdict(self.recipe.reference))

    def initialize(self, network: nn.Module) -> None:
        assert isinstance(network, StageOne)
        if self.recipe.follows:
            go_on(network, self.workspace.run(self.recipe.follows))
            return
        begin(network.melody, self.recipe.begin, "melody")
        spoken = utterances(self.features, [c for c in self.recipe.data.corpora if c not in UNSPOKEN], with_sound=False)
        network.melody.centre.copy_(torch.tensor(centres(spoken)))
        if self.recipe.begin == HIBARI:
            set_registers(network.melody)
        else:
            load_exported(network.sentence, self.recipe.begin, "sentence")
            load_exported(network.word, self.recipe.begin, "word")

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        quick, slow = [], []
        for name, parameter in network.named_parameters():
            if self.recipe.fixed_references and not name.startswith("melody."):
                continue
            (slow if name.startswith("melody.p.") else quick).append(parameter)
        return [{"params": slow}, {"params": quick, "learning_rate_scale": self.recipe.quick_rate}]

    @cached_property
    def learned(self) -> list[Example]:
        """What is trained on."""
        spoken = utterances(self.features, self.recipe.data.corpora, with_sound=False)
        return examples(spoken, centres([u for u in spoken if u.corpus not in UNSPOKEN]))

    @cached_property
    def held(self) -> list[Example]:
        """Development sentences: as recorded, and with the melody of their kinds."""
        spoken = utterances(self.features, ["kathleen", "ensemble"], ("development",), with_sound=False)
        return examples(spoken, centres(spoken))

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[dict[str, Tensor]]:
        data, learned = self.recipe.data, self.learned
        sizes = np.array([len(e.spoken.ids) for e in learned])
        weights = example_weights(learned, data)
        centre = centres([e.spoken for e in learned if e.has_lengths and not e.kind])
        while True:
            lead = random.choice(len(learned), p=weights)
            near = np.argsort(np.abs(sizes - sizes[lead]) + random.uniform(0, 6, len(sizes)))[: 12 * data.batch]
            chosen = random.choice(near, data.batch, replace=False, p=weights[near] / weights[near].sum())
            yield tensors([learned[i] for i in chosen], centre)

    def losses(self, network: nn.Module, batch: dict[str, Tensor], progress: Progress) -> Losses:
        assert isinstance(network, StageOne)
        settings = self.recipe.embeddings
        mean, log_variance = (x.float() for x in network.posterior(batch))
        words = network.words(batch).float()
        drawn = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        words = words + settings.word_noise * torch.randn_like(words)
        chance = torch.rand(len(mean), 1)
        sentences = settings.sentence_share + settings.both_share
        with_sentence = (chance < sentences).float()
        with_words = ((chance > settings.sentence_share) & (chance < sentences + settings.word_share)).float()
        told = (with_sentence + with_words).clamp(max=1.0)
        unknown = (torch.rand(len(mean)) < settings.unknown_kind_share * told[:, 0]).long()
        heard = batch | {
            "symbols": half_heard(batch["symbols"], settings.hidden_share * told),
            "kind": batch["kind"] * (1 - unknown),
        }
        given = over_tokens(words, batch["owner"]) * with_words[..., None]
        terms = label_losses(network.melody, *predict(network.melody, heard, drawn * with_sentence, given), batch)
        nats = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1.0).sum(-1)
        priced = mean_of(nats, with_sentence[:, 0])
        weight = settings.divergence_weight * progress.ramp(settings.anneal_steps)
        return Losses(terms | {"divergence": weight * priced * with_sentence.mean()}, {"nats": priced.detach()})

    def validate(self, network: nn.Module) -> Metrics:
        assert isinstance(network, StageOne)
        return held_figures(network.melody, self.held)

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, StageOne)
        return selection(network, self.workspace)


def go_on(network: StageOne, run: Path) -> None:
    """Put the averaged weights of an earlier run into a network; tables of length that it had none of stay zero."""
    weights = load_checkpoint(run).states[EMA]
    fresh = {name: value for name, value in network.state_dict().items() if name.startswith(LENGTH_TABLES)}
    network.load_state_dict(fresh | weights)


def example_weights(learned: Sequence[Example], data: ProsodyData) -> np.ndarray:
    """How often each example is drawn, summing to one: speakers alike but for their shares, kinds by theirs."""
    weights = np.array([data.kind_share if e.kind else 1.0 for e in learned])
    speakers = np.array([e.spoken.speaker for e in learned])
    for number, name in enumerate(SPEAKERS):
        weights[speakers == number] *= data.speaker_shares.get(name, 1.0) / weights[speakers == number].sum()
    return weights / weights.sum()


def held_figures(melody: Melody, held: Sequence[Example]) -> dict[str, float]:
    """Figures on development sentences at their own lengths, by speaker and of the ensemble's mean: pitch in semitones,
    its correlation, voicing, durations, length and energy; of each kind how many semitones the end of it rises."""
    plain: dict[str, list[list[float]]] = {}
    rises: dict[str, list[float]] = {}
    for example in held:
        said, batch = example.spoken, tensors([example], melody.centre.tolist())
        log_units, f0, energy = (x[0].float().numpy() for x in predict(melody, batch))
        least = UNVOICED_SHARE * math.exp(float(melody.centre[said.speaker, 0]))
        rises.setdefault(said.kind or "statement", []).append(last_rise(np.where(f0 > least, f0, 0.0)))
        if example.kind:
            continue
        ours, theirs = f0 > least, said.f0_hz > least
        both = ours & theirs
        a, b = 12 * np.log2(f0[both]), 12 * np.log2(said.f0_hz[both])
        units = np.maximum(1, np.round(np.exp(log_units) - 1))
        row = [
            float(np.abs(a - b).mean()), float(np.corrcoef(a, b)[0, 1]), float((ours != theirs).mean()),
            float(np.abs(log_units - np.log1p(said.units.numpy())).mean()),
            float(abs(units.sum() / said.units.sum() - 1.0)), float(np.abs(energy - said.energy).mean()),
        ]  # fmt: skip
        plain.setdefault(SPEAKERS[said.speaker], []).append(row)
    names = ("pitch_st", "correlation", "voicing", "log_units", "length", "energy")
    speakers = {name: np.nanmean(rows, axis=0) for name, rows in plain.items()}
    found = {f"{name}_{speaker}": x for speaker, row in speakers.items() for name, x in zip(names, row, strict=True)}
    means = np.mean([row for name, row in speakers.items() if name != "kathleen"], axis=0)
    found |= {f"{name}_ensemble": x for name, x in zip(names, means, strict=True)}
    found |= {f"ending_{kind}_st": float(np.nanmedian(x)) for kind, x in rises.items()}
    return {name: float(value) for name, value in found.items()}

"""Train text encoder and frame decoder: hibari's weights, tables of the speakers, losses on the sound.

First spectra alone, then discriminators too, which a voice needs to lose its blur; what the first step sounds like is
good speech in the wrong voice, so development sentences are judged by likeness and words besides quality.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.training.core.checkpoint import EMA, load_checkpoint
from vivavoce.training.core.discriminators import MagnitudeDiscriminators
from vivavoce.training.core.product import Losses, Product, Progress, Workspace
from vivavoce.training.core.recipe import Recipe, read_recipe
from vivavoce.training.core.spectral_loss import spectral_loss
from vivavoce.training.voice.chorus import chorus
from vivavoce.training.voice.networks import Voice
from vivavoce.training.voice.prepare import prepare
from vivavoce.training.voice.sound import FRAME_SAMPLES, draw_noise, mel_distance, synthesise
from vivavoce.training.voice.stage_one import PROSODY_RUNS
from vivavoce.training.voice.stretches import Batch, sampling_weights, stretches, synthesize_batch
from vivavoce.training.voice.utterances import SPEAKERS, Utterance, utterances
from vivavoce.training.voice.warm_start import HIBARI, begin


@dataclass(frozen=True, kw_only=True)
class DecoderData:
    """What a batch is made of."""

    corpora: tuple[str, ...]
    styles: str = ""
    """Folder of the teacher's style files, empty for share/kokoro-js/voices of this Python."""
    batch: int = 4
    """Stretches."""
    frames: int = 96
    """Of 12.5 ms, of each stretch."""
    margin: int = 12
    """Frames beside a stretch that are computed and not judged."""
    speaker_shares: dict[str, float] = field(default_factory=dict)
    """How often speakers are drawn, beside one for all others."""
    corpus_shares: dict[str, float] = field(default_factory=dict)
    as_hibari: tuple[str, ...] = ()
    """Speakers whose sound is made anew by hibari's decoder from their labels, for it speaks better than the corpus."""


@dataclass(frozen=True, kw_only=True)
class DecoderRecipe(Recipe):
    """Recipe of the text encoder and frame decoder."""

    data: DecoderData
    begin: str = HIBARI
    """Whose weights come first: hibari's, or those of an addon of this voice, by name or folder."""
    follows: str = ""
    """The run of this product that is gone on from instead, as it is exported, discriminators included."""
    kept_share: float = 0.0
    """How much of that run's weights the exported ones keep: a mean of both can be better than either."""
    discriminator_sizes: tuple[int, ...] = (1024, 512, 128)
    """Points of the spectra that the discriminators look at."""
    table_rate: float = 5.0
    """How much faster the speakers' tables learn."""


class Decoder(Product[DecoderRecipe]):
    """Text encoder and frame decoder; exported as the whole voice, with the durations and melody of its other run."""

    recipe_class = DecoderRecipe

    @property
    def depends_on(self) -> tuple[str, ...]:
        earlier, run = list[str](), self.recipe.follows
        while run:
            earlier.insert(0, run)
            run = getattr(read_recipe(run), "follows", "")
        return (*PROSODY_RUNS, *earlier)

    @property
    def features(self) -> Path:
        """Where the prepared utterances lie."""
        return self.workspace.features / "voice"

    def prepare(self, minutes: float) -> None:
        del minutes
        prepare(self.workspace.speech, self.features, self.recipe.data.styles, self.recipe.data.corpora)

    def build_network(self) -> Voice:
        return Voice(len(SPEAKERS))

    def initialize(self, network: nn.Module) -> None:
        assert isinstance(network, Voice)
        if self.recipe.follows:
            network.load_state_dict(exported_mean(self.workspace, self.recipe.follows))
        else:
            begin(network, self.recipe.begin, "voice")

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        tables = [p for name, p in network.named_parameters() if name.startswith("v.")]
        rest = [p for name, p in network.named_parameters() if not name.startswith("v.")]
        return [{"params": rest}, {"params": tables, "learning_rate_scale": self.recipe.table_rate}]

    def discriminators(self) -> nn.Module:
        made = MagnitudeDiscriminators(self.recipe.discriminator_sizes)
        if self.recipe.follows:
            made.load_state_dict(load_checkpoint(self.workspace.run(self.recipe.follows)).states["discriminators"])
        return made

    @cached_property
    def utterances(self) -> list[Utterance]:
        """What is trained on."""
        return utterances(self.features, self.recipe.data.corpora)

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[Batch]:
        data = self.recipe.data
        weights = sampling_weights(self.utterances, data.speaker_shares, data.corpus_shares)
        while True:
            chosen = random.choice(len(weights), data.batch, p=weights)
            yield stretches([self.utterances[i] for i in chosen], data.frames, data.margin, random)

    @cached_property
    def hibari(self) -> Voice:
        """The voice as it began, which is not trained."""
        voice = self.build_network()
        begin(voice, HIBARI, "voice")
        return voice.eval()

    def losses(self, network: nn.Module, batch: Batch, progress: Progress) -> Losses:
        assert isinstance(network, Voice)
        parts = synthesize_batch(network, batch)
        noise = draw_noise(batch.excitation)
        wanted = self._target_sound(batch, noise)
        with torch.autocast("cpu", enabled=False):
            ours = synthesise(parts, batch.excitation, noise)[:, self._judged]
            terms = {"spectra": spectral_loss(ours, wanted), "mel": mel_distance(ours, wanted)}
        return Losses(terms, real=wanted, generated=ours)

    @property
    def _judged(self) -> slice:
        margin = self.recipe.data.margin * FRAME_SAMPLES
        return slice(margin, -margin)

    @torch.no_grad()
    def _target_sound(self, batch: Batch, noise: Tensor) -> Tensor:
        """The sound of the batch (batch, samples), hibari's where it is to be, with the noise that ours is made of."""
        named = torch.tensor([SPEAKERS.index(name) for name in self.recipe.data.as_hibari], dtype=torch.int64)
        rows = torch.isin(batch.speaker, named)
        if not rows.any():
            return batch.sound
        parts = synthesize_batch(self.hibari, batch.select(rows))
        wanted = batch.sound.clone()
        wanted[rows] = synthesise(parts, batch.excitation[rows], noise[rows])[:, self._judged]
        return wanted

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, Voice)
        if self.recipe.kept_share:
            before = exported_mean(self.workspace, self.recipe.follows)
            network.load_state_dict(mean_weights(network.state_dict(), before, self.recipe.kept_share))
        return chorus(network, self.workspace, self.utterances)


def exported_mean(workspace: Workspace, run: str) -> Mapping[str, Tensor]:
    """The weights that a run is exported with: its averaged ones and what it keeps of the run that it followed."""
    checkpoint = load_checkpoint(workspace.run(run))
    weights, kept = checkpoint.states[EMA], checkpoint.recipe.get("kept_share", 0.0)
    if not kept:
        return weights
    return mean_weights(weights, exported_mean(workspace, str(checkpoint.recipe["follows"])), float(str(kept)))


def mean_weights(after: Mapping[str, Tensor], before: Mapping[str, Tensor], kept: float) -> dict[str, Tensor]:
    """A share `kept` of the weights `before`, the rest of those `after`."""
    return {n: value.lerp(before[n], kept) if value.is_floating_point() else value for n, value in after.items()}

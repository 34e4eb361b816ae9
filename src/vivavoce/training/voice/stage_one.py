"""Stage I: the voice's melody beside two reference encoders, and how far what they make is from the labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.training.core.checkpoint import load_checkpoint, load_weights
from vivavoce.training.core.product import Workspace
from vivavoce.training.core.recipe import recipe_of
from vivavoce.training.corpora.intonation import VOICED_HZ
from vivavoce.training.voice.hibari import vocabulary
from vivavoce.training.voice.networks import FRAMES_PER_UNIT, Melody
from vivavoce.training.voice.reference import SentenceReference, WordReference, word_shares
from vivavoce.training.voice.utterances import SPEAKERS

PROSODY_RUNS = ("chorus-prosody", "chorus-questions", "chorus-lengths", "chorus-retold")
"""Each goes on from the one before."""
PROSODY_RECIPE = PROSODY_RUNS[-1]
UNVOICED_SHARE = 0.35
"""Of the speaker's median f0: what is lower counts as unvoiced."""


class StageOne(nn.Module):
    """The voice's melody and the two reference encoders."""

    def __init__(self, reference: Mapping[str, int]) -> None:
        super().__init__()
        self.melody = Melody(len(SPEAKERS))
        self.sentence = SentenceReference(**reference)
        self.word = WordReference(**reference)

    def posterior(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the sentences' embeddings, (batch, 64) both."""
        return self.sentence(batch["symbols"], batch["reference"], batch["mask"])

    def words(self, batch: Mapping[str, Tensor]) -> Tensor:
        """Embeddings of the words, (batch, words, 16)."""
        return self.word(batch["symbols"], batch["reference"], batch["mask"], word_shares(batch["owner"]))


def trained_stage(workspace: Workspace) -> StageOne:
    """Stage I as its run left it, in evaluation mode. Raises `InputError` where it was not trained yet."""
    run = workspace.run(PROSODY_RECIPE)
    recipe: Any = recipe_of(load_checkpoint(run).recipe, str(run))
    stage = StageOne(asdict(recipe.reference))
    load_weights(stage, run)
    return stage.eval()


def set_registers(melody: Melody) -> None:
    """Let each speaker's pitch begin at their own height, with hibari's own speaker as the measure."""
    log_f0 = melody.centre[:, 0]
    ratio = (log_f0 - log_f0[SPEAKERS.index("af_heart")]).exp()
    with torch.no_grad():
        melody.v.table("out")[:, :FRAMES_PER_UNIT] = ratio[:, None] - 1.0


def predict(
    melody: Melody, batch: Mapping[str, Tensor], sentence: Tensor | None = None, words: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """log(1 + units) of the tokens, and f0 and energy at the batch's own durations."""
    states = melody.encode(batch["symbols"], batch["mask"], batch["speaker"], batch["kind"], sentence, words)
    log_units = melody.log_units(states, batch["mask"], batch["speaker"])
    spread = states.gather(1, batch["token"][..., None].expand(-1, -1, states.shape[-1]))
    f0, energy = melody.contours(spread, batch["valid"][..., None], batch["speaker"], batch["kind"])
    return log_units, f0, energy


def label_losses(
    melody: Melody, log_units: Tensor, f0: Tensor, energy: Tensor, batch: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Losses by name: `log_units` (batch, tokens), `f0` in Hz and `energy` (batch, frames) against the labels."""
    median = melody.centre[batch["speaker"], :1].exp()
    mask, weights, wanted = batch["mask"] * batch["has_lengths"][:, None], batch["weights"], batch["f0"]
    frames = weights.clamp(max=1.0)
    total = (batch["units"] * batch["mask"]).sum(1)
    said = ((log_units.exp() - 1.0) * batch["mask"]).sum(1)
    voiced = (wanted > VOICED_HZ).float() * weights
    meant, ours = wanted.clamp(min=25.0).log(), f0.clamp(min=25.0).log()
    both = torch.minimum(voiced[:, 1:], voiced[:, :-1])
    moved = (ours.diff() - meant.diff()).abs()
    floor, bound = torch.log(f0.clamp(min=0.0) + 10.0), torch.log(wanted + 10.0)
    spoken = functional.binary_cross_entropy_with_logits(
        (f0 / median - UNVOICED_SHARE) / 0.1, (wanted > UNVOICED_SHARE * median).float(), reduction="none"
    )
    return {
        "duration": mean_of((log_units - torch.log1p(batch["units"])).abs(), mask),
        "length": 0.3 * mean_of((said - total).abs() / total, batch["has_lengths"]),
        "pitch": 2.0 * mean_of((ours - meant).abs(), voiced) + mean_of((f0 - wanted).abs() / median, frames),
        "movement": 2.0 * mean_of(moved, both),
        "voicing": 0.2 * mean_of(spoken, frames) + 0.3 * mean_of((floor - bound).abs(), frames),
        "energy": 0.25 * mean_of((energy - batch["energy"]).abs(), frames),
    }


def half_heard(symbols: Tensor, share: Tensor) -> Tensor:
    """symbols (batch, tokens) with a share (batch, 1) of sounds hidden, and of as many sentences the punctuation."""
    sounds = torch.isin(symbols, _SOUNDS)
    hidden = (torch.rand(symbols.shape) < share) & sounds
    unmarked = (torch.rand(share.shape) < share) & ~sounds & (symbols > 0)
    return symbols.masked_fill(hidden, 0).masked_fill(unmarked, vocabulary()[" "])


def mean_of(values: Tensor, weights: Tensor) -> Tensor:
    """The mean of values by their weights, of one shape: a scalar; 0 where there are none."""
    return (values * weights).sum() / weights.sum().clamp_min(1.0)


_SOUNDS = torch.tensor([number for symbol, number in vocabulary().items() if symbol not in ' ;:,.!?—…"()“”'])

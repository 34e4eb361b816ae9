"""Stage I of Kathaka and of CAMP, together: what a recording's prosody is, and a voice that follows it.

A sentence encoder with a distribution (Kathaka, and the selection of embeddings) and a word encoder without one (CAMP)
learn beside new encoders of durations and of the melody for the voice. New ones, because those of the trained voice
know its sentences by heart and learn to ignore what an embedding tells; for the same reason some sounds and all
punctuation of some sentences are hidden where an embedding is told. Each example keeps one of the embeddings, both or
none, so that one voice serves every system and zero stays a voice of its own. Decoder and text encoder are left as they
are: mel enters no loss, because pitch, energy and durations are all that the decoder is told.
"""

from __future__ import annotations

import bisect
import copy
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.training.acoustic import token_losses
from vivavoce.training.networks.acoustic import AcousticModel
from vivavoce.training.networks.reference import (
    SentenceReference,
    TokenEncoders,
    WordReference,
    over_tokens,
    word_shares,
)
from vivavoce.training.prosody.asked import declared_questions, falling_questions
from vivavoce.training.prosody.dataset import (
    SpeakerCentre,
    batches,
    centres,
    spoken_sentences,
    token_tensors,
)
from vivavoce.training.prosody.sentence import SpokenSentence
from vivavoce.training.provenance import recipe
from vivavoce.training.run import Run, load_average
from vivavoce.training.utterances import SPEAKERS
from vivavoce.voice.tokens import GAPS, SYMBOL_ID

Embeddings = tuple[Tensor, Tensor]


class StageOne(nn.Module):
    """The voice's two encoders and the two reference encoders."""

    def __init__(self, encoders: TokenEncoders, reference: Mapping[str, Any]) -> None:
        super().__init__()
        self.encoders = encoders
        self.sentence = SentenceReference(**reference)
        self.word = WordReference(**reference)

    def posterior(self, tokens: dict[str, Tensor]) -> Embeddings:
        """Mean and log variance of the sentences' embeddings, (batch, 64) both."""
        return self.sentence(tokens["symbols"], tokens["stress"], tokens["reference"], tokens["mask"])

    def words(self, tokens: dict[str, Tensor]) -> Tensor:
        """Embeddings of the words, (batch, words, 16)."""
        shares = word_shares(tokens["owner"])
        return self.word(tokens["symbols"], tokens["stress"], tokens["reference"], tokens["mask"], shares)


def stage_one(folder: Path, config: Mapping[str, Any], trained: bool) -> StageOne:
    """The model, new or with its own averaged weights from `folder`."""
    acoustic = AcousticModel(len(SPEAKERS), **recipe("acoustic")["network"])
    model = StageOne(TokenEncoders(acoustic.duration, acoustic.melody), config["reference"])
    if trained:
        load_average(folder, model)
    return model


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Kullback-Leibler divergence from the standard normal distribution, in nats: (batch, 64) both -> (batch,)."""
    return 0.5 * (mean**2 + log_variance.exp() - log_variance - 1.0).sum(-1)


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes` or to its last step, resuming what is there."""
    settings = config["optimiser"]
    torch.manual_seed(settings["seed"])
    alignment = folder.parent / "alignment" / "durations.json"
    sentences = [s for s in spoken_sentences(root, cache, alignment, config["data"]["corpora"]) if s.is_model]
    centre = centres(sentences)
    spoken = [
        *sentences,
        *declared_questions(sentences),
        *(config["data"]["wh_repeat"] - 1) * falling_questions(sentences),
    ]
    learned = [s for s in spoken if s.split == "train" for _ in range(config["data"]["repeat"][s.corpus])]
    held = [s for s in sentences if s.split == "development"]
    model = stage_one(folder, config, trained=False).to(device)
    optimiser = torch.optim.AdamW(
        [
            {"params": model.encoders.parameters(), "rate": settings["voice_rate"]},
            {"params": [*model.sentence.parameters(), *model.word.parameters()], "rate": settings["rate"]},
        ],
        weight_decay=0.01,
    )
    smooth = torch.optim.swa_utils.get_ema_multi_avg_fn(settings["average"])
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=smooth)
    run = Run(folder, {"model": model, "optimiser": optimiser, "average": average}, minutes)
    source = batches(learned, config["data"]["tokens"], np.random.default_rng(run.step + settings["seed"]))
    for step in run.steps():
        if step >= settings["periods"][-1]:
            run.save()
            break
        scale = falling(step, settings["periods"])
        for group in optimiser.param_groups:
            group["lr"] = group["rate"] * scale * min(1.0, (step + 1) / settings["warm_up_steps"])
        batch = [learned[index] for index in next(source)]
        tokens = {name: x.to(device) for name, x in token_tensors(batch, centre).items()}
        annealed = settings["divergence_weight"] * min(1.0, step / settings["anneal_steps"])
        loss = _loss(model, tokens, config["embeddings"], annealed, device, run)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(model)
        if (step + 1) % settings["evaluate_every"] == 0:
            _evaluate(average.module, held, centre, device, run)


def falling(step: int, periods: Sequence[int]) -> float:
    """The share of the rate at a step: a cosine to a fiftieth in each period, which begins at half the one before.
    `periods` are the steps at which they end."""
    number = bisect.bisect_right(periods, step)
    start = periods[number - 1] if number else 0
    turn = (step - start) / (periods[number] - start)
    return 0.5**number * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * turn)))


def _loss(
    model: StageOne, tokens: dict[str, Tensor], settings: Mapping[str, float], weight: float, device: str, run: Run
) -> Tensor:
    """Reconstruction with some embeddings left out, and the price of what the sentence's distribution tells."""
    with torch.autocast(device, torch.bfloat16):
        mean, log_variance = (x.float() for x in model.posterior(tokens))
        words = model.words(tokens).float()
        drawn = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        words = words + settings["word_noise"] * torch.randn_like(words)
        chance = torch.rand(len(mean), 1, device=device)
        with_sentence = ((chance < settings["sentence_share"]) | (chance > 1 - settings["both_share"])).float()
        with_words = (chance > settings["sentence_share"] + settings["none_share"]).float()
        given = (drawn * with_sentence, over_tokens(words, tokens["owner"]) * with_words[..., None])
        told = (with_sentence + with_words).clamp(max=1.0)
        heard = {
            **tokens,
            "symbols": hidden(tokens["symbols"], tokens["owner"], told, settings),
            "knot_weights": tokens["knot_weights"] * (1.0 + settings["ending_weight"] * tokens["phrase_end"]),
        }
        duration, pitch, loudness = token_losses(model.encoders, heard, given)
    nats = (divergence(mean, log_variance) * with_sentence[:, 0]).sum() / with_sentence.sum().clamp_min(1.0)
    run.log(duration=duration, pitch=pitch, energy=loudness, nats=nats)
    return duration + 3.0 * pitch + 0.5 * loudness + weight * nats * with_sentence.mean()


def hidden(symbols: Tensor, owner: Tensor, told: Tensor, settings: Mapping[str, float]) -> Tensor:
    """symbols (batch, tokens) as the voice hears them while it learns: less where `told` (batch, 1) is 1, that is where
    an embedding is given."""
    return slurred(half_heard(symbols, settings["hidden_share"] * told), owner, settings["slurred_share"])


def half_heard(symbols: Tensor, share: Tensor) -> Tensor:
    """symbols (batch, tokens) with a share (batch, 1) of sounds hidden, and the punctuation of as many sentences."""
    gaps = symbols < len(GAPS)
    hidden = torch.rand(symbols.shape, device=symbols.device) < share
    unmarked = torch.rand(share.shape, device=symbols.device) < share
    spaces = unmarked & gaps & (symbols > 0)
    return symbols.masked_fill(hidden & ~gaps, 0).masked_fill(spaces, SYMBOL_ID[" "])


def slurred(symbols: Tensor, owner: Tensor, share: float) -> Tensor:
    """symbols (batch, tokens) with the sounds of a share of the words hidden; `owner` (batch, tokens), -1 for none."""
    chance = torch.rand(len(owner), int(owner.max()) + 1, device=owner.device)
    hidden = (chance.gather(1, owner.clamp(min=0)) < share) & (owner >= 0) & (symbols >= len(GAPS))
    return symbols.masked_fill(hidden, 0)


@torch.no_grad()
def _evaluate(
    model: nn.Module, held: Sequence[SpokenSentence], centre: dict[str, SpeakerCentre], device: str, run: Run
) -> None:
    """The losses on development sentences: without embeddings, with the sentence's, with the words'."""
    stage: StageOne = copy.deepcopy(model).eval()  # pyright: ignore[reportAssignmentType]
    sums: dict[str, np.ndarray] = {}
    groups = [held[start : start + 48] for start in range(0, len(held), 48)]
    for group in groups:
        tokens = {name: x.to(device) for name, x in token_tensors(group, centre).items()}
        mean, _ = stage.posterior(tokens)
        words = over_tokens(stage.words(tokens), tokens["owner"])
        for name, given in {
            "none": (torch.zeros_like(mean), torch.zeros_like(words)),
            "sentence": (mean, torch.zeros_like(words)),
            "words": (torch.zeros_like(mean), words),
        }.items():
            losses = np.array([float(x) for x in token_losses(stage.encoders, tokens, given)])
            sums[name] = sums.get(name, np.zeros(3)) + losses / len(groups)
    shown = "; ".join(f"{name} {' '.join(f'{x:.4f}' for x in losses)}" for name, losses in sums.items())
    run.console.print(f"held out, durations pitch energy: {shown}")

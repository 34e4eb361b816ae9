"""Train durations, pitch and energy together with stage I of Kathaka and CAMP.

hibari's network for them, with tables of the speakers and of the kinds of sentence, learns from exact labels beside two
reference encoders. Most examples are told no embedding, so that zero stays a voice of its own; the others are told the
sentence's, the words' or both, with some sounds and punctuation hidden, or the voice, which knows its sentences by
heart, would learn to ignore them.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.training.intonation import VOICED_HZ
from vivavoce.training.run import Run
from vivavoce.training.voice.examples import Centre, Example, centres, examples, tensors
from vivavoce.training.voice.hibari import hibari_graph, hibari_weights, start_from_hibari, vocabulary
from vivavoce.training.voice.networks import FRAMES_PER_UNIT, Melody
from vivavoce.training.voice.reference import SentenceReference, WordReference, over_tokens, word_shares
from vivavoce.training.voice.utterances import SPEAKERS, utterances

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


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes` or to its last step, resuming what is there."""
    del root, device
    settings, data = config["optimiser"], config["data"]
    torch.manual_seed(settings["seed"])
    spoken = utterances(cache / "voice", data["corpora"])
    held = utterances(cache / "voice", ["ensemble", "kathleen"], ("development",))
    centre = centres(spoken)
    learned, kept = examples(spoken, centre), examples(held, centre)
    model = StageOne(config["reference"])
    start_from_hibari(model.melody, hibari_weights(hibari_graph()))
    set_registers(model.melody, centre)
    optimiser = torch.optim.AdamW(_groups(model, settings), betas=(0.9, 0.99), weight_decay=0.02)
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings["average"])
    )
    run = Run(folder, {"model": model, "optimiser": optimiser, "average": average}, minutes)
    run.console.print(f"{len(learned)} examples, {sum(e.kind > 0 for e in learned)} of a kind; {len(kept)} held")
    source = batches(learned, data, np.random.default_rng(run.step + settings["seed"]))
    for step in run.steps():
        if step >= settings["decay_steps"]:
            run.save()
            break
        scale = 0.03 + 0.97 * 0.5 * (1.0 + math.cos(math.pi * step / settings["decay_steps"]))
        for group in optimiser.param_groups:
            group["lr"] = group["rate"] * scale * min(1.0, (step + 1) / 100)
        batch = tensors(next(source), centre)
        annealed = settings["divergence_weight"] * min(1.0, step / settings["anneal_steps"])
        with torch.autocast("cpu", torch.bfloat16, enabled=settings["bfloat16"]):
            loss = _loss(model, batch, config["embeddings"], annealed, centre, run)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        average.update_parameters(model)
        if (step + 1) % settings["evaluate_every"] == 0:
            smooth: StageOne = average.module  # pyright: ignore[reportAssignmentType]
            run.console.print(held_figures(smooth.melody, kept, centre))


def set_registers(melody: Melody, centre: Sequence[Centre]) -> None:
    """Let each speaker's pitch begin at their own height, with hibari's own speaker as the measure."""
    heart = centre[SPEAKERS.index("af_heart")][0]
    with torch.no_grad():
        for speaker, (log_f0, _) in enumerate(centre):
            melody.v.table("out")[speaker, :FRAMES_PER_UNIT] = math.exp(log_f0 - heart) - 1.0


def batches(
    learned: Sequence[Example], data: Mapping[str, Any], random: np.random.Generator
) -> Iterator[list[Example]]:
    """Endless batches of like length, speakers alike but for kathleen, kinds and recordings by their shares."""
    sizes = np.array([len(e.spoken.ids) for e in learned])
    weights = np.array([data["kind_share"] if e.kind else 1.0 for e in learned])
    speakers = np.array([e.spoken.speaker for e in learned])
    for number, name in enumerate(SPEAKERS):
        weights[speakers == number] *= data["shares"].get(name, 1.0) / weights[speakers == number].sum()
    weights /= weights.sum()
    while True:
        lead = random.choice(len(learned), p=weights)
        near = np.argsort(np.abs(sizes - sizes[lead]) + random.uniform(0, 6, len(sizes)))[: 12 * data["batch"]]
        chosen = random.choice(near, data["batch"], replace=False, p=weights[near] / weights[near].sum())
        yield [learned[i] for i in chosen]


def predicted(
    melody: Melody, batch: Mapping[str, Tensor], sentence: Tensor | None = None, words: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """log(1 + units) of the tokens, and f0 and energy at the batch's own durations."""
    states = melody.encode(batch["symbols"], batch["mask"], batch["speaker"], batch["kind"], sentence, words)
    log_units = melody.log_units(states, batch["mask"], batch["speaker"])
    spread = states.gather(1, batch["token"][..., None].expand(-1, -1, states.shape[-1]))
    f0, energy = melody.contours(spread, batch["valid"][..., None], batch["speaker"], batch["kind"])
    return log_units, f0, energy


def label_losses(
    log_units: Tensor, f0: Tensor, energy: Tensor, batch: Mapping[str, Tensor], centre: Sequence[Centre]
) -> dict[str, Tensor]:
    """How far durations, pitch and energy are from the labels, weighed, by name."""
    median = torch.tensor([math.exp(log_f0) for log_f0, _ in centre])[batch["speaker"], None]
    mask, frames, wanted = batch["mask"] * batch["has_lengths"][:, None], batch["frames"], batch["f0"]
    total = (batch["units"] * batch["mask"]).sum(1)
    said = ((log_units.exp() - 1.0) * batch["mask"]).sum(1)
    voiced = (wanted > VOICED_HZ).float() * frames
    meant, ours = wanted.clamp(min=25.0).log(), f0.clamp(min=25.0).log()
    both = voiced[:, 1:] * voiced[:, :-1]
    moved = (ours.diff() - meant.diff()).abs()
    floor, bound = torch.log(f0.clamp(min=0.0) + 10.0), torch.log(wanted + 10.0)
    spoken = functional.binary_cross_entropy_with_logits(
        (f0 / median - UNVOICED_SHARE) / 0.1, (wanted > UNVOICED_SHARE * median).float(), reduction="none"
    )
    return {
        "duration": _mean((log_units - torch.log1p(batch["units"])).abs(), mask)
        + 0.3 * _mean((said - total).abs() / total, batch["has_lengths"]),
        "pitch": 2.0 * _mean((ours - meant).abs(), voiced) + _mean((f0 - wanted).abs() / median, frames),
        "movement": 2.0 * _mean(moved, both),
        "voicing": 0.1 * _mean(spoken, frames) + 0.3 * _mean((floor - bound).abs(), frames),
        "energy": 0.25 * _mean((energy - batch["energy"]).abs(), frames),
    }


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp_min(1.0)


def _loss(
    model: StageOne, batch: dict[str, Tensor], settings: Mapping[str, float], weight: float,
    centre: Sequence[Centre], run: Run,
) -> Tensor:  # fmt: skip
    """What the labels say of the voice, told some embeddings, and the price of what the sentence's one tells."""
    mean, log_variance = (x.float() for x in model.posterior(batch))
    words = model.words(batch).float()
    drawn = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
    words = words + settings["word_noise"] * torch.randn_like(words)
    chance = torch.rand(len(mean), 1)
    with_sentence = (chance < settings["sentence_share"] + settings["both_share"]).float()
    with_words = (
        (chance > settings["sentence_share"])
        & (chance < settings["sentence_share"] + settings["both_share"] + settings["word_share"])
    ).float()
    told = (with_sentence + with_words).clamp(max=1.0)
    heard = dict(batch)
    heard["symbols"] = _hidden(batch["symbols"], settings["hidden_share"] * told)
    # an embedding is to tell the kind too, for sentences whose kind nobody found
    unknown = (torch.rand(len(mean)) < settings["unknown_kind_share"] * told[:, 0]).long()
    heard["kind"] = batch["kind"] * (1 - unknown)
    given = over_tokens(words, batch["owner"]) * with_words[..., None]
    terms = label_losses(*predicted(model.melody, heard, drawn * with_sentence, given), batch, centre)
    nats = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1.0).sum(-1)
    priced = _mean(nats, with_sentence[:, 0])
    run.log(**terms, nats=priced)
    return torch.stack(list(terms.values())).sum() + weight * priced * with_sentence.mean()


def _hidden(symbols: Tensor, share: Tensor) -> Tensor:
    """symbols (batch, tokens) with a share (batch, 1) of sounds hidden, and of as many sentences the punctuation."""
    sounds = torch.isin(symbols, _SOUNDS)
    hidden = (torch.rand(symbols.shape) < share) & sounds
    unmarked = (torch.rand(share.shape) < share) & ~sounds & (symbols > 0)
    return symbols.masked_fill(hidden, 0).masked_fill(unmarked, vocabulary()[" "])


def _groups(model: StageOne, settings: Mapping[str, float]) -> list[dict[str, Any]]:
    quick, slow = [], []
    for name, parameter in model.named_parameters():
        (slow if name.startswith("melody.p.") else quick).append(parameter)
    rate = settings["rate"]
    return [{"params": slow, "rate": rate}, {"params": quick, "rate": settings["table_share"] * rate}]


@torch.no_grad()
def held_figures(melody: Melody, held: Sequence[Example], centre: Sequence[Centre]) -> str:
    """On development sentences at their own lengths, a line a speaker: pitch in semitones, its correlation, voicing,
    durations, length; and of the kinds how many end as they should."""
    melody = copy.deepcopy(melody).eval()
    rows: dict[str, list[list[float]]] = {}
    for example in held:
        batch = tensors([example], centre)
        log_units, f0, energy = (x[0].float().numpy() for x in predicted(melody, batch))
        said, name = example.spoken, SPEAKERS[example.spoken.speaker]
        least = UNVOICED_SHARE * math.exp(centre[said.speaker][0])
        ours, theirs = f0 > least, said.f0_hz > least
        both = ours & theirs
        a, b = 12 * np.log2(f0[both]), 12 * np.log2(said.f0_hz[both])
        units = np.maximum(1, np.round(np.exp(log_units) - 1))
        rows.setdefault(f"{name} {said.kind}", []).append([
            float(np.abs(a - b).mean()), float(np.corrcoef(a, b)[0, 1]), float((ours != theirs).mean()),
            float(np.abs(log_units - np.log1p(said.units.numpy())).mean()), float(units.sum() / said.units.sum()),
            float(np.abs(energy - said.energy).mean()), ending(f0, least),
        ])  # fmt: skip
    lines = [f"{name:>20} {len(r):3} " + " ".join(f"{x:.3f}" for x in np.nanmean(r, 0)) for name, r in rows.items()]
    return "held: pitch st, r, voicing, log units, length, energy, rise at the end st\n" + "\n".join(sorted(lines))


def ending(f0_hz: np.ndarray, least_hz: float) -> float:
    """How far the last 60 ms of voice lie above the low of the last 400 ms, in semitones."""
    tail = 12 * np.log2(f0_hz[f0_hz > least_hz][-32:])
    return float(np.median(tail[-5:]) - np.quantile(tail, 0.1)) if len(tail) > 8 else math.nan


_SOUNDS = torch.tensor([number for symbol, number in vocabulary().items() if symbol not in " ;:,.!?—…\"()“”"])

"""Train text encoder and frame decoder: hibari's weights, tables of the speakers, losses on the sound.

First spectra alone, then discriminators too, which a voice needs to lose its blur; what the first step sounds like is
good speech in the wrong voice, so development sentences are judged by likeness and words besides quality.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.training.losses import adversarial_loss, discriminator_loss, feature_matching, spectral_loss
from vivavoce.training.networks.discriminator import MagnitudeDiscriminators
from vivavoce.training.run import Run
from vivavoce.training.voice.hibari import hibari_graph, hibari_weights, start_from_hibari
from vivavoce.training.voice.networks import FRAMES_PER_UNIT, Voice, frame_inputs
from vivavoce.training.voice.sound import FRAME_SAMPLES, excitation, mel_distance, synthesise
from vivavoce.training.voice.utterances import SPEAKERS, Utterance, utterances


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there."""
    del root, device
    settings, data = config["optimiser"], config["data"]
    torch.manual_seed(settings["seed"])
    voice, judges = Voice(len(SPEAKERS)), MagnitudeDiscriminators(tuple(config["judges"]["sizes"]))
    start_from_hibari(voice, hibari_weights(hibari_graph()))
    optimiser = torch.optim.AdamW(_groups(voice, settings), betas=(0.8, 0.99), weight_decay=0.01)
    judge_optimiser = torch.optim.AdamW(judges.parameters(), settings["judge_rate"], betas=(0.8, 0.99))
    average = torch.optim.swa_utils.AveragedModel(
        voice, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings["average"])
    )
    parts = {
        "voice": voice, "judges": judges, "average": average,
        "optimiser": optimiser, "judge_optimiser": judge_optimiser,
    }  # fmt: skip
    run = Run(folder, parts, minutes)
    spoken = utterances(cache / "voice", data["corpora"])
    weights = sampling_weights(spoken, data["shares"])
    random = np.random.default_rng(run.step + settings["seed"])
    run.console.print(f"{len(spoken)} utterances, {sum(u.frames for u in spoken) / 288000:.2f} hours")
    for step in run.steps(log_every=25):
        scale = falling(run.trained_s / 60.0 / settings["decay_minutes"], settings["last_share"])
        for group in optimiser.param_groups:
            group["lr"] = group["rate"] * scale * min(1.0, (step + 1) / 50)
        for group in judge_optimiser.param_groups:
            group["lr"] = settings["judge_rate"] * max(scale, 0.3)
        batch = [spoken[i] for i in random.choice(len(spoken), data["batch"], p=weights)]
        ours, theirs = said(voice, batch, data["frames"], data["margin"], random, settings["bfloat16"])
        spectra, mel = spectral_loss(ours, theirs), mel_distance(ours, theirs)
        loss = spectra + mel
        run.log(spectra=spectra, mel=mel)
        if step >= settings["judges_from"]:
            doubt, fooled, matched = contest(judges, judge_optimiser, theirs, ours, settings["bfloat16"])
            heed = min(1.0, (step - settings["judges_from"]) / settings["judges_warm_up"])
            loss = loss + heed * (settings["adversarial_weight"] * fooled + settings["matching_weight"] * matched)
            run.log(judges=doubt, fooled=fooled, matched=matched)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(voice.parameters(), 5.0)
        optimiser.step()
        average.update_parameters(voice)


def contest(
    judges: nn.Module, optimiser: torch.optim.Optimizer, theirs: Tensor, ours: Tensor, bfloat16: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """One step of the judges on recordings and on ours, (batch, samples) both. Returns their loss, how far they are
    from taking ours for recordings, and how far their features of the two are apart."""
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        real, wanted = judges(theirs)
        generated, _ = judges(ours.detach())
        doubt = discriminator_loss(real, generated)
    optimiser.zero_grad(set_to_none=True)
    doubt.backward()
    optimiser.step()
    judges.requires_grad_(False)
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        scores, found = judges(ours)
    judges.requires_grad_(True)
    return doubt.detach(), adversarial_loss(scores), feature_matching(wanted, found)


def _groups(voice: Voice, settings: Mapping[str, float]) -> list[dict[str, Any]]:
    tables = list(voice.v.parameters())
    rest = [p for name, p in voice.named_parameters() if not name.startswith("v.")]
    rate = settings["rate"]
    return [{"params": rest, "rate": rate}, {"params": tables, "rate": settings["table_share"] * rate}]


def falling(done: float, last: float) -> float:
    """The share of the rate when a share of the time is done: a straight fall from one to `last`."""
    return last + (1.0 - last) * max(0.0, 1.0 - done)


def sampling_weights(spoken: Sequence[Utterance], shares: Mapping[str, float]) -> np.ndarray:
    """How often each utterance is drawn, summing to one: speakers alike but for their shares, corpora by theirs,
    utterances by their length."""
    weights = np.array([u.frames * shares.get(u.corpus, 1.0) for u in spoken], np.float64)
    speakers = np.array([u.speaker for u in spoken])
    for number, name in enumerate(SPEAKERS):
        own = speakers == number
        if own.any():
            weights[own] *= shares.get(f"speaker_{name}", 1.0) / weights[own].sum()
    return weights / weights.sum()


def said(
    voice: Voice, batch: Sequence[Utterance], frames: int, margin: int, random: np.random.Generator, bfloat16: bool
) -> tuple[Tensor, Tensor]:
    """A stretch of each utterance as the voice says it with the utterance's own durations, pitch and energy, and as it
    is: (batch, frames * 300) both."""
    length = frames + 2 * margin
    starts = [int(random.integers(-4, max(-3, u.frames - frames + 4))) - margin for u in batch]
    speaker = torch.tensor([u.speaker for u in batch])
    f0 = np.stack([_stretch(u.f0_hz, start, length) for u, start in zip(batch, starts, strict=True)])
    energy = np.stack([_stretch(u.energy, start, length) for u, start in zip(batch, starts, strict=True)])
    theirs = np.stack([_sound(u, start + margin, frames) for u, start in zip(batch, starts, strict=True)])
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        symbols = nn.utils.rnn.pad_sequence([u.ids for u in batch], batch_first=True)
        mask = nn.utils.rnn.pad_sequence([torch.ones(len(u.ids)) for u in batch], batch_first=True)
        encoded = voice.encode(symbols, mask, speaker)
        states, valid = zip(
            *(_spread(encoded[i], u.units, starts[i], length) for i, u in enumerate(batch)), strict=True
        )
        inputs = frame_inputs(torch.stack(states), torch.from_numpy(f0), torch.from_numpy(energy))
        parts = voice.decode(inputs, torch.stack(valid), speaker)
    kept = slice(margin * FRAME_SAMPLES, (margin + frames) * FRAME_SAMPLES)
    return synthesise(parts, excitation(f0))[:, kept], torch.from_numpy(theirs)


def _spread(encoded: Tensor, units: Tensor, start: int, length: int) -> tuple[Tensor, Tensor]:
    """Token states (tokens, width) over `length` frames from `start` on, and where those lie inside."""
    token = torch.repeat_interleave(torch.arange(len(units)), FRAMES_PER_UNIT * units)
    first, last = max(0, start), min(start + length, len(token))
    around = (first - start, start + length - last)
    states = functional.pad(encoded[token[first:last]], (0, 0, *around))
    return states, functional.pad(states.new_ones(last - first, 1), (0, 0, *around))


def _stretch(track: np.ndarray, start: int, length: int) -> np.ndarray:
    made = np.zeros(length, np.float32)
    first, last = max(0, start), min(start + length, len(track))
    made[first - start : last - start] = track[first:last]
    return made


def _sound(utterance: Utterance, start: int, frames: int) -> np.ndarray:
    made = np.zeros(frames * FRAME_SAMPLES, np.float32)
    first, last = max(0, start), min(start + frames, utterance.frames)
    sound = utterance.sound(first, last)
    made[(first - start) * FRAME_SAMPLES : (first - start) * FRAME_SAMPLES + len(sound)] = sound
    return made

"""Train the acoustic decoder and the vocoder together: sound, not mel, decides.

A decoder that is trained on mel alone blurs what it cannot know, and a vocoder that has only heard recordings does not
know what to do with the blur. Here half of each batch goes from text through both, half is natural mel, so that the
vocoder stays good for every speaker. Starts from the averages of the runs `acoustic` and `vocoder`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.features import HOP
from vivavoce.training.acoustic import no_prosody
from vivavoce.training.corpora.recordings import feature_path
from vivavoce.training.judging import judged, train_judges
from vivavoce.training.losses import spectral_loss
from vivavoce.training.networks.acoustic import AcousticModel
from vivavoce.training.networks.discriminator import MagnitudeDiscriminators
from vivavoce.training.networks.vocoder import VocoderNetwork
from vivavoce.training.rates import set_rate
from vivavoce.training.run import Run, load_average
from vivavoce.training.utterances import (
    SPEAKERS,
    AlignedUtterance,
    aligned_utterances,
    frame_tensors,
    token_tensors,
)
from vivavoce.training.vocoder import JUDGED_SIZES, Stretches
from vivavoce.voice.dimensions import FRAME_PROSODY


class SpokenStretches:
    """Random stretches of aligned utterances, with enough frames around each for the decoder and the vocoder."""

    def __init__(self, utterances: list[AlignedUtterance], cache: Path, frames: int, future: int) -> None:
        self.frames, self.future = frames, future
        self.utterances = [u for u in utterances if len(u.mel) > frames + future]
        self.samples = []
        for utterance in self.utterances:
            with np.load(feature_path(cache, utterance.recording)) as stored:
                self.samples.append(stored["samples"])

    def batch(self, size: int, random: np.random.Generator) -> tuple[list[AlignedUtterance], Tensor, Tensor]:
        """-> utterances, the first frame of each stretch (size,), its samples (size, frames * 240)."""
        chosen = random.integers(len(self.utterances), size=size)
        batch = [self.utterances[index] for index in chosen]
        starts = [int(random.integers(len(u.mel) - self.frames - self.future)) for u in batch]
        samples = np.zeros((size, self.frames * HOP), np.float32)
        for row, (index, start) in enumerate(zip(chosen, starts, strict=True)):
            piece = self.samples[index][start * HOP : (start + self.frames) * HOP]
            samples[row, : len(piece)] = piece / 32768.0
        return batch, torch.tensor(starts), torch.from_numpy(samples)


def window(values: Tensor, begins: Tensor, length: int) -> Tensor:
    """values (batch, frames, …) -> (batch, length, …) from each row's own begin, zeros after the end."""
    short = max(0, int(begins.max()) + length - values.shape[1])
    padded = functional.pad(values, [0, 0] * (values.dim() - 2) + [0, short])
    index = begins[:, None] + torch.arange(length, device=values.device)
    return padded[torch.arange(len(values), device=values.device)[:, None], index]


def decode_stretches(
    model: AcousticModel, batch: list[AlignedUtterance], starts: Tensor, length: int, past: int, device: str
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """mel (batch, length, 80), voicing logit, and the recording's own frames of the same stretches."""
    tokens = {name: x.to(device) for name, x in token_tensors(batch).items()}
    frames = {name: x.to(device) for name, x in frame_tensors(batch).items()}
    starts = starts.to(device)
    begins = (starts - past).clamp(min=0)
    inputs = (tokens["symbols"], tokens["stress"], tokens["speaker"], *no_prosody(tokens["symbols"]), tokens["mask"])
    encoded = model.text(*inputs)
    reach = past + length + model.decoder.delay
    cut = {name: window(frames[name], begins, reach) for name in ("token", "position", "log_f0", "energy")}
    held = window(frames["frame_mask"], begins, reach)
    gathered = encoded.gather(1, cut.pop("token")[..., None].expand(-1, -1, encoded.shape[-1])) * held[..., None]
    prosody = torch.zeros(*held.shape, FRAME_PROSODY, device=device)
    states = model.decoder.initial_states(len(batch))
    mel, voicing, _ = model.decoder(encoded=gathered, prosody=prosody, states=states, **cut)
    places = starts - begins + model.decoder.delay
    theirs = {name: window(frames[name], starts, length) for name in ("mel", "voiced", "log_f0")}
    return window(mel, places, length), window(voicing, places, length), theirs


def train(config: Mapping[str, Any], root: Path, cache: Path, folder: Path, minutes: float, device: str) -> None:
    """Run the recipe in `folder` for `minutes`, resuming what is there."""
    settings, data = config["optimiser"], config["data"]
    model = AcousticModel(len(SPEAKERS), **config["acoustic"])
    network, judges = VocoderNetwork(**config["vocoder"]), MagnitudeDiscriminators(JUDGED_SIZES)
    load_average(folder.parent / "acoustic", model)
    load_average(folder.parent / "vocoder", network)
    # without dropout: what is decoded here is what will be heard
    model, network, judges = model.to(device).eval(), network.to(device).train(), judges.to(device)
    decoding = [*model.text.parameters(), *model.decoder.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": decoding, "share": settings["decoder_share"]}, {"params": network.parameters(), "share": 1.0}],
        settings["rate"], betas=(0.8, 0.99), weight_decay=0.01,
    )  # fmt: skip
    judge_optimiser = torch.optim.AdamW(judges.parameters(), settings["judge_rate"], betas=(0.8, 0.99))
    smooth = torch.optim.swa_utils.get_ema_multi_avg_fn(0.995)
    average_model = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=smooth)
    average_network = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=smooth)
    parts = {
        "model": model, "network": network, "judges": judges, "optimiser": optimiser,
        "judge_optimiser": judge_optimiser, "average_model": average_model, "average_network": average_network,
    }  # fmt: skip
    run = Run(folder, parts, minutes)
    past = len(model.decoder.stack.blocks) * model.decoder.stack.past
    utterances = aligned_utterances(root, cache, folder.parent / "alignment" / "durations.json", data["corpora"])
    learned = [u for u in utterances if u.recording.split == "train"]
    spoken = SpokenStretches(learned, cache, data["frames"], network.delay)
    natural = Stretches(root, cache, data["shares"], data["frames"], network.delay)
    random = np.random.default_rng(run.step)
    length = data["frames"] + network.delay
    for step in run.steps():
        set_rate(optimiser, settings["rate"], step / settings["decay_steps"], 0.1, (step + 1) / 100)
        batch, starts, spoken_samples = spoken.batch(data["spoken"], random)
        samples, *recorded = (x.to(device) for x in natural.batch(data["natural"], data["gain_db"], random))
        theirs = torch.cat([spoken_samples.to(device), samples])
        with torch.autocast(device, torch.bfloat16):
            mel, voicing, heard = decode_stretches(model, batch, starts, length, past, device)
            said = [mel, heard["log_f0"], (voicing > 0).float()]
            ours = network.synthesise(*(torch.cat(pair) for pair in zip(said, recorded, strict=True)))
        run.log(judges=train_judges(judges, judge_optimiser, theirs, ours.detach(), device))
        fooled, matched = judged(judges, theirs, ours, device)
        spectral = spectral_loss(ours, theirs)
        distance = (mel - heard["mel"]).abs().mean()
        voiced = functional.binary_cross_entropy_with_logits(voicing, heard["voiced"])
        heed = min(1.0, step / settings["judge_warm_up"])
        loss = heed * (settings["adversarial_weight"] * fooled + settings["matching_weight"] * matched)
        loss = loss + settings["spectral_weight"] * spectral + settings["mel_weight"] * distance + 0.1 * voiced
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([*decoding, *network.parameters()], 5.0)
        optimiser.step()
        average_model.update_parameters(model)
        average_network.update_parameters(network)
        run.log(spectral=spectral, fooled=fooled, matched=matched, mel=distance, voiced=voiced)

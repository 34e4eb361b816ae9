"""CopyCat: each speaker's melody copied onto that speaker, through a bottleneck that leaves no room for who it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
from rich.progress import track
from torch import Tensor, nn

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.blocks.model_card import CardText
from vivavoce.features import Array, energy
from vivavoce.prosody.models.copycat import frame_contour, frame_symbols
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.corpora.descriptions import ATTRIBUTION
from vivavoce.training.prosody.dataset import SPEAKERS, centres
from vivavoce.training.prosody.networks.copycat import CONTOUR, CopyCatNetwork
from vivavoce.training.prosody.product import AlignedData, AlignedProduct, AlignedRecipe
from vivavoce.training.prosody.sentence import SpokenSentence
from vivavoce.voice.contour import frame_positions


@dataclass(frozen=True)
class NetworkSettings:
    """See `CopyCatNetwork`."""

    width: int
    latent: int
    stride: int
    hidden: int
    dropout: float


@dataclass(frozen=True)
class DataSettings(AlignedData):
    """What a batch holds, and what its latent costs."""

    anneal_steps: int
    """Steps over which the price of the latent rises to what `loss_weights` says."""


@dataclass(frozen=True, kw_only=True)
class CopyCatRecipe(AlignedRecipe):
    """The tables of `recipes/copycat`."""

    network: NetworkSettings
    data: DataSettings


@dataclass(frozen=True, slots=True)
class CopyExample:
    """One recording at its frames; arrays are (frames, …)."""

    speaker: int
    contour: Array
    symbols: np.ndarray
    position: Array


class CopyNetwork(nn.Module):
    """-> log f0 and energy of each frame about the target's means, and the latent that they came through."""

    outputs = ("log_f0", "energy", "latent")

    def __init__(self, network: CopyCatNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, contour: Tensor, symbols: Tensor, position: Tensor, speaker: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        mean, _ = self.network.reference(contour, symbols, position, mask)
        spread = self.network.spread(mean, mask.shape[1])
        copied = self.network.decoder(spread, symbols, position, speaker, mask)
        return copied[..., 0], copied[..., 1], spread


class CopyCat(AlignedProduct[CopyCatRecipe]):
    """Fine-grained transfer."""

    recipe_class = CopyCatRecipe

    def build_network(self) -> nn.Module:
        return CopyCatNetwork(len(SPEAKERS), **asdict(self.recipe.network))

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[dict[str, Tensor]]:
        learned = self._examples("train")
        while True:
            chosen = random.integers(len(learned), size=self.recipe.data.batch)
            yield stretches([learned[number] for number in chosen], self.recipe.data.frames, random)

    def losses(self, network: nn.Module, batch: dict[str, Tensor], progress: Progress) -> Losses:
        assert isinstance(network, CopyCatNetwork)
        said, mask = (batch["symbols"], batch["position"]), batch["mask"]
        mean, log_variance = (x.float() for x in network.reference(batch["contour"], *said, mask))
        drawn = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        copied = network.decoder(network.spread(drawn, mask.shape[1]), *said, batch["speaker"], mask).float()
        pitch, loudness = distances(copied, batch)
        nats = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1.0).sum(-1).mean()
        priced = nats * progress.ramp(self.recipe.data.anneal_steps)
        return Losses({"pitch": pitch, "energy": loudness, "divergence": priced}, {"nats": nats.detach()})

    def validate(self, network: nn.Module) -> Metrics:
        """Distances of development recordings from their copies, pitch and energy in nepers."""
        assert isinstance(network, CopyCatNetwork)
        found = []
        for example in self._examples("development"):
            batch = stretches([example], len(example.symbols), np.random.default_rng(0))
            log_f0, loudness, _ = CopyNetwork(network)(
                batch["contour"], batch["symbols"], batch["position"], batch["speaker"], batch["mask"]
            )
            found.append([float(x) for x in distances(torch.stack([log_f0, loudness], -1), batch)])
        return dict(zip(("pitch", "energy"), np.mean(found, axis=0).tolist(), strict=True)) if found else {}

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, CopyCatNetwork)
        frames = 3 * network.reference.stride + 1
        inputs = {
            "contour": torch.zeros(1, frames, CONTOUR),
            "symbols": torch.zeros(1, frames, dtype=torch.int64),
            "position": torch.zeros(1, frames, 2),
            "speaker": torch.zeros(1, dtype=torch.int64),
            "mask": torch.ones(1, frames),
        }
        exported = NetworkExport(
            network=CopyNetwork(network), inputs=inputs, outputs=CopyNetwork.outputs, role="copier",
            axes={name: {1: "steps"} for name in (*inputs, *CopyNetwork.outputs) if name != "speaker"},
        )  # fmt: skip
        entries = {name: entry for name, entry in exported.manifest_inputs().items() if name != "mask"}
        found = centres(self.sentences)
        return AddonSpec(
            name="copycat", kind="prosody",
            summary="CopyCat: melody, loudness and timing of a recording, for another speaker",
            attribution=ATTRIBUTION, data=self.recipe.data.corpora, networks={"copier": exported},
            stack=[{"type": "SequenceNetwork", "network": "copier"}],
            manifest={"inputs": entries, "speakers": list(SPEAKERS)},
            details={"centres": {speaker: [c.log_f0, c.energy] for speaker, c in found.items()}},
            metrics=self.validate(network),
            card=CardText(
                limits=(
                    "English alone, a sentence or a few at a time, up to 60 s.",
                    "Pauses and phrases last as long as the source's; noise that hides the pitch hides it here too.",
                ),
                metric_names={"pitch": "pitch, nepers (0.058 is a semitone)", "energy": "energy, nepers"},
            ),
        )  # fmt: skip

    def _examples(self, split: str) -> list[CopyExample]:
        return copy_examples(self.sentences, split)


def distances(copied: Tensor, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """The distances of log f0 where voiced and of energy, between a copy (batch, frames, 2) and what was said;
    nepers."""
    contour, mask = batch["contour"], batch["mask"]
    voiced = contour[..., 2] * mask
    pitch = ((copied[..., 0] - contour[..., 0]).abs() * voiced).sum() / voiced.sum().clamp_min(1.0)
    return pitch, ((copied[..., 1] - contour[..., 1]).abs() * mask).sum() / mask.sum()


def stretches(picked: list[CopyExample], frames: int, random: np.random.Generator) -> dict[str, Tensor]:
    """Random stretches of at most `frames` frames, padded; batch axis first."""
    starts = [int(random.integers(max(1, len(s.symbols) - frames))) for s in picked]
    windows = [slice(start, start + frames) for start in starts]
    columns = {
        "contour": [s.contour[w] for s, w in zip(picked, windows, strict=True)],
        "symbols": [s.symbols[w] for s, w in zip(picked, windows, strict=True)],
        "position": [s.position[w] for s, w in zip(picked, windows, strict=True)],
        "mask": [np.ones(len(s.symbols[w]), np.float32) for s, w in zip(picked, windows, strict=True)],
    }
    batch = {n: nn.utils.rnn.pad_sequence([torch.from_numpy(a) for a in x], True) for n, x in columns.items()}
    return {**batch, "speaker": torch.tensor([s.speaker for s in picked])}


def copy_examples(sentences: list[SpokenSentence], split: str) -> list[CopyExample]:
    """The recordings of a split at their frames."""
    found = []
    for sentence in track([s for s in sentences if s.split == split], description="contours"):
        with np.load(sentence.features) as stored:
            contour = frame_contour(stored["f0"], energy(stored["mel"].astype(np.float32)))
        durations = sentence.prosody.durations
        symbols, position = frame_symbols(sentence.tokens, durations), frame_positions(durations)
        found.append(CopyExample(SPEAKERS.index(sentence.speaker), contour, symbols, position))
    return found

"""Lips and sound: which of 55 offsets, or none, is between these lips and that sound?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.inspection.lip_sync import speech
from vivavoce.inspection.lip_sync.offsets import EARLIEST, IN_SYNC, LATEST, REACH
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.core.recipe import Recipe
from vivavoce.training.corpora.split import Split
from vivavoce.training.inspection.av_sync.data import NONE, Windows, prepare_tracks
from vivavoce.training.inspection.av_sync.network import SyncNetwork
from vivavoce.training.inspection.examples import Maker
from vivavoce.training.inspection.product import SPLITS, DetectorProduct
from vivavoce.training.inspection.sources import Sources, sources

NEIGHBOUR_SHARE = 0.15
"""How much of the truth goes to the offsets on either side: nobody knows a clip's own offset to the millisecond."""
VALIDATED_TICKS, MEASURED_TICKS, MEASURED = 100, 75, 300


@dataclass(frozen=True)
class NetworkSettings:
    """See `SyncNetwork`."""

    width: int
    values: int
    dropout: float


@dataclass(frozen=True)
class DataSettings:
    """What a batch holds."""

    batch: int
    ticks: tuple[int, ...]
    """The shortest and the longest window, in frames of 25 a second."""
    late_ms: dict[str, float] = field(default_factory=dict)
    """By how much the sound of some clips, by their names, comes after the lips as they are."""


@dataclass(frozen=True, kw_only=True)
class SyncRecipe(Recipe):
    """The tables of `recipes/av_sync`."""

    network: NetworkSettings
    data: DataSettings


class LipSync(DetectorProduct[SyncRecipe]):
    """Two small convolutional networks that find the offset between a face and its own sound."""

    recipe_class = SyncRecipe
    name = "av_sync"

    def maker(self, chosen: Sources) -> Maker:
        raise NotImplementedError("tracks are cut out, not made up")

    def prepare(self, minutes: float) -> None:
        """Cut out the face tracks of the clips, once."""
        for split in SPLITS:
            prepare_tracks(sources(self.workspace, split).videos, self.folder(split))

    def build_network(self) -> nn.Module:
        settings = self.recipe.network
        network = SyncNetwork(settings.width, settings.values, settings.dropout)
        network.mouth.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        return network

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        windows, (shortest, longest) = self._windows("train"), self.recipe.data.ticks
        while True:
            yield windows.batch(self.recipe.data.batch, int(random.integers(shortest, longest + 1)), random)

    def losses(self, network: nn.Module, batch: tuple[Tensor, Tensor, Tensor], progress: Progress) -> Losses:
        mouths, bands, offsets = batch
        return Losses({"offset": offset_loss(network(mouths, bands).float(), offsets)})

    def validate(self, network: nn.Module) -> Metrics:
        return offset_metrics(network, self._windows("development"), VALIDATED_TICKS)

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, SyncNetwork)
        networks = {
            "mouth": NetworkExport(
                network=network.mouth, inputs={"mouths": torch.zeros(100, 32, 48, dtype=torch.uint8)},
                outputs=network.mouth.outputs, axes={"mouths": {0: "ticks"}, "motion": {0: "ticks"}},
            ),
            "speech": NetworkExport(
                network=network.speech, inputs={"bands": torch.zeros(1, speech.PER_TICK * 130, speech.BANDS)},
                outputs=network.speech.outputs, axes={"bands": {1: "hops"}, "sound": {1: "ticks"}},
            ),
        }  # fmt: skip
        return self.spec(
            "How far lips and sound are apart: mouths and speech in one space", networks,
            {"sharpness": float(network.sharpness.detach()), "none": float(network.none.detach())},
            offset_metrics(network, self._windows("development"), MEASURED_TICKS, MEASURED),
            "Two small convolutional networks, trained to find the offset between a face and its own sound, which was "
            "moved first to where shut lips say that it belongs (bench/inspection/lips.py): cuts of broadcasts are up "
            "to three pictures off. Few speakers (about 12), so expect less of faces unlike them.",
            attribution="Trained on short research clips of talking faces (GRID CC BY 4.0, HDTF samples, others of "
            "unclear rights); no frame is shipped",
        )  # fmt: skip

    def _windows(self, split: Split) -> Windows:
        return Windows(self.folder(split), self.recipe.data.late_ms)


def offset_loss(evidence: Tensor, offsets: Tensor) -> Tensor:
    """Cross-entropy over 55 offsets and "none", with labels smoothed to the neighbouring offsets."""
    truth = functional.one_hot(offsets, NONE + 1).float()
    here = truth[:, :NONE]
    spread = functional.pad(here[:, :-1], (1, 0)) + functional.pad(here[:, 1:], (0, 1))
    target = torch.cat([(1 - 2 * NEIGHBOUR_SHARE) * here + NEIGHBOUR_SHARE * spread, truth[:, NONE:]], dim=1)
    target = target / target.sum(dim=1, keepdim=True)
    return -(target * torch.log_softmax(evidence, dim=1)).sum(dim=1).mean()


def offset_metrics(network: nn.Module, windows: Windows, ticks: int, most: int = 120) -> dict[str, float]:
    """Figures on fixed windows: the share of offsets found within one frame, and of verdicts (in or out of sync) that
    are right."""
    mouths, bands, offsets = windows.batch(most, ticks, np.random.default_rng(11))
    with torch.no_grad():
        likely = torch.softmax(
            torch.cat([network(m, b) for m, b in zip(mouths.split(20), bands.split(20), strict=True)]), dim=1
        )
    there = offsets < NONE
    best = likely[:, :NONE].argmax(dim=1)
    near = ((best - offsets).abs() <= 1)[there].float().mean()
    synced = likely[:, IN_SYNC].sum(dim=1) > likely[:, :NONE].sum(dim=1) / 2
    inside = (offsets >= REACH + EARLIEST) & (offsets <= REACH + LATEST)
    right = (synced == inside)[there].float().mean()
    return {"dev_offset": float(near), "dev_verdict": float(right), "dev_none": float(likely[~there, NONE].mean())}

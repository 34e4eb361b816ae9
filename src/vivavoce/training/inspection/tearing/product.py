"""The reader of rows: whether a frame is torn, and at which row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.inspection.defects.tearing.features import BANDS, BURST, PROFILES, row_profiles
from vivavoce.inspection.labels import Label
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.inspection.examples import Example, Maker
from vivavoce.training.inspection.labeled_frames import labeled_frames
from vivavoce.training.inspection.metrics import auc
from vivavoce.training.inspection.product import (
    DetectorProduct,
    DetectorRecipe,
    Probabilities,
    batch_of,
    score_parts,
)
from vivavoce.training.inspection.sources import Sources
from vivavoce.training.inspection.tearing.data import ROWS, TearingMaker
from vivavoce.training.inspection.tearing.network import TearingNetwork

ROW_WEIGHT = 20.0
"""How much more a torn row counts than one of the 238 whole ones."""
SOMEWHERE = -1
"""A torn row that nobody told."""


class Tearing(DetectorProduct[DetectorRecipe]):
    """Convolutions over how each row follows the one above and its own past."""

    name = "tearing"

    def maker(self, chosen: Sources) -> Maker:
        return TearingMaker(chosen.videos + chosen.footage)

    def labeled_examples(self, label: Label) -> Iterator[Example]:
        profiles = row_profiles(labeled_frames(label, BURST)).astype(np.float16)
        row = np.int16(0 if label.answer == "none" else SOMEWHERE)
        if row == SOMEWHERE and profiles.shape[1] > 2 * ROWS:
            return  # nobody said where, and a window of a tall frame would mostly miss it
        for top in range(0, profiles.shape[1] - ROWS + 2, ROWS - 1):
            yield {"profiles": profiles[:, top : top + ROWS - 1], "row": row}

    def build_network(self) -> nn.Module:
        return TearingNetwork(self.recipe.network.width)

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[tuple[Tensor, Tensor]]:
        """Profiles (size, 8, 239, 16) and torn rows (size,) (0: whole, -1: nobody said): half torn, some mirrored."""
        rows = self.training_arrays["row"]
        torn, whole = np.flatnonzero(rows != 0), np.flatnonzero(rows == 0)
        while True:
            half = self.recipe.data.batch // 2
            chosen = np.concatenate([batch_of(random, pool, half) for pool in (torn, whole)])
            profiles = self.training_arrays["profiles"][chosen].astype(np.float32)
            mirrored = random.random(len(chosen)) < 0.5
            profiles[mirrored] = profiles[mirrored][..., ::-1]
            profiles += random.normal(0.0, 0.1, (len(chosen), 1, 1, 1)).astype(np.float32)
            yield torch.from_numpy(np.maximum(profiles, 0.0)), torch.from_numpy(rows[chosen].astype(np.int64))

    def losses(self, network: nn.Module, batch: tuple[Tensor, Tensor], progress: Progress) -> Losses:
        profiles, row = batch
        rows, torn = network(profiles)
        whether = functional.binary_cross_entropy_with_logits(torn.float(), (row != 0).float())
        return Losses({"rows": row_loss(rows.float(), row), "torn": whether})

    def validate(self, network: nn.Module) -> Metrics:
        return {"auc": auc(torn_scores(network, self.development_arrays), self.development_arrays["row"] != 0)}

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, TearingNetwork)
        scores, torn = torn_scores(network, self.development_arrays), self.development_arrays["row"] != 0
        exported = NetworkExport(
            network=Probabilities(network), inputs={"profiles": torch.zeros(1, PROFILES, 239, BANDS)},
            outputs=TearingNetwork.outputs, axes={"profiles": {2: "lines"}, "rows": {1: "lines"}},
        )  # fmt: skip
        return self.spec(
            "Whether a picture is torn, and at which row", {"tearing": exported}, {},
            {"dev_auc": auc(scores, torn), "dev_pictures": len(torn)},
            "Convolutions over how each row follows the one above and its own past. Only tears that show count.",
            footage=True,
        )  # fmt: skip


def row_loss(scores: Tensor, row: Tensor) -> Tensor:
    """Cross-entropy of rows: the one above the tear is torn, its two neighbours do not count."""
    places = torch.arange(1, scores.shape[1] + 1)
    away = (places[None] - row[:, None]).abs()
    truth = ((away == 0) & (row[:, None] > 0)).float()
    weight = torch.where(truth > 0, ROW_WEIGHT, 1.0) * ((away == 0) | (away > 2) | (row[:, None] == 0)).float()
    weight = weight * (row[:, None] >= 0).float()
    return (functional.binary_cross_entropy_with_logits(scores, truth, reduction="none") * weight).mean()


def torn_scores(network: nn.Module, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Scores of all frames, (examples,)."""
    return score_parts(network, arrays["profiles"])[1]

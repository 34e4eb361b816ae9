"""The reader of grids: whether a coding grid is visible, and of which quantiser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.inspection.defects.blockiness import detect
from vivavoce.inspection.defects.blockiness.features import FIGURES, grid_figures
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.labels import Label
from vivavoce.inspection.media import Plane
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.inspection.blockiness.data import UNKNOWN, BlockinessMaker
from vivavoce.training.inspection.blockiness.network import COARSEST, BlockinessDetector, BlockinessNetwork
from vivavoce.training.inspection.calibration import FrameCalibration
from vivavoce.training.inspection.examples import Example, Maker
from vivavoce.training.inspection.labeled_frames import labeled_frames
from vivavoce.training.inspection.metrics import auc, threshold_over
from vivavoce.training.inspection.product import DetectorProduct, DetectorRecipe, batch_of, score_parts
from vivavoce.training.inspection.sources import Sources

JITTER = 0.03


def _likelihood(detector: Detector, frames: Sequence[Plane]) -> float:
    assert isinstance(detector, detect.Blockiness)
    return detector.judge(frames[0])[0]


class Blockiness(DetectorProduct[DetectorRecipe]):
    """Two layers over figures of how steps between pixels keep to a grid."""

    name = "blockiness"
    calibration: ClassVar = FrameCalibration(detect.Blockiness, _likelihood, detect.GAP_S, detect.HOLD, detect.LEAST)

    def maker(self, chosen: Sources) -> Maker:
        return BlockinessMaker(chosen.videos)

    def labeled_examples(self, label: Label) -> Iterator[Example]:
        (luma,) = labeled_frames(label, 1)
        visible = np.float32(label.answer != "none")
        yield {"figures": grid_figures(luma), "quantiser": np.float32(UNKNOWN), "visible": visible}

    def build_network(self) -> nn.Module:
        return BlockinessNetwork(self.recipe.network.width)

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        arrays = self.training_arrays
        while True:
            chosen = batch_of(random, np.arange(len(arrays["figures"])), self.recipe.data.batch)
            noise = random.normal(0, JITTER, (len(chosen), FIGURES)).astype(np.float32)
            columns = arrays["figures"][chosen] + noise, arrays["visible"][chosen], arrays["quantiser"][chosen]
            figures, visible, quantizer = (torch.from_numpy(column) for column in columns)
            yield figures, visible, quantizer / COARSEST

    def losses(self, network: nn.Module, batch: tuple[Tensor, Tensor, Tensor], progress: Progress) -> Losses:
        figures, visible, quantizer = batch
        score, guess = network(figures)
        known = (visible >= 0).float()
        each = functional.binary_cross_entropy_with_logits(score.float(), visible.clamp_min(0), reduction="none")
        told = (quantizer >= 0).float()
        distance = ((guess - quantizer).abs() * told).sum() / told.sum().clamp_min(1.0)
        return Losses({"visible": (each * known).sum() / known.sum().clamp_min(1.0), "quantizer": distance})

    def validate(self, network: nn.Module) -> Metrics:
        return {"auc": auc(*visible_scores(network, self.development_arrays))}

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, BlockinessNetwork)
        scores, visible = visible_scores(network, self.development_arrays)
        likely = 1.0 / (1.0 + np.exp(-scores))
        exported = NetworkExport(
            network=BlockinessDetector(network), inputs={"figures": torch.zeros(1, FIGURES)},
            outputs=BlockinessDetector.outputs,
        )  # fmt: skip
        return self.spec(
            "Whether a coding grid is visible, and of which quantiser", {"blockiness": exported},
            {"threshold": threshold_over(likely[~visible])},
            {"dev_auc": auc(scores, visible), "dev_pictures": len(scores)},
            "Two layers over 70 figures of how steps keep to a grid. Visible means H.264's quantiser 34 or more "
            "without deblocking; 29 to 33 did not count.",
        )  # fmt: skip


def visible_scores(network: nn.Module, arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Scores (examples,) of the clear cases, and whether the blocks are visible in each."""
    known = arrays["visible"] >= 0
    scores, _ = score_parts(network, arrays["figures"][known])
    return scores, arrays["visible"][known] > 0.5

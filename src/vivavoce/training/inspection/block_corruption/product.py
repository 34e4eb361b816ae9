"""The corruption map and, jointly, the decision over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.blocks.addon_spec import AddonSpec
from vivavoce.inspection.defects.block_corruption.features import FIGURES
from vivavoce.inspection.labels import Label
from vivavoce.training.core.onnx_export import NetworkExport
from vivavoce.training.core.product import Losses, Metrics, Progress
from vivavoce.training.inspection.block_corruption.data import (
    BLOCK,
    HEIGHT,
    UNKNOWN,
    WIDTH,
    CorruptionMaker,
    make_example,
)  # fmt: skip
from vivavoce.training.inspection.block_corruption.network import CorruptionNetwork
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

CORRUPT, UNTOUCHED = 8.0, 2.0
"""Mean difference of luma from which a block is corrupt, and up to which it is not; between, nobody can say."""
MEANT, TOO_LITTLE = 0.07, 0.02
"""Share of corrupt blocks from which a frame is corrupt, and up to which it is not."""
NOISE, SMALLEST_PART = 0.03, 2
"""What is added to figures; a part of a picture has half its rows and columns at least."""

VALIDATED, MEASURED = 240, 600
"""Pictures that figures are made on, while training and at export."""


class Pictures:
    """Figures of pictures in memory, and batches of them."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self.wrong, self.figures = arrays["wrong"], arrays["figures"]
        self.share = (self.wrong >= CORRUPT).mean(axis=(1, 2))
        self.corrupt, self.clean = np.flatnonzero(self.share >= TOO_LITTLE), np.flatnonzero(self.share < TOO_LITTLE)

    def batch(self, size: int, random: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Figures (size, 18, rows, columns) and differences (size, rows, columns) uint8, half of them from corrupt
        pictures: parts of one size, another in every batch, as pictures have many."""
        chosen = np.concatenate([batch_of(random, pool, size // 2) for pool in (self.corrupt, self.clean)])
        whole = self.wrong.shape[1:]
        part = [2 * int(random.integers(side // SMALLEST_PART // 2, side // 2 + 1)) for side in whole]
        first = [2 * int(random.integers((side - taken) // 2 + 1)) for side, taken in zip(whole, part, strict=True)]
        rows, columns = (slice(at, at + taken) for at, taken in zip(first, part, strict=True))
        figures, wrong = self.figures[chosen, :, rows, columns].astype(np.float32), self.wrong[chosen, rows, columns]
        figures += random.normal(0.0, NOISE, figures.shape).astype(np.float32)
        return torch.from_numpy(figures), torch.from_numpy(wrong)

    def clear(self, most: int) -> np.ndarray:
        """Indices of at most `most` pictures that are clearly corrupt or clearly not, (pictures,)."""
        clear = np.flatnonzero((self.share >= MEANT) | (self.share == 0.0))
        return np.sort(np.random.default_rng(5).permutation(clear)[:most])


class BlockCorruption(DetectorProduct[DetectorRecipe]):
    """A residual network over figures of the blocks of two frames."""

    name = "block_corruption"

    def maker(self, chosen: Sources) -> Maker:
        return CorruptionMaker(chosen.videos + chosen.footage)

    def labeled_examples(self, label: Label) -> Iterator[Example]:
        """Crops of the frame, those that change most: four where it is clean, one where it is corrupt."""
        before, luma = labeled_frames(label, 2)
        if min(luma.shape[0] - HEIGHT, luma.shape[1] - WIDTH) < 0:
            return
        corrupt = label.answer != "none"
        wrong = np.full((HEIGHT // BLOCK, WIDTH // BLOCK), UNKNOWN if corrupt else 0, np.uint8)
        regions = [
            (slice(top, top + HEIGHT), slice(left, left + WIDTH))
            for top in range(0, luma.shape[0] - HEIGHT + 1, HEIGHT // 2)
            for left in range(0, luma.shape[1] - WIDTH + 1, WIDTH // 2)
        ]
        moved = np.abs(luma.astype(np.int16) - before)
        ranked = sorted(regions, key=lambda region: -float(moved[region].mean()))
        for region in ranked[: 1 if corrupt else 4]:
            yield make_example(before[region], luma[region], wrong)

    def build_network(self) -> nn.Module:
        return CorruptionNetwork(self.recipe.network.width, self.recipe.network.dropout)

    @cached_property
    def development(self) -> Pictures:
        """The pictures to choose by."""
        return Pictures(self.development_arrays)

    def batches(self, random: np.random.Generator, progress: Progress) -> Iterator[tuple[Tensor, Tensor]]:
        pictures = Pictures(self.training_arrays)
        while True:
            yield pictures.batch(self.recipe.data.batch, random)

    def losses(self, network: nn.Module, batch: tuple[Tensor, Tensor], progress: Progress) -> Losses:
        figures, wrong = batch
        cells, decision = network(figures)
        return Losses({"map": map_loss(cells.float(), wrong), "decision": decision_loss(decision.float(), wrong)})

    def validate(self, network: nn.Module) -> Metrics:
        return self._figures(network, self.development.clear(VALIDATED))

    def export(self, network: nn.Module) -> AddonSpec:
        assert isinstance(network, CorruptionNetwork)
        chosen = self.development.clear(MEASURED)
        exported = NetworkExport(
            network=Probabilities(network),
            inputs={"figures": torch.zeros(1, FIGURES, HEIGHT // BLOCK, WIDTH // BLOCK)},
            outputs=CorruptionNetwork.outputs,
            axes={"figures": {2: "block_rows", 3: "block_columns"}, "map": {1: "rows", 2: "columns"}},
        )  # fmt: skip
        return self.spec(
            "Map of corrupt blocks in a picture, and whether 7 % of it is corrupt", {"corruption": exported},
            {}, {**self._figures(network, chosen), "dev_pictures": len(chosen)},
            "Residual network over figures of the blocks of two pictures; the last layer is a 1 x 1 convolution, the "
            "decision over the map is trained jointly. Examples: damaged streams of H.264, HEVC, VP9, MPEG-2 and "
            "MPEG-4, pictures lost whole; titles that roll, slides, shaking, dark and poorly coded scenes, whole and "
            "damaged; whole ones that push others out, are torn, combed, frozen or flash.",
            footage=True,
        )  # fmt: skip

    def _figures(self, network: nn.Module, chosen: np.ndarray) -> dict[str, float]:
        scores, areas = decisions(network, self.development, chosen)
        truth = self.development.share[chosen] >= MEANT
        return {"dev_auc_learned": auc(scores, truth), "dev_auc_area": auc(areas, truth)}


def map_loss(scores: Tensor, wrong: Tensor) -> Tensor:
    """Cross-entropy of cells against the share of their four blocks that is corrupt; doubtful blocks do not count."""
    known = (((wrong >= CORRUPT) & (wrong != UNKNOWN)) | (wrong <= UNTOUCHED)).float()
    corrupt = (wrong >= CORRUPT).float() * known
    weight = functional.avg_pool2d(known[:, None], 2)[:, 0]
    share = functional.avg_pool2d(corrupt[:, None], 2)[:, 0] / weight.clamp_min(0.25)
    loss = functional.binary_cross_entropy_with_logits(scores, share.clamp(0, 1), reduction="none")
    return (loss * weight).sum() / weight.sum().clamp_min(1.0)


def decision_loss(scores: Tensor, wrong: Tensor) -> Tensor:
    """Cross-entropy of whole frames; those with a little corruption do not count."""
    share = (wrong >= CORRUPT).float().mean(dim=(1, 2))
    counts = ((share >= MEANT) | (share <= TOO_LITTLE)).float()
    loss = functional.binary_cross_entropy_with_logits(scores, (share >= MEANT).float(), reduction="none")
    return (loss * counts).sum() / counts.sum().clamp_min(1.0)


def decisions(network: nn.Module, pictures: Pictures, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Decision scores, and areas of the map over one half, of the chosen pictures, (pictures,) each."""
    cells, decided = score_parts(network, pictures.figures[chosen], 32)
    return decided, (cells > 0).mean(axis=(1, 2))

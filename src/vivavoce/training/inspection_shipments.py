"""What each inspection addon is made of: the network, its inputs, its thresholds, its figures on development clips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from vivavoce.inspection.defects.audio_artifacts.detect import CLASSES
from vivavoce.inspection.defects.audio_artifacts.features import SHAPES
from vivavoce.inspection.defects.block_corruption.features import FIGURES as BLOCK_FIGURES
from vivavoce.inspection.defects.blockiness.features import FIGURES as GRID_FIGURES
from vivavoce.inspection.defects.tearing.features import BANDS, PROFILES
from vivavoce.inspection.lip_sync import speech
from vivavoce.training import audio_artifacts, blockiness, defect_maps, sync, tearing
from vivavoce.training.export import Axes
from vivavoce.training.fitting import auc
from vivavoce.training.networks.audio_artifacts import ArtifactClassifier, ArtifactNetwork
from vivavoce.training.networks.blockiness import BlockinessDetector, BlockinessNetwork
from vivavoce.training.networks.defect_maps import CorruptionDetector, CorruptionNetwork
from vivavoce.training.networks.sync import SyncNetwork
from vivavoce.training.networks.tearing import TearingDetector, TearingNetwork
from vivavoce.training.shards import read_shards

FALSE_SHARE = 0.01
"""Of clean held-out examples, this many may pass a threshold."""
LOWEST, HIGHEST, ONE_SECOND = 0.85, 0.95, 0.9
"""Defects are rare: a few hundred clean examples say little of how often an hour of them would be called one,
least of all where one second is enough (clicks)."""
CORRUPT_LOOKS, TORN_LOOKS = 0.95, 0.87
"""Where events of two looks are best on development clips; `inspection_calibrate` sets them by clean material."""

CREDITS = (
    "Trained on defects simulated in clips of mixed rights, none of which is shipped: Big Buck Bunny, "
    "Elephants Dream and Sintel (CC BY, Blender Foundation), test clips of open-source projects; speech of "
    "dataset-voice-kathleen, -kerstin, -nathalie (CC0), speechocean762, asterisk-core-sounds-en (CC BY-SA 3.0)"
)


@dataclass(frozen=True)
class Export:
    """One network to write: how to call it, and which sizes are free."""

    network: nn.Module
    inputs: Mapping[str, Tensor]
    outputs: tuple[str, ...]
    axes: Axes


@dataclass(frozen=True)
class Shipment:
    """All that an addon needs besides its run's length."""

    summary: str
    exports: Mapping[str, Export]
    details: Mapping[str, float]
    figures: Mapping[str, float]
    notes: str
    credits: str = field(default=CREDITS)


def threshold_over(clean: np.ndarray) -> float:
    """The probability that only few of the clean examples (examples,) pass. Raises `SystemExit` without any."""
    if not clean.size:
        raise SystemExit("no clean example for development, make more with python -m vivavoce.training.inspection_data")
    return float(np.clip(np.quantile(clean, 1.0 - FALSE_SHARE), LOWEST, HIGHEST))


Prepared = tuple[nn.Module, Callable[[Any], Shipment]]
"""A network for the trained weights, and what becomes of it once it has them."""


def _block_corruption(config: Mapping[str, Any], examples: Path) -> Prepared:
    def made(network: CorruptionNetwork) -> Shipment:
        pictures = defect_maps.Pictures(examples / "dev")
        chosen = defect_maps.judged(pictures)
        scores, areas = defect_maps.decisions(network, pictures, chosen)
        truth = pictures.share[chosen] >= defect_maps.MEANT
        figures = {
            "dev_auc_learned": auc(scores, truth),
            "dev_auc_area": auc(areas, truth),
            "dev_pictures": len(chosen),
        }
        figures_of = torch.zeros(1, BLOCK_FIGURES, 12, 16)
        axes: Axes = {"figures": {2: "block_rows", 3: "block_columns"}, "map": {1: "rows", 2: "columns"}}
        export = Export(CorruptionDetector(network), {"figures": figures_of}, CorruptionDetector.outputs, axes)
        return Shipment(
            "Map of corrupt blocks in a picture, and whether 7 % of it is corrupt", {"corruption": export},
            {"threshold": CORRUPT_LOOKS}, figures,
            "Residual network over figures of the blocks of two pictures; the last layer is a 1 x 1 convolution, the "
            "decision over the map is trained jointly. Examples: damaged streams of H.264, MPEG-2 and MPEG-4. Trained "
            "in stages, as examples were added: the last are titles that roll, slides, shaking, dark and poorly coded "
            "scenes, whole and damaged.",
        )  # fmt: skip

    return CorruptionNetwork(**config["network"]), made


def _tearing(config: Mapping[str, Any], examples: Path) -> Prepared:
    def made(network: TearingNetwork) -> Shipment:
        held_out = tearing.Profiles(examples / "dev")
        scores, torn = tearing.torn_scores(network, held_out), held_out.row != 0
        profiles = torch.zeros(1, PROFILES, 239, BANDS)
        axes: Axes = {"profiles": {2: "lines"}, "rows": {1: "lines"}}
        export = Export(TearingDetector(network), {"profiles": profiles}, TearingDetector.outputs, axes)
        return Shipment(
            "Whether a picture is torn, and at which row", {"tearing": export},
            {"threshold": TORN_LOOKS}, {"dev_auc": auc(scores, torn), "dev_pictures": len(torn)},
            "Convolutions over how each row follows the one above and its own past. Only tears that show count.",
        )  # fmt: skip

    return TearingNetwork(**config["network"]), made


def _blockiness(config: Mapping[str, Any], examples: Path) -> Prepared:
    def made(network: BlockinessNetwork) -> Shipment:
        scores, visible = blockiness.visible_scores(network, read_shards(examples / "dev"))
        likely = 1.0 / (1.0 + np.exp(-scores))
        export = Export(
            BlockinessDetector(network), {"figures": torch.zeros(1, GRID_FIGURES)}, BlockinessDetector.outputs, {}
        )
        return Shipment(
            "Whether a coding grid is visible, and of which quantiser", {"blockiness": export},
            {"threshold": threshold_over(likely[~visible])},
            {"dev_auc": auc(scores, visible), "dev_pictures": len(scores)},
            "Two layers over 70 figures of how steps keep to a grid. Visible means H.264's quantiser 34 or more "
            "without deblocking; 29 to 33 did not count.",
        )  # fmt: skip

    return BlockinessNetwork(**config["network"]), made


def _audio_artifacts(config: Mapping[str, Any], examples: Path) -> Prepared:
    def made(network: ArtifactNetwork) -> Shipment:
        held_out = audio_artifacts.Seconds(examples / "dev", 1)
        truth = held_out.arrays["label"][held_out.single]
        likely = torch.softmax(audio_artifacts.class_scores(network, held_out, held_out.single), dim=1).numpy()
        clean = likely[truth == 0]
        details = {f"{name}_threshold": threshold_over(clean[:, index]) for index, name in enumerate(CLASSES) if index}
        details["clicks_threshold"] = max(details["clicks_threshold"], ONE_SECOND)
        guess = likely.argmax(axis=1)
        recalls = {f"dev_recall_{name}": (guess[truth == i] == i).mean() for i, name in enumerate(CLASSES)}
        figures = {"dev_balanced_accuracy": audio_artifacts.balanced_accuracy(guess, truth), "dev_seconds": len(truth)}
        views = {name: torch.zeros(1, *shape) for name, shape in SHAPES.items()}
        axes: Axes = {name: {0: "seconds"} for name in (*views, "probabilities")}
        export = Export(ArtifactClassifier(network), views, ArtifactClassifier.outputs, axes)
        return Shipment(
            "Hum, hiss, distortion or clicks in one second of sound", {"artifacts": export}, details,
            {**figures, **recalls},
            "Convolutions over three spectra and the levels of a second. First trained to say which defects a mixture "
            "holds and how strong each is, then to tell single defects apart; all through AAC, Opus or MP3. Trained in "
            "stages, as examples were added: the last are loud, dense and narrow clean sounds, defects that fill part "
            "of a second, and AAC at 64 kb/s a channel.",
        )  # fmt: skip

    network = ArtifactNetwork(**config["network"])
    network(**{name: torch.zeros(2, *shape) for name, shape in SHAPES.items()})
    return network, made


def _av_sync(config: Mapping[str, Any], examples: Path) -> Prepared:
    def made(network: SyncNetwork) -> Shipment:
        held_out = sync.Windows(examples / "dev", config["late_ms"])
        bands = torch.zeros(1, speech.PER_TICK * 130, speech.BANDS)
        exports = {
            "mouth": Export(
                network.mouth, {"mouths": torch.zeros(100, 32, 48, dtype=torch.uint8)}, network.mouth.outputs,
                {"mouths": {0: "ticks"}, "motion": {0: "ticks"}},
            ),
            "speech": Export(
                network.speech, {"bands": bands}, network.speech.outputs,
                {"bands": {1: "hops"}, "sound": {1: "ticks"}},
            ),
        }  # fmt: skip
        return Shipment(
            "How far lips and sound are apart: mouths and speech in one space", exports,
            {"sharpness": float(network.sharpness.detach()), "none": float(network.none.detach())},
            sync.figures(network, held_out, 75, 300),
            "Two small convolutional networks, trained to find the offset between a face and its own sound, which was "
            "moved first to where shut lips say that it belongs (bench/inspection/lips.py): broadcast cuts are up to "
            "three pictures off. Few speakers (about 12), so expect less of faces unlike them.",
            credits="Trained on short research clips of talking faces (GRID CC BY 4.0, HDTF samples, others of unclear "
            "rights); no frame is shipped",
        )  # fmt: skip

    return SyncNetwork(**config["network"]), made


SHIPMENTS: Mapping[str, Callable[[Mapping[str, Any], Path], Prepared]] = {
    "block_corruption": _block_corruption,
    "tearing": _tearing,
    "blockiness": _blockiness,
    "audio_artifacts": _audio_artifacts,
    "av_sync": _av_sync,
}
"""By name of the addon; each is given its recipe and the folder of its examples."""

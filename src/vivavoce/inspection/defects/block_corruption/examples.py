"""Frames that people label as corrupt or not."""

from __future__ import annotations

from vivavoce.inspection.defects.block_corruption.detect import PAIRS, BlockCorruption
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.labels.examples import frame_examples
from vivavoce.inspection.media import Plane


def _likelihood(detector: Detector, frames: list[Plane]) -> float:
    assert isinstance(detector, BlockCorruption)
    return detector.judge(*frames).probability


EXAMPLES = frame_examples("block_corruption", BlockCorruption, _likelihood, PAIRS)

"""Frames that people label as blocky or not."""

from __future__ import annotations

from vivavoce.inspection.defects.blockiness.detect import Blockiness
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.labels.examples import frame_examples
from vivavoce.inspection.media import Plane


def _likelihood(detector: Detector, frames: list[Plane]) -> float:
    assert isinstance(detector, Blockiness)
    return detector.judge(frames[0])[0]


EXAMPLES = frame_examples("blockiness", Blockiness, _likelihood)

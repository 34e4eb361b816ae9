"""Frames that people label as torn or not."""

from __future__ import annotations

from vivavoce.inspection.defects.tearing.detect import Tearing
from vivavoce.inspection.defects.tearing.features import BURST
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.labels.examples import frame_examples
from vivavoce.inspection.media import Plane


def _likelihood(detector: Detector, frames: list[Plane]) -> float:
    assert isinstance(detector, Tearing)
    return detector.judge(frames)[0]


EXAMPLES = frame_examples("tearing", Tearing, _likelihood, Sampling(every_s=0.32, burst=BURST))

"""Captions that are late, too fast, garbled or missing."""

from vivavoce.inspection.defect import Defect
from vivavoce.inspection.defects.caption_quality.detect import CaptionQuality
from vivavoce.inspection.defects.caption_quality.simulate import simulate

DEFECT = Defect(
    name="caption_quality",
    detector=CaptionQuality,
    simulator=simulate,
    audible=True,
)

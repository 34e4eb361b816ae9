"""Lips and sound apart."""

from vivavoce.inspection.defect import Defect
from vivavoce.inspection.defects.av_sync.detect import AvSync
from vivavoce.inspection.defects.av_sync.simulate import simulate

DEFECT = Defect(
    name="av_sync",
    detector=AvSync,
    simulator=simulate,
    audible=True,
)

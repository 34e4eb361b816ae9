"""Frames softer than their neighbours, or than their size promises."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.blur.detect import Blur
from vivavoce.inspection.defects.blur.simulate import simulate

DEFECT = Defect(
    name="blur",
    detector=Blur,
    simulator=simulate,
    baselines=(Baseline("blurdetect", (("blurdetect", ""),), key="lavfi.blur", threshold=7.0),),
)

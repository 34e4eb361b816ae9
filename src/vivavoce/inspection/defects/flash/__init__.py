"""Flashes that can harm photosensitive viewers."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.flash.detect import Flash
from vivavoce.inspection.defects.flash.simulate import simulate

DEFECT = Defect(
    name="flash",
    detector=Flash,
    simulator=simulate,
    baselines=(
        Baseline(
            "photosensitivity", (("photosensitivity", "bypass=1"),), key="lavfi.photosensitivity.badness", threshold=1.0
        ),
    ),
)

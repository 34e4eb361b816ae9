"""Unexpected black, from one frame up."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.black.detect import Black
from vivavoce.inspection.defects.black.simulate import simulate

BLACK = "lavfi.black"

DEFECT = Defect(
    name="black",
    detector=Black,
    simulator=simulate,
    baselines=(
        Baseline("blackdetect", (("blackdetect", ""),), f"{BLACK}_start", f"{BLACK}_end"),
        Baseline("blackdetect d=.04", (("blackdetect", "d=0.04"),), f"{BLACK}_start", f"{BLACK}_end"),
    ),
)

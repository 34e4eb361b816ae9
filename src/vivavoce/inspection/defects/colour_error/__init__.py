"""Planes lost, swapped or in the wrong range."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.colour_error.detect import ColourError
from vivavoce.inspection.defects.colour_error.simulate import simulate

DEFECT = Defect(
    name="colour_error",
    detector=ColourError,
    simulator=simulate,
    baselines=(Baseline("signalstats SATAVG", (("signalstats", ""),), key="lavfi.signalstats.SATAVG", threshold=60.0),),
)

"""Motion that halts and leaps."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.stutter.detect import Stutter
from vivavoce.inspection.defects.stutter.simulate import simulate

DEFECT = Defect(
    name="stutter",
    detector=Stutter,
    simulator=simulate,
    baselines=(
        Baseline("signalstats YDIF", (("signalstats", ""),), key="lavfi.signalstats.YDIF", threshold=0.1, below=True),
    ),
)

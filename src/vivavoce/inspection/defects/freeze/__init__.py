"""A held picture while motion should go on."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.freeze.detect import Freeze
from vivavoce.inspection.defects.freeze.simulate import simulate

FREEZE = "lavfi.freezedetect.freeze"

DEFECT = Defect(
    name="freeze",
    detector=Freeze,
    simulator=simulate,
    baselines=(
        Baseline("freezedetect", (("freezedetect", ""),), f"{FREEZE}_start", f"{FREEZE}_end"),
        Baseline("freezedetect d=.4", (("freezedetect", "d=0.4"),), f"{FREEZE}_start", f"{FREEZE}_end"),
    ),
)

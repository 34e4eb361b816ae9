"""The visible grid of a starved encoder."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.blockiness.detect import Blockiness
from vivavoce.inspection.defects.blockiness.examples import EXAMPLES
from vivavoce.inspection.defects.blockiness.simulate import simulate

DEFECT = Defect(
    name="blockiness",
    detector=Blockiness,
    simulator=simulate,
    examples=EXAMPLES,
    baselines=(Baseline("blockdetect", (("blockdetect", ""),), key="lavfi.block", threshold=3.0),),
    looks_dithered=True,
)

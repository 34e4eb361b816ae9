"""Wrong, displaced, smeared or missing macroblocks."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.block_corruption.detect import BlockCorruption
from vivavoce.inspection.defects.block_corruption.examples import EXAMPLES
from vivavoce.inspection.defects.block_corruption.simulate import simulate

DEFECT = Defect(
    name="block_corruption",
    detector=BlockCorruption,
    simulator=simulate,
    examples=EXAMPLES,
    baselines=(
        Baseline("blockdetect", (("blockdetect", ""),), key="lavfi.block", threshold=3.0),
        Baseline("signalstats YDIF", (("signalstats", ""),), key="lavfi.signalstats.YDIF", threshold=20.0),
    ),
)

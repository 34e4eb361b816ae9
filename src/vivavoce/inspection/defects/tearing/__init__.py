"""Two moments in one frame, above and below a line."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.tearing.detect import Tearing
from vivavoce.inspection.defects.tearing.examples import EXAMPLES
from vivavoce.inspection.defects.tearing.simulate import simulate

DEFECT = Defect(
    name="tearing",
    detector=Tearing,
    simulator=simulate,
    examples=EXAMPLES,
    baselines=(Baseline("signalstats YDIF", (("signalstats", ""),), key="lavfi.signalstats.YDIF", threshold=20.0),),
    looks_dithered=True,
)

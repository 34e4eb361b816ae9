"""Two fields of different moments woven into one frame."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.combing.detect import Combing
from vivavoce.inspection.defects.combing.simulate import simulate

DEFECT = Defect(
    name="combing",
    detector=Combing,
    simulator=simulate,
    baselines=(Baseline("idet", (("idet", ""),), key="lavfi.idet.single.current_frame", threshold=0.5),),
    looks_dithered=True,
)

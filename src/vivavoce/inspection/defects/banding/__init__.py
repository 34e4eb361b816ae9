"""False contours in smooth areas."""

from vivavoce.inspection.defect import Defect
from vivavoce.inspection.defects.banding.detect import Banding
from vivavoce.inspection.defects.banding.simulate import simulate

DEFECT = Defect(
    name="banding",
    detector=Banding,
    simulator=simulate,
    looks_dithered=True,
)

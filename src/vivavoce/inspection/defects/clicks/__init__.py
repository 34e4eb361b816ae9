"""Impulses and lost samples."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.audio_artifacts.detect import AudioArtifacts
from vivavoce.inspection.defects.audio_artifacts.examples import EXAMPLES
from vivavoce.inspection.defects.clicks.simulate import simulate

DEFECT = Defect(
    name="clicks",
    detector=AudioArtifacts,
    simulator=simulate,
    examples=EXAMPLES,
    baselines=(
        Baseline(
            "astats differences",
            (("astats", "metadata=1:reset=47"),),
            audio=True,
            key="lavfi.astats.Overall.Max_difference",
            threshold=0.4,
        ),
    ),
    audible=True,
)

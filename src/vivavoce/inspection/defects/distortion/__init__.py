"""Overdriven or starved sound."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.audio_artifacts.detect import AudioArtifacts
from vivavoce.inspection.defects.audio_artifacts.examples import EXAMPLES
from vivavoce.inspection.defects.distortion.simulate import simulate

DEFECT = Defect(
    name="distortion",
    detector=AudioArtifacts,
    simulator=simulate,
    examples=EXAMPLES,
    baselines=(
        Baseline(
            "astats flat factor",
            (("astats", "metadata=1:reset=47"),),
            audio=True,
            key="lavfi.astats.Overall.Flat_factor",
            threshold=0.5,
            step_s=1.0,
        ),
    ),
    audible=True,
)

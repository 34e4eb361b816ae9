"""Steady noise."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.audio_artifacts.detect import AudioArtifacts
from vivavoce.inspection.defects.audio_artifacts.examples import EXAMPLES
from vivavoce.inspection.defects.hiss.simulate import simulate

DEFECT = Defect(
    name="hiss",
    detector=AudioArtifacts,
    simulator=simulate,
    examples=EXAMPLES,
    baselines=(
        Baseline(
            "astats crossings",
            (("astats", "metadata=1:reset=47"),),
            audio=True,
            key="lavfi.astats.1.Zero_crossings_rate",
            threshold=0.15,
            step_s=1.0,
        ),
    ),
    audible=True,
)

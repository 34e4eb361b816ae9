"""Mains hum."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.audio_artifacts.detect import AudioArtifacts
from vivavoce.inspection.defects.audio_artifacts.examples import EXAMPLES
from vivavoce.inspection.defects.hum.simulate import simulate

DEFECT = Defect(
    name="hum",
    detector=AudioArtifacts,
    simulator=simulate,
    examples=EXAMPLES,
    baselines=(
        Baseline(
            "lowpass, astats",
            (("lowpass", "f=130:p=2"), ("lowpass", "f=130:p=2"), ("astats", "metadata=1:reset=47")),
            audio=True,
            key="lavfi.astats.Overall.RMS_level",
            threshold=-35.0,
            step_s=1.0,
        ),
    ),
    audible=True,
)

"""Gaps, a lost channel, an inverted channel."""

from vivavoce.inspection.defect import Baseline, Defect
from vivavoce.inspection.defects.audio_dropout.detect import AudioDropout
from vivavoce.inspection.defects.audio_dropout.simulate import simulate

SILENCE = "lavfi.silence"

DEFECT = Defect(
    name="audio_dropout",
    detector=AudioDropout,
    simulator=simulate,
    baselines=(
        Baseline("silencedetect", (("silencedetect", ""),), f"{SILENCE}_start", f"{SILENCE}_end", audio=True),
        Baseline(
            "silencedetect d=.05", (("silencedetect", "d=0.05"),), f"{SILENCE}_start", f"{SILENCE}_end", audio=True
        ),
    ),
    audible=True,
)

"""Defects put into clean clips on purpose, with the truth about them: for tests, figures and training."""

from vivavoce.inspection.simulation.clip import Clip, Truth, Yuv, read_clip
from vivavoce.inspection.simulation.codec import (
    transcode,
    transcode_audio,
    transcode_frames,
    transcode_with,
    write_clip,
)
from vivavoce.inspection.simulation.inject import simulate, simulate_all
from vivavoce.inspection.simulation.injection import Injection

__all__ = [
    "Clip", "Injection", "Truth", "Yuv", "read_clip", "simulate", "simulate_all", "transcode", "transcode_audio",
    "transcode_frames", "transcode_with", "write_clip",
]  # fmt: skip

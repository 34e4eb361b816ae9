"""Defects put into clean clips on purpose, with the truth about them: for tests, figures and training."""

from vivavoce.inspection.simulate.clip import Clip, Truth, Yuv, read_clip
from vivavoce.inspection.simulate.codec import coded, coded_frames, coded_sound, recoded_frames, write_clip
from vivavoce.inspection.simulate.simulator import SIMULATORS, Damage, simulate, simulate_all

__all__ = [
    "SIMULATORS",
    "Clip",
    "Damage",
    "Truth",
    "Yuv",
    "coded",
    "coded_frames",
    "coded_sound",
    "read_clip",
    "recoded_frames",
    "simulate",
    "simulate_all",
    "write_clip",
]

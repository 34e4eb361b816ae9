"""Which clips may be tuned on, and which are only ever measured on. One person is on one side."""

from __future__ import annotations

TEST = (
    "diverse/bbb_360p_bird.mp4", "diverse/bbb_720p24_0-30.webm", "diverse/dog_720p30.mp4",
    "diverse/nasa_270p_stage.mp4",
    "diverse/own_credits_roll_720p.mp4", "diverse/pedestrians_vtest.avi", "diverse/slide_1080p.mp4",
    "diverse/synthetic_fades.mp4", "diverse/tennis_360p.mp4", "still-or-silent/liveportrait_d18.mp4",
    "still-or-silent/liveportrait_d5.mp4", "still-or-silent/liveportrait_s32.mp4", "talking/grid_brbk7n.mpg",
    "talking/grid_lbax4n.mpg", "talking/grid_sbia1a.mpg", "talking/hdtf_RD_Radio2_000.mp4",
    "talking/hdtf_WDA_EdMarkey0_000.mp4", "talking/retalking_face_2.mp4", "talking/retalking_face_5.mp4",
)  # fmt: skip
"""Relative to `video/`. Everything else there is for development."""

"""What detectors remember of a channel that never ends."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from tests.inspection.material import moving
from vivavoce.inspection.defects.audio_dropout.detect import AudioDropout
from vivavoce.inspection.defects.flash.detect import Flash
from vivavoce.inspection.defects.freeze.detect import Freeze
from vivavoce.inspection.defects.stutter.detect import Stutter
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, AudioInfo, MediaInfo, VideoFrame, VideoInfo

RATE_HZ = 25
SOUND = AudioInfo("aac", SAMPLE_RATE_HZ, 2)
INFO = MediaInfo("channel", video=VideoInfo("h264", 128, 96, RATE_HZ, "yuv420p"), sounds=(SOUND,))


def test_loud_sound_without_a_pause_is_forgotten() -> None:
    detector, random = AudioDropout(INFO), np.random.default_rng(0)
    sound = random.normal(0, 0.2, (2, SAMPLE_RATE_HZ)).astype(np.float32)
    sizes: list[int] = []
    for second in range(200):
        list(detector.on_audio(AudioBlock(float(second), sound)))
        sizes.append(len(pickle.dumps(detector.__dict__)))
    assert max(sizes[100:]) <= 1.1 * max(sizes[:60])


@pytest.mark.parametrize("kind", [Freeze, Stutter, Flash])
def test_a_channel_that_hangs_fills_no_memory(kind: type[Detector]) -> None:
    clip, detector = moving(3.0, 96, 128), kind(INFO)
    frames = [*clip.frames, *[clip.frames[-1]] * (60 * RATE_HZ)]
    sizes: list[int] = []
    for number, yuv in enumerate(frames):
        frame = VideoFrame(number, number / RATE_HZ, 1 / RATE_HZ, yuv.luma, yuv.blue, yuv.red)
        list(detector.on_frame(frame))
        if number % RATE_HZ == 0:
            sizes.append(len(pickle.dumps(detector.__dict__)))
    assert max(sizes[-10:]) <= 1.2 * max(sizes[8:30])

"""What detectors remember of a channel that never ends."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from tests.inspection.material import moving
from vivavoce.inspection.defects.audio_dropout.detect import AudioDropout
from vivavoce.inspection.defects.black.detect import Black
from vivavoce.inspection.defects.block_corruption.evidence import Observation, Scene
from vivavoce.inspection.defects.colour_error.detect import ColourError
from vivavoce.inspection.defects.flash.detect import Flash
from vivavoce.inspection.defects.freeze.detect import Freeze
from vivavoce.inspection.defects.stutter.detect import Stutter
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, AudioInfo, MediaInfo, Plane, VideoFrame, VideoInfo

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


def test_a_scene_that_never_ends_and_shows_no_damage_is_forgotten() -> None:
    scene, sizes, look = Scene(), list[int](), Observation(0.01, 0.0, np.zeros((2, 2), np.float32), 0.0, 0.0, 0.0)
    for number in range(60 * 8):
        scene.add(number / 8, look)
        sizes.append(len(pickle.dumps(vars(scene))))
    assert sizes[-1] <= 1.1 * sizes[16]


def test_a_strobe_that_never_ends_fills_no_memory() -> None:
    clip = moving(1.0, 96, 128)
    black = clip.frames[0].luma * 0 + 16
    sizes, events = _held_over_a_minute(Black(INFO), [black, *(yuv.luma for yuv in clip.frames[:4])])
    assert max(sizes) <= 3
    assert not events


def test_a_lamp_that_never_ceases_to_flicker_fills_no_memory() -> None:
    luma = moving(1.0, 96, 128).frames[0].luma
    stretched = np.clip((luma.astype(np.float32) - 16) * 255 / 219, 0, 255).astype(np.uint8)
    sizes, events = _held_over_a_minute(ColourError(INFO), [*[luma] * 5, *[stretched] * 5])
    assert max(sizes) == 1
    assert not events


def _held_over_a_minute(detector: Detector, lumas: list[Plane]) -> tuple[list[int], list[Event]]:
    """How many events a detector held back after each of some pictures that come again and again, and all it told."""
    grey, sizes = np.full((48, 64), 128, np.uint8), list[int]()
    events: list[Event] = []
    for number in range(60 * RATE_HZ):
        frame = VideoFrame(number, number / RATE_HZ, 1 / RATE_HZ, lumas[number % len(lumas)], grey, grey)
        events += detector.on_frame(frame)
        sizes.append(len(vars(detector)["_held"]))
    return sizes, [*events, *detector.finish(60.0)]

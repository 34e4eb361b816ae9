"""Every simulator: the same seed gives the same, the truth is where the change is, the rest is left alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inspection.material import babble, moving
from vivavoce.errors import InputError
from vivavoce.inspection.defects.block_corruption.simulate import ENCODERS, corrupt_frames
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Cue
from vivavoce.inspection.registry import defect_names
from vivavoce.inspection.simulation import Clip, simulate, simulate_all, transcode_audio

CUES = tuple(Cue(0.2 + n, 1.0 + n, (f"This is caption number {n}.",), n + 1) for n in range(2))
CLIP = replace(moving(2.0), cues=CUES)
SEEN = ("freeze", "stutter", "tearing", "black", "combing", "blockiness", "blur", "banding", "colour_error", "flash")
HEARD = ("audio_dropout", "hum", "hiss", "distortion", "clicks", "av_sync")


@pytest.mark.parametrize("defect", [name for name in defect_names() if name != "block_corruption"])
def test_the_same_seed_gives_the_same(defect: str) -> None:
    (one, truth), (two, again) = (simulate(defect, CLIP, 0.8, 0.6, 0.7, seed=5) for _ in range(2))
    assert truth == again
    assert one.cues == two.cues
    assert all((a.luma == b.luma).all() for a, b in zip(one.frames, two.frames, strict=True))
    assert one.sound is not None
    assert two.sound is not None
    assert (one.sound == two.sound).all()


@pytest.mark.parametrize("defect", SEEN)
def test_pictures_change_in_the_stretch_alone(defect: str) -> None:
    damaged, truth = simulate(defect, CLIP, 0.8, 0.6, 0.7, seed=5)
    first, last = round(truth.start_s * CLIP.rate_hz), round(truth.end_s * CLIP.rate_hz)
    same = [
        all((getattr(a, name) == getattr(b, name)).all() for name in ("luma", "blue", "red"))
        for a, b in zip(CLIP.frames, damaged.frames, strict=True)
    ]
    assert all(same[:first])
    assert all(same[last:])
    assert not all(same[first:last])


@pytest.mark.parametrize("defect", HEARD)
def test_sound_changes_in_the_stretch_alone(defect: str) -> None:
    damaged, truth = simulate(defect, CLIP, 0.8, 0.6, 0.7, seed=5)
    assert damaged.sound is not None
    first, last = round(truth.start_s * SAMPLE_RATE_HZ), round(truth.end_s * SAMPLE_RATE_HZ)
    changed = np.flatnonzero((damaged.sound != CLIP.heard).any(axis=0))
    assert first <= changed[0] < changed[-1] < last


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1.9), st.floats(0.01, 3.0), st.integers(0, 99))
def test_any_strength_and_stretch_gives_sound_within_full_scale(
    strength: float, start_s: float, seconds: float, seed: int
) -> None:
    clip = Clip(sound=babble(2.0))
    for defect in ("hum", "hiss", "clicks", "audio_dropout", "av_sync"):
        damaged, truth = simulate(defect, clip, start_s, seconds, strength, seed)
        assert np.abs(damaged.heard).max() <= 1.0
        assert damaged.heard.shape == clip.heard.shape
        assert truth.end_s <= 2.0


def test_broken_bitstreams_are_decoded_and_the_wrong_blocks_known() -> None:
    result = corrupt_frames(CLIP.frames, 25.0, range(15, 35), 0.9, np.random.default_rng(4))
    assert len(result.frames) == len(CLIP.frames)
    assert result.blocks.shape == (50, 6, 10)
    assert result.share.max() > 0.02
    assert result.share[:15].max() == 0.0


@pytest.mark.parametrize("codec", ENCODERS)
def test_streams_that_are_not_damaged_are_decoded_whole(codec: str) -> None:
    result = corrupt_frames(CLIP.frames, 25.0, range(0), 0.9, np.random.default_rng(4), (codec,))
    whole = [np.abs(a.luma.astype(int) - b.luma).mean() for a, b in zip(CLIP.frames, result.clean, strict=True)]
    assert max(whole) < 4.0
    assert not result.blocks.any()


def test_pictures_that_are_lost_whole_corrupt_those_after() -> None:
    lost = corrupt_frames(CLIP.frames, 25.0, range(15, 20), 1.0, np.random.default_rng(4), ("mpeg4",), 1.0)
    assert not lost.blocks[:15].any()
    assert lost.share[20] > 0.0


def test_truth_of_block_corruption_spans_what_shows() -> None:
    damaged, truth = simulate("block_corruption", CLIP, 0.8, 0.4, 0.8, seed=2)
    assert len(damaged.frames) == len(CLIP.frames)
    assert truth.end_s > truth.start_s
    assert max(truth.details["shares"]) > 0.01


def test_defects_compose() -> None:
    damaged, truths = simulate_all(CLIP, [("black", 0.4, 0.2, 1.0), ("freeze", 1.0, 0.5, 1.0)])
    assert [truth.defect for truth in truths] == ["black", "freeze"]
    assert damaged.frames[12].luma.max() == 16
    assert all((a.luma == b.luma).all() for a, b in pairwise(damaged.frames[25:37]))


def test_a_codec_keeps_time() -> None:
    sound = babble(1.0)
    for codec in ("aac", "libopus", "libmp3lame"):
        again = transcode_audio(sound, codec)
        assert again.shape == sound.shape
        assert np.corrcoef(again[0, 5000:-5000], sound[0, 5000:-5000])[0, 1] > 0.9


@pytest.mark.parametrize(
    ("defect", "start_s", "seconds", "strength"),
    [("smell", 0, 1, 0.5), ("freeze", 0, 1, 2.0), ("freeze", -1, 1, 0.5), ("freeze", 0, 0, 0.5), ("hum", 9, 1, 0.5)],
)
def test_what_cannot_be_done_is_said(defect: str, start_s: float, seconds: float, strength: float) -> None:
    with pytest.raises(InputError):
        simulate(defect, CLIP, start_s, seconds, strength)


def test_a_clip_without_sound_or_captions_cannot_lose_them() -> None:
    with pytest.raises(MediaError, match="no sound"):
        simulate("hum", moving(1.0, sound=False), 0.0, 1.0)
    with pytest.raises(MediaError, match="no caption"):
        simulate("caption_quality", moving(1.0), 0.0, 1.0)

"""Offsets, votes and verdicts; mouths and faces."""

import numpy as np
import pytest

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.lip_sync.faces import find_faces, overlap
from vivavoce.inspection.lip_sync.mouths import HEIGHT, WIDTH, cut_mouth
from vivavoce.inspection.lip_sync.offsets import REACH, around, likeness, probabilities
from vivavoce.inspection.lip_sync.speech import BANDS, speech_bands
from vivavoce.inspection.lip_sync.tracks import FaceTracks
from vivavoce.inspection.lip_sync.verdict import Agreement, Answer, Verdict, verdict, vote
from vivavoce.inspection.media import VideoFrame

RANDOM = np.random.default_rng(3)


def _evidence(offset: int | None, strength: float = 9.0) -> np.ndarray:
    evidence = np.zeros(2 * REACH + 2, np.float32)
    evidence[-1 if offset is None else offset + REACH] = strength
    return evidence


@pytest.mark.parametrize("offset", [-25, -3, 0, 7, 25])
def test_likeness_finds_late_sound_at_a_positive_offset(offset: int) -> None:
    motion = RANDOM.standard_normal((200, 4)).astype(np.float32)
    seen = motion[60:140]
    heard = motion[60 - REACH - offset : 140 + REACH - offset]
    assert int(likeness(seen, heard).argmax()) - REACH == offset


def test_probabilities_sum_to_one_even_of_extremes() -> None:
    likely = probabilities(np.array([1e4, -1e4, 0.0], np.float32))
    assert likely.sum() == pytest.approx(1.0)
    assert likely[0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("offset", "answer"), [(0, "in sync"), (2, "in sync"), (-2, "in sync"), (3, "in sync"), (4, "out of sync"), (-3, "out of sync"), (-25, "out of sync"), (None, "inconclusive")]
)  # fmt: skip
def test_one_face_votes(offset: int | None, answer: str) -> None:
    assert vote(_evidence(offset))[0] == answer


def test_no_evidence_is_no_vote_for_a_side() -> None:
    assert vote(np.append(np.zeros(2 * REACH + 1, np.float32), np.float32(4.0)))[0] == "inconclusive"


def test_evidence_that_is_spread_over_offsets_is_no_vote() -> None:
    spread = _evidence(None, 0.0)
    spread[[0, 8, 40, 50]] = 6.0
    assert vote(spread)[0] == "inconclusive"


def test_an_offset_in_sync_that_is_likelier_than_each_other_is_no_vote_against() -> None:
    divided = _evidence(3, 8.0)
    divided[[4 + REACH, 20 + REACH, 21 + REACH, 22 + REACH]] = 7.5, 7.0, 7.0, 6.8
    assert vote(divided)[0] == "inconclusive"


def test_the_majority_decides_and_a_tie_is_inconclusive() -> None:
    late = verdict(0.0, 4.0, [_evidence(6), _evidence(6, 12.0), _evidence(0)])
    assert (late.answer, late.offset_frames, late.votes) == (
        "out of sync",
        6,
        {"in sync": 1, "out of sync": 2, "inconclusive": 0},
    )
    assert verdict(0.0, 4.0, [_evidence(6), _evidence(0)]).answer == "inconclusive"
    assert verdict(0.0, 4.0, []).answer == "inconclusive"


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ([("out of sync", 8, 0.96), ("in sync", 0, 0.9)], [0]),
        ([("out of sync", 8, 0.7)], [0]),
        ([("out of sync", 8, 0.7), ("inconclusive", 0, 0.9)], []),
        ([("out of sync", 8, 0.7), ("out of sync", 9, 0.7), ("out of sync", 8, 0.7)], [0, 1, 2]),
        ([("out of sync", 8, 0.7), ("out of sync", -12, 0.7)], []),
        ([("out of sync", 8, 0.7), ("inconclusive", 0, 0.9), ("out of sync", 9, 0.7)], [0, 2]),
        ([("out of sync", 8, 0.7), ("in sync", 0, 0.9), ("out of sync", 9, 0.7)], []),
    ],
)
def test_a_doubtful_offset_is_believed_when_the_next_stretch_agrees(
    said: list[tuple[Answer, int, float]], believed: list[int]
) -> None:
    agreement, verdicts = Agreement(), [Verdict(4.0 * n, 4.0 * n + 4, *one, {}) for n, one in enumerate(said)]
    found = [one for verdict in verdicts for one in agreement.take(verdict)] + agreement.finish()
    assert found == [verdicts[n] for n in believed]


def test_sound_around_a_stretch_is_floor_where_there_is_none() -> None:
    bands = np.arange(40 * BANDS, dtype=np.float32).reshape(40, BANDS)
    got = around(bands, first=0, ticks=10, origin=0)
    assert got.shape == (4 * (10 + 2 * REACH), BANDS)
    np.testing.assert_array_equal(got[4 * REACH : 4 * REACH + 40], bands)
    assert (got[: 4 * REACH] == bands.min()).all()
    assert around(np.zeros((0, BANDS), np.float32), 5, 2, 0).shape == (4 * (2 + 2 * REACH), BANDS)


def test_speech_bands_come_a_hundred_a_second() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000).astype(np.float32)
    bands = speech_bands(tone)
    assert bands.shape == (100, BANDS)
    assert bands[50].argmax() == bands[20].argmax()
    assert speech_bands(tone[:100]).shape == (0, BANDS)


def test_a_mouth_is_cut_upright_wherever_the_face_leans() -> None:
    picture = np.zeros((200, 200), np.uint8)
    picture[120:, :] = 200
    level = np.array([[70, 60], [130, 60], [100, 90], [80, 120], [120, 120]], np.float32)
    turned = np.stack([200 - 1 - level[:, 1], level[:, 0]], axis=1)
    upright, leaning = cut_mouth(picture, level), cut_mouth(np.rot90(picture, -1), turned)
    assert upright.shape == (HEIGHT, WIDTH)
    assert upright[0].max() == 0
    assert upright[-1].min() == 200
    assert np.abs(upright.astype(int) - leaning).mean() < 6


def test_a_mouth_past_the_border_is_the_border() -> None:
    outside = np.array([[-30, 0], [30, 0], [0, 20], [-20, 40], [20, 40]], np.float32)
    assert (cut_mouth(np.full((32, 32), 7, np.uint8), outside) == 7).all()


def test_boxes_overlap_by_their_share() -> None:
    assert overlap(np.array([0, 0, 2, 2.0]), np.array([1, 0, 3, 2.0])) == pytest.approx(1 / 3)
    assert overlap(np.array([0, 0, 1, 1.0]), np.array([5, 5, 6, 6.0])) == 0.0


def test_no_faces_in_noise_and_no_tracks_of_them() -> None:
    network = load_learned("faces", "faces").networks["faces"]
    noise = RANDOM.integers(0, 255, (90, 130)).astype(np.uint8)
    assert find_faces(network, noise) == []
    tracks = FaceTracks(network)
    for number in range(3):
        tracks.on_frame(VideoFrame(number, number / 25, 0.04, noise, noise[::2, ::2], noise[::2, ::2]))
    assert tracks.tracks == []
    assert tracks.tick == 3

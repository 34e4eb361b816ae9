"""From what the networks say to events. The networks here say what the test wants."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pytest

from vivavoce.inspection.defects.audio_artifacts import detect as audio_artifacts
from vivavoce.inspection.defects.audio_artifacts.detect import CLASSES, AudioArtifacts, Thresholds
from vivavoce.inspection.defects.av_sync import detect as av_sync
from vivavoce.inspection.defects.av_sync.detect import AvSync, is_still
from vivavoce.inspection.defects.block_corruption import detect as block_corruption
from vivavoce.inspection.defects.block_corruption.detect import BlockCorruption
from vivavoce.inspection.defects.block_corruption.evidence import Evidence, Observation, Scene
from vivavoce.inspection.defects.block_corruption.suspects import Suspects
from vivavoce.inspection.defects.blockiness import detect as blockiness
from vivavoce.inspection.defects.blockiness.detect import Blockiness
from vivavoce.inspection.defects.tearing import detect as tearing
from vivavoce.inspection.defects.tearing.detect import Tearing, is_plain, likeliest_rows, scrolls
from vivavoce.inspection.defects.tearing.older_rows import older_rows_ratio
from vivavoce.inspection.defects.tearing.seam import SEEN, Seam, find_seam, narrowed
from vivavoce.inspection.detector import Detector, Sampler
from vivavoce.inspection.errors import UnavailableError
from vivavoce.inspection.event import Event
from vivavoce.inspection.lip_sync.faces import Face
from vivavoce.inspection.lip_sync.offsets import REACH
from vivavoce.inspection.media import AudioBlock, AudioInfo, MediaInfo, VideoFrame, VideoInfo

INFO = MediaInfo("x", video=VideoInfo("h264", 64, 64, 25.0, "yuv420p"), sounds=(AudioInfo("aac", 48_000, 1),))
Answers = dict[str, np.ndarray]


WORD_ENOUGH = Thresholds(
    impulses=0.0,
    lone=0.0,
    rhythm=2.0,
    mains_lines=0.0,
    fewest_lines=0.0,
    floor_spread_db=99.0,
    unevenness_db=99.0,
    flat_tops=99.0,
    round_tops=99.0,
)
"""The network's word alone."""


class Saying:
    """A network that answers by a function of what it is given."""

    def __init__(self, answer: Callable[[Any], Answers]) -> None:
        self.run = answer


class Knowing:
    """An addon with such networks."""

    def __init__(self, figures: dict[str, float] | None = None, **networks: Saying) -> None:
        self.networks, self.figures = networks, figures or {}

    def figure(self, name: str) -> float:
        return self.figures.get(name, 0.8 if name.endswith("_threshold") else 0.5)


def _with(monkeypatch: pytest.MonkeyPatch, module: Any, known: Knowing) -> None:
    monkeypatch.setattr(module, "load_learned", lambda *names: known)


def _pictures(count: int, light: Callable[[int], int], rate_hz: float = 25.0) -> list[VideoFrame]:
    chroma = np.full((32, 32), 128, np.uint8)
    lumas = [np.full((64, 64), light(number), np.uint8) for number in range(count)]
    return [VideoFrame(n, n / rate_hz, 1 / rate_hz, luma, chroma, chroma) for n, luma in enumerate(lumas)]


def _looked(detector: Detector, pictures: list[VideoFrame]) -> list[Event]:
    """What a detector says of the pictures that it is shown in a run."""
    sampler = Sampler(detector.sampling)
    return _seen(detector, [picture for picture in pictures if sampler.takes(picture)])


def _seen(detector: Detector, pictures: list[VideoFrame]) -> list[Event]:
    end_s = pictures[-1].time_s + pictures[-1].seconds
    return [*chain.from_iterable(detector.on_frame(picture) for picture in pictures), *detector.finish(end_s)]


def _corrupt_above(given: dict[str, np.ndarray]) -> Answers:
    """What changes by over 10 levels is corrupt, in the upper left cell."""
    bad = float(given["figures"][0, 16, :2, :2].mean() > np.log1p(10.0))
    return {"map": np.array([[[bad, 0.0], [0.0, 0.0]]], np.float32), "decision": np.array([0.9 * bad], np.float32)}


def _garbled(count: int, garbled: Callable[[int], bool], side: int = 16, fresh: bool = True) -> list[VideoFrame]:
    """Pictures of which the upper left quarter is made of blocks of random levels, new in each picture or held."""
    frames, random = _pictures(count, lambda n: 50), np.random.default_rng(5)
    levels = random.integers(40, 220, (32 // side, 32 // side))
    scene = np.clip(np.linspace(40, 200, 64)[None] + random.normal(0, 8, (64, 64)), 16, 235).astype(np.uint8)
    for frame in frames:
        frame.luma[:] = scene
    for number in filter(garbled, range(count)):
        levels = random.integers(40, 220, levels.shape) if fresh else levels
        frames[number].luma[:32, :32] = np.kron(levels, np.ones((side, side))).astype(np.uint8)
    return frames


@pytest.mark.parametrize("decision", ["learned", "area"])
def test_corrupt_pictures_in_a_row_are_one_event_with_a_map(monkeypatch: pytest.MonkeyPatch, decision: Any) -> None:
    _with(monkeypatch, block_corruption, Knowing(corruption=Saying(_corrupt_above)))
    (event,) = _looked(BlockCorruption(INFO, decision=decision), _garbled(75, lambda n: 20 <= n < 50))
    assert (event.defect, event.evidence["map"], event.evidence["area"]) == ("block_corruption", [[1, 0], [0, 0]], 0.25)
    assert (event.start_s, event.end_s) == (pytest.approx(0.8, abs=0.4), pytest.approx(2.0, abs=0.4))


def test_a_garbled_picture_that_is_held_is_corrupt_while_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, block_corruption, Knowing(corruption=Saying(_corrupt_above)))
    (event,) = _looked(BlockCorruption(INFO), _garbled(75, lambda n: 20 <= n < 55, fresh=False))
    assert (event.start_s, event.end_s) == (pytest.approx(0.8, abs=0.4), pytest.approx(2.2, abs=0.4))


def test_texture_that_changes_is_not_corrupt_whatever_the_network_says(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, block_corruption, Knowing(corruption=Saying(_corrupt_above)))
    assert _looked(BlockCorruption(INFO), _garbled(40, lambda n: 20 <= n < 50, side=1)) == []


def test_a_texture_that_was_suspected_all_along_counts_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scene before an event is remembered until another begins."""
    seen = Observation(0.9, 0.1, np.ones((2, 2), np.float32), 0.5, 0.3, 20.0)
    scene = Scene()
    fresh = scene.suspicion(5.0)
    for number in range(10):
        scene.add(3.0 + 0.2 * number, seen)
    fooled = scene.suspicion(5.0)
    probabilities = []
    for before in (fooled, fresh):
        evidence = Evidence(before)
        for _ in range(3):
            evidence.add(seen)
        probabilities.append(evidence.probability())
    assert fooled > fresh
    assert probabilities[0] < probabilities[1]
    scene.forget()
    assert scene.suspicion(5.0) == fresh


def test_blocks_that_come_with_one_picture_of_a_stretch_are_looked_at() -> None:
    frames = _garbled(60, lambda n: n == 31)
    suspects = Suspects()
    pairs = [pair for frame in frames if (pair := suspects.take(frame))]
    assert {31, 32} & {pair.now.number for pair in pairs}
    assert len(pairs) == pytest.approx(20, abs=2)
    assert not any(pair.cut for pair in pairs)


def test_a_cut_is_passed_over_and_said() -> None:
    scenes = np.random.default_rng(1).integers(16, 235, (2, 8, 8)).astype(np.uint8)
    frames = _pictures(30, lambda n: 50)
    for frame in frames:
        frame.luma[:] = np.kron(scenes[frame.number // 16], np.ones((8, 8))) + frame.number % 3
    suspects = Suspects()
    pairs = [pair for frame in frames if (pair := suspects.take(frame))]
    assert 16 not in {pair.now.number for pair in pairs}
    assert [pair.cut for pair in pairs].count(True) == 1


def test_one_picture_that_may_be_corrupt_is_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, block_corruption, Knowing(corruption=Saying(_corrupt_above)))
    assert _looked(BlockCorruption(INFO), _garbled(40, lambda n: n == 17)) == []


def test_pictures_smaller_than_a_cell_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, block_corruption, Knowing(corruption=Saying(lambda given: pytest.fail("judged"))))
    small = [replace(frame, luma=frame.luma[:24]) for frame in _garbled(20, lambda n: n > 9)]
    assert _looked(BlockCorruption(INFO), small) == []


def _torn_where_it_changes(given: dict[str, np.ndarray]) -> Answers:
    torn = float(given["profiles"][0, 3].mean() > 0.1)
    rows = np.zeros((1, given["profiles"].shape[2]), np.float32)
    rows[0, 31] = torn
    return {"torn": np.array([torn], np.float32), "rows": rows}


def _panned(count: int) -> list[VideoFrame]:
    """Columns that pan by five pixels a picture."""
    random = np.random.default_rng(2)
    scene = np.repeat(random.integers(30, 200, 200), 8) + random.integers(0, 20, 1600)
    frames = _pictures(count, lambda n: 50)
    for number, frame in enumerate(frames):
        frame.luma[:] = scene[200 + 5 * number :][:64]
    return frames


def test_rows_of_an_earlier_picture_are_a_tear_at_their_row(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, tearing, Knowing(tearing=Saying(_torn_where_it_changes)))
    frames = _panned(30)
    whole = [frame.luma.copy() for frame in frames]
    for number in (13, 15, 17):
        frames[number].luma[32:] = whole[number - 3][32:]
    (event,) = _seen(Tearing(INFO), frames)
    assert event.defect == "tearing"
    assert (event.start_s, event.end_s) == (pytest.approx(13 / 25), pytest.approx(18 / 25))
    assert event.evidence["row"] == pytest.approx(0.5, abs=0.02)


def test_without_older_rows_nothing_is_torn_whatever_the_network_says(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, tearing, Knowing(tearing=Saying(_torn_where_it_changes)))
    assert _seen(Tearing(INFO), _panned(30)) == []
    ahead = _panned(30)
    for frame, later in zip(ahead, _panned(38)[8:], strict=True):
        frame.luma[32:] = later.luma[32:]  # a split screen: both halves move
    assert _seen(Tearing(INFO), ahead) == []


def test_rows_that_come_to_rest_are_not_torn() -> None:
    pictures = [frame.luma.copy() for frame in _panned(6)]
    pictures[-1][32:] = pictures[-2][32:]
    assert older_rows_ratio(pictures) < 1.0
    pictures[-1][32:] = pictures[-4][32:]
    assert older_rows_ratio(pictures) > 10


def test_a_tear_of_the_oldest_frame_that_is_made_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows five frames old: that they do not fit the frames before as well needs one more to look at."""
    _with(monkeypatch, tearing, Knowing(tearing=Saying(_torn_where_it_changes)))
    frames = _panned(30)
    whole = [frame.luma.copy() for frame in frames]
    for number in (13, 15, 17):
        frames[number].luma[32:] = whole[number - 5][32:]
    (event,) = _seen(Tearing(INFO), frames)
    assert event.evidence["row"] == pytest.approx(0.5, abs=0.02)


def test_what_shows_again_once_something_passed_is_not_torn() -> None:
    """A bar moves over a ground that rests, as the choice in a menu does: the ground is older than the bar."""
    ground = np.random.default_rng(1).integers(16, 120, (64, 64)).astype(np.uint8)
    pictures = [ground.copy() for _ in range(6)]
    for number, picture in enumerate(pictures):
        picture[16 + 8 * (number // 2) : 24 + 8 * (number // 2)] += 100
    pictures[-1][:] = ground
    pictures[-1][40:48] += 100
    assert older_rows_ratio(pictures) < 1.0
    assert all((seam := find_seam(pictures, row)) is None or seam.ratio < 1.0 for row in (0.375, 0.5, 0.625))


def test_of_the_likeliest_rows_none_is_next_to_a_likelier_one() -> None:
    likelihoods = np.zeros(64, np.float32)
    likelihoods[[10, 11, 40, 50, 60]] = 0.9, 0.8, 0.3, 0.2, 0.1
    assert likeliest_rows(likelihoods) == (10, 40, 50)
    assert likeliest_rows(np.zeros(64, np.float32)) == ()


def _torn_higher_up_too(given: dict[str, np.ndarray]) -> Answers:
    """Another row is a little likelier."""
    answers = _torn_where_it_changes(given)
    answers["rows"][0, 12] = 1.1 * answers["torn"][0]
    return answers


def test_a_tear_is_found_at_the_second_likeliest_row(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, tearing, Knowing(tearing=Saying(_torn_higher_up_too)))
    frames = _panned(30)
    whole = [frame.luma.copy() for frame in frames]
    for number in (13, 15, 17):
        frames[number].luma[32:] = whole[number - 3][32:]
    (event,) = _seen(Tearing(INFO), frames)
    assert event.evidence["row"] == pytest.approx(0.5, abs=0.02)


LINE = Seam(ratio=2.5, levels=9.0, share=0.9, fits=1.0, age=2, before=3.0, drawn=1.0)
WEAKER = replace(LINE, ratio=1.6, before=1.5)


@pytest.mark.parametrize(
    ("line", "strip", "looks", "events"),
    [
        (LINE, 0.8, 4, 1),
        (LINE, 0.8, 2, 1),
        (LINE, 0.8, 1, 0),
        (WEAKER, 0.8, 4, 1),
        (WEAKER, 0.05, 4, 0),
        (replace(WEAKER, before=0.3), 0.3, 4, 0),
        (replace(LINE, drawn=0.0), 0.8, 4, 0),
    ],
)
def test_what_the_frames_of_an_event_show_decides(
    monkeypatch: pytest.MonkeyPatch, line: Seam, strip: float, looks: int, events: int
) -> None:
    _with(monkeypatch, tearing, Knowing(tearing=Saying(_torn_where_it_changes)))
    lines = iter([line] * looks)
    monkeypatch.setattr(tearing, "older_rows_ratio", lambda pictures: 2.0)
    monkeypatch.setattr(tearing, "find_seam", lambda *given: next(lines, None))
    monkeypatch.setattr(tearing, "strip_share", lambda *given: strip)
    assert len(_seen(Tearing(INFO), _panned(30))) == events


def test_of_lines_as_far_across_the_one_that_shows_more_of_a_seam_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, tearing, Knowing(tearing=Saying(_torn_higher_up_too)))
    lines = {True: replace(LINE, share=0.1, levels=0.5), False: LINE}
    monkeypatch.setattr(tearing, "older_rows_ratio", lambda pictures: 2.0)
    monkeypatch.setattr(tearing, "find_seam", lambda pictures, row, earlier: lines[row < 0.3])
    monkeypatch.setattr(tearing, "strip_share", lambda *given: 0.8)
    (event,) = _seen(Tearing(INFO), _panned(30))
    assert event.evidence["row"] == pytest.approx(0.5, abs=0.02)


def test_a_place_that_looked_so_before_is_told() -> None:
    """A label jumps to and fro: the rows under it are those of three pictures back, and of the time before as well."""
    *earlier, first, second, third, fourth, fifth, last = [frame.luma.copy() for frame in _panned(10)]
    last[32:] = third[32:]
    pictures = [first, second, third, fourth, fifth, last]
    moving, resting = find_seam(pictures, 0.5, earlier), find_seam(pictures, 0.5, [*earlier, third])
    assert moving is not None
    assert moving.before > 10
    assert resting is not None
    assert resting.before < 1.0
    assert moving.ratio == resting.ratio


def test_every_fourth_frame_of_the_second_before_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, tearing, Knowing(tearing=Saying(_torn_where_it_changes)))
    frames, given = _panned(60), list[tuple[list[int], list[int]]]()

    def numbers(pictures: Sequence[np.ndarray]) -> list[int]:
        return [
            next(n for n, frame in enumerate(frames) if np.array_equal(frame.luma, picture)) for picture in pictures
        ]

    monkeypatch.setattr(tearing, "older_rows_ratio", lambda pictures: 2.0)
    monkeypatch.setattr(
        tearing, "find_seam", lambda pictures, row, earlier: given.append((numbers(pictures), numbers(earlier)))
    )
    assert _seen(Tearing(INFO), frames) == []
    for pictures, earlier in given:
        assert not earlier or pictures[0] > earlier[-1]
    pictures, earlier = given[-1]
    assert np.diff(earlier).tolist() == [4] * 5
    assert pictures[0] - earlier[-1] <= 4


def test_of_the_second_before_no_memory_of_the_decoder_is_kept() -> None:
    picture = np.arange(9 * 1921, dtype=np.uint32).reshape(9, 1921).astype(np.uint8)
    kept = narrowed(picture)
    assert np.array_equal(kept, picture[:, ::4])
    assert kept.base is None
    detector, frames = Tearing(INFO), _panned(40)
    _seen(detector, frames)
    earlier = vars(detector)["_earlier"]
    assert len(earlier) == 6
    assert not any(np.shares_memory(frame.luma, picture) for frame in frames for picture in earlier)


def test_a_plain_ground_has_nothing_drawn_in_it() -> None:
    """Above the line all moves on; below it a plain ground shows again after what had covered it."""
    pictures = [frame.luma.copy() for frame in _panned(6)]
    for picture in pictures[:4]:
        picture[32:] = 200 if picture is pictures[3] else 90
    pictures[-1][32:] = pictures[3][32:]
    seam = find_seam(pictures, 0.5)
    assert seam is not None
    assert seam.ratio > 10
    assert seam.drawn == 0.0
    pictures[-1][32:] = pictures[3][32:] = pictures[2][:32]
    drawn = find_seam(pictures, 0.5)
    assert drawn is not None
    assert drawn.drawn == 1.0


def test_bands_that_fit_an_earlier_picture_are_told_one_by_one() -> None:
    pictures = [frame.luma.copy() for frame in _panned(6)]
    pictures[-1][32:] = pictures[-4][32:]
    seam = find_seam(pictures, 0.5)
    assert seam is not None
    assert seam.fits == 1.0
    pictures[-1][32:, :3] = pictures[-2][32:, :3]
    pictures[-1][32:, 3:6] = pictures[-3][32:, 3:6]
    partly = find_seam(pictures, 0.5)
    assert partly is not None
    assert partly.fits == pytest.approx(7 / 8)


def test_a_shaken_camera_is_not_torn() -> None:
    scene = np.random.default_rng(0).integers(16, 235, (200, 320)).astype(np.uint8)
    shaken = [scene[at : at + 180] for at in (10, 13, 7, 12, 7, 10)]
    assert older_rows_ratio(shaken) < 1.0


def test_a_seam_parts_older_rows_from_the_others() -> None:
    pictures = [frame.luma.copy() for frame in _panned(6)]
    assert find_seam(pictures, 0.5) is None
    pictures[-1][32:] = pictures[-4][32:]
    seam = find_seam(pictures, 0.5)
    assert seam is not None
    assert seam.ratio > 10
    assert seam.levels > 5
    assert seam.share > 0.8


def test_the_border_between_two_views_is_no_seam() -> None:
    """The lower one goes to and fro: its rows are shown again, but the border was there before."""
    upper, lower = _panned(6), _panned(12)[6:]
    pictures = [frame.luma.copy() for frame in upper]
    for picture, number in zip(pictures, (0, 1, 2, 3, 2, 1), strict=True):
        picture[32:] = lower[number].luma[32:]
    seam = find_seam(pictures, 0.5)
    assert seam is not None
    assert seam.ratio > 10
    assert seam.levels < SEEN


def test_nothing_is_found_at_the_edges_of_a_small_picture() -> None:
    pictures = [np.roll(frame.luma, number, axis=0) for number, frame in enumerate(_panned(6))]
    for height in range(1, 64):
        small = [picture[:height, : max(1, height // 2)] for picture in pictures]
        assert older_rows_ratio(small) >= 0.0
        assert all(find_seam(small, row) is None or height > 12 for row in (0.01, 0.5, 1.0))


def test_a_visible_grid_is_an_event_with_its_quantiser(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"visible": np.array([0.9], np.float32), "quantiser": np.array([42.0], np.float32)}
    _with(monkeypatch, blockiness, Knowing(blockiness=Saying(lambda given: answers)))
    assert _seen(Blockiness(INFO), _pictures(30, lambda n: 90)[::10]) == []
    pictures = _pictures(30, lambda n: 90)[::10]
    for picture in pictures:
        picture.luma[:] = np.kron(np.random.default_rng(0).integers(80, 100, (8, 8)), np.ones((8, 8)))
    (event,) = _seen(Blockiness(INFO), pictures)
    assert (event.defect, event.evidence["quantiser"]) == ("blockiness", 42.0)


def _by_loudness(given: dict[str, np.ndarray]) -> Answers:
    """The class is the first figure behind the point of how loud a second is: -0.1 hum, -0.2 hiss, …"""
    classes = np.rint(-10 * given["levels"][:, -1]).astype(int)
    return {"probabilities": 0.95 * np.eye(5, dtype=np.float32)[classes]}


def _second(start_s: float, *classes: int) -> AudioBlock:
    noise = np.random.default_rng(0).standard_normal(48_000)
    noise /= np.sqrt(np.mean(noise**2))
    channels = [10 ** (-index / 10) * noise for index in classes]
    return AudioBlock(start_s, np.array(channels, np.float32))


def _heard(classes: list[int]) -> list[Event]:
    detector = AudioArtifacts(INFO, WORD_ENOUGH)
    sounds = [_second(float(number), index) for number, index in enumerate(classes)]
    return [*chain.from_iterable(detector.on_audio(sound) for sound in sounds), *detector.finish(float(len(classes)))]


def test_what_rolls_as_a_whole_is_not_torn() -> None:
    text = np.kron(np.random.default_rng(0).random((120, 40)) < 0.2, np.ones((4, 4))).astype(np.uint8) * 200 + 16
    first, before, now = (text[rows : rows + 200] for rows in (97, 100, 103))
    assert scrolls((first, before, now))
    assert not scrolls((before, before, before))
    assert not scrolls((first, before, np.concatenate([now[:100], before[100:]])))
    assert not scrolls((np.roll(before, -5, axis=1), before, np.roll(before, 5, axis=1)))


def test_a_page_that_scrolls_between_bars_is_not_torn() -> None:
    text = np.kron(np.random.default_rng(0).random((120, 40)) < 0.2, np.ones((4, 4))).astype(np.uint8) * 200 + 16
    pictures = [text[rows : rows + 240].copy() for rows in (60, 80, 100)]
    for picture in pictures:
        picture[:40] = picture[-40:] = 128
    assert scrolls(pictures)


def test_an_event_that_goes_on_needs_a_sure_picture() -> None:
    seen = Observation(0.93, 0.1, np.ones((2, 2), np.float32), 0.5, 0.3, 20.0)
    short, lasting = Evidence(-2.0), Evidence(-2.0)
    for number in range(30):
        lasting.add(seen)
        if number < 10:
            short.add(seen)
    assert short.probability() > 0.5
    assert lasting.probability() == 0.0
    lasting.add(replace(seen, probability=0.99))
    assert lasting.probability() > 0.5


def test_what_hardly_changed_or_steps_beside_the_grid_is_no_event() -> None:
    seen = Observation(0.99, 0.2, np.ones((2, 2), np.float32), 0.5, 0.3, 20.0)
    beside, border, both = np.zeros((3, 16), np.float32)
    beside[3] = border[-1] = both[-1] = 0.4
    both[3] = 0.36
    for probability, change, places, told in (
        (0.92, 20.0, border, True),
        (0.92, 1.5, border, False),
        (0.98, 1.5, border, False),
        (0.98, 3.5, border, True),
        (0.98, 20.0, both, True),
        (0.98, 20.0, beside, False),
        (0.995, 20.0, beside, True),
    ):
        evidence = Evidence(-2.0)
        for _ in range(4):
            evidence.add(replace(seen, change=change, probability=probability))
            evidence.places.append(places)
        assert (evidence.probability() > 0.5) == told


def test_the_networks_word_alone_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sound is noise, whatever the network says of it: that is no hum and no distortion."""
    _with(monkeypatch, audio_artifacts, Knowing(artifacts=Saying(_by_loudness)))
    detector = AudioArtifacts(INFO)
    sounds = [_second(float(number), index) for number, index in enumerate([0, 1, 1, 1, 0, 3, 3, 3, 0])]
    found = [*chain.from_iterable(detector.on_audio(sound) for sound in sounds), *detector.finish(9.0)]
    assert [event.defect for event in found if event.defect != "hiss"] == []


def test_seconds_of_one_class_are_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, audio_artifacts, Knowing(artifacts=Saying(_by_loudness)))
    events = sorted(_heard([0, 1, 1, 1, 0, 0, 4, 0, 3, 3]), key=lambda event: event.start_s)
    assert [(e.defect, e.start_s, e.end_s) for e in events if e.defect in ("hum", "clicks", "distortion")] == [
        ("hum", 1.0, 4.0), ("clicks", 6.0, 7.0), ("distortion", 8.0, 10.0)
    ]  # fmt: skip
    assert {e.defect for e in events} == {"hum", "clicks", "distortion"}


def test_one_second_of_hiss_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, audio_artifacts, Knowing(artifacts=Saying(_by_loudness)))
    assert _heard([0, 0, 2, 0, 0]) == []


def test_the_channel_at_fault_is_named_and_twins_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []

    def answer(given: dict[str, np.ndarray]) -> Answers:
        counts.append(len(given["levels"]))
        return _by_loudness(given)

    _with(monkeypatch, audio_artifacts, Knowing(artifacts=Saying(answer)))
    detector = AudioArtifacts(INFO, WORD_ENOUGH)
    assert [*detector.on_audio(_second(0.0, 0, 0)), *detector.on_audio(_second(1.0, 0, 4))] == []
    (event,) = detector.finish(2.0)
    assert (event.defect, event.evidence["channel"], counts) == ("clicks", 1, [1, 2])


def test_silence_and_a_short_rest_are_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, audio_artifacts, Knowing(artifacts=Saying(lambda given: pytest.fail("judged"))))
    detector = AudioArtifacts(INFO, WORD_ENOUGH)
    short = AudioBlock(1.0, _second(0.0, 3).samples[:, :9000])
    assert [*detector.on_audio(AudioBlock(0.0, np.zeros((1, 48_000), np.float32))), *detector.on_audio(short)] == []
    assert list(detector.finish(1.2)) == []


def test_silence_has_no_level_of_noise() -> None:
    detector = AudioArtifacts(INFO)
    silence = AudioBlock(1.0, np.zeros((1, 48_000), np.float32))
    noise, rest = detector.classify(_second(0.0, 2)), detector.classify(silence)
    assert noise
    assert rest
    assert (np.isnan(noise.noise_db), np.isnan(rest.noise_db)) == (False, True)


def _planted(monkeypatch: pytest.MonkeyPatch, late: int) -> AvSync:
    """Mouths whose light is twice the tick, told as a noise, and a speech network that hears the same noise `late` ticks later."""
    noise = np.random.default_rng(5).standard_normal((400, 1)).astype(np.float32)
    face = Face(
        np.array([10, 10, 50, 50], np.float32),
        np.array([[20, 20], [40, 20], [30, 30], [22, 40], [38, 40]], np.float32),
        0.9,
    )
    monkeypatch.setattr("vivavoce.inspection.lip_sync.tracks.find_faces", lambda network, luma: [face])

    def motion(given: dict[str, np.ndarray]) -> Answers:
        return {"motion": noise[given["mouths"][:, 0, 0].astype(int) // 2]}

    def sound(given: dict[str, np.ndarray]) -> Answers:
        ticks = given["bands"].shape[1] // 4
        return {"sound": noise[np.clip(np.arange(ticks) - REACH - late, 0, 399)][None]}

    networks = {"mouth": Saying(motion), "speech": Saying(sound), "faces": Saying(lambda given: {})}
    _with(monkeypatch, av_sync, Knowing({"sharpness": 0.3, "none": 2.0}, **networks))
    return AvSync(INFO)


@pytest.mark.parametrize(
    ("late", "answer"), [(0, "in sync"), (8, "out of sync"), (-11, "out of sync"), (25, "out of sync")]
)
def test_a_fragment_gets_its_verdict_and_offset(monkeypatch: pytest.MonkeyPatch, late: int, answer: str) -> None:
    detector = _planted(monkeypatch, late)
    events = [event for number in range(4) for event in detector.on_audio(_second(float(number), 5))]
    events += _seen(detector, _pictures(100, lambda n: 2 * n))
    (verdict,) = detector.verdicts
    assert (verdict.answer, verdict.offset_frames) == (answer, late)
    assert [event.evidence["offset_frames"] for event in events] == ([late] if late else [])


def test_without_sound_the_verdict_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = _planted(monkeypatch, 0)
    assert _seen(detector, _pictures(100, lambda n: 2 * n)) == []
    assert [verdict.answer for verdict in detector.verdicts] == ["inconclusive"]


def test_a_portrait_under_speech_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = _planted(monkeypatch, 8)
    for number in range(4):
        assert list(detector.on_audio(_second(float(number), 5))) == []
    assert _seen(detector, _pictures(100, lambda n: 100 + n % 2)) == []
    assert [verdict.answer for verdict in detector.verdicts] == ["inconclusive"]


def test_a_face_is_still_only_where_its_changes_are_known() -> None:
    assert is_still([0.5] * 20)
    assert not is_still([0.5] * 16 + [6.0] * 4)
    assert not is_still([0.5] * 5 + [np.nan] * 30)


@pytest.mark.parametrize("kind", [AudioArtifacts, AvSync, BlockCorruption, Blockiness, Tearing])
def test_a_missing_addon_says_what_makes_it(
    monkeypatch: pytest.MonkeyPatch, kind: type[Detector], tmp_path: Any
) -> None:
    monkeypatch.setattr("vivavoce.blocks.lookup.SHIPPED", tmp_path)
    with pytest.raises(UnavailableError, match="python -m vivavoce.training"):
        kind(INFO)


def test_the_classes_are_those_of_the_names() -> None:
    assert AudioArtifacts.names == CLASSES[1:] == ("hum", "hiss", "distortion", "clicks")


def test_a_figure_on_a_plain_ground_is_passed_over() -> None:
    drawn = np.full((180, 320), 16, np.uint8)
    drawn[60:120, 150:156] = 200
    assert is_plain(drawn)
    assert not is_plain(_panned(1)[0].luma)

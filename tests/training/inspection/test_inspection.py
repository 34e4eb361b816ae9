"""Examples in shards, networks of the sizes they should have, losses that ask the right thing."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")


from bench.inspection import fresh  # noqa: E402
from tests.inspection.material import moving  # noqa: E402
from vivavoce.blocks import find_addon, load_addon  # noqa: E402
from vivavoce.errors import InputError  # noqa: E402
from vivavoce.inspection.defects.audio_artifacts.features import SHAPES  # noqa: E402
from vivavoce.inspection.defects.block_corruption.features import block_figures  # noqa: E402
from vivavoce.inspection.defects.tearing.features import PROFILES  # noqa: E402
from vivavoce.inspection.labels import Label, append_label  # noqa: E402
from vivavoce.inspection.lip_sync.offsets import REACH  # noqa: E402
from vivavoce.inspection.simulation import Clip, read_clip, write_clip  # noqa: E402
from vivavoce.training.core.addon_export import update_data, update_details  # noqa: E402
from vivavoce.training.core.cli import build_product  # noqa: E402
from vivavoce.training.core.product import Workspace  # noqa: E402
from vivavoce.training.inspection import calibration  # noqa: E402
from vivavoce.training.inspection.audio_artifacts.network import ArtifactNetwork  # noqa: E402
from vivavoce.training.inspection.av_sync.data import NONE  # noqa: E402
from vivavoce.training.inspection.av_sync.network import SyncNetwork  # noqa: E402
from vivavoce.training.inspection.av_sync.product import offset_loss  # noqa: E402
from vivavoce.training.inspection.block_corruption.data import UNKNOWN  # noqa: E402
from vivavoce.training.inspection.block_corruption.network import CorruptionNetwork  # noqa: E402
from vivavoce.training.inspection.block_corruption.product import decision_loss, map_loss  # noqa: E402
from vivavoce.training.inspection.blockiness.product import Blockiness  # noqa: E402
from vivavoce.training.inspection.examples import REPEATS, Example, make_shards, read_shards  # noqa: E402
from vivavoce.training.inspection.hard_negatives import scenes, sounds  # noqa: E402
from vivavoce.training.inspection.hard_negatives.drawn import draw_things, with_things  # noqa: E402
from vivavoce.training.inspection.hard_negatives.scenes import SCENES, Scene  # noqa: E402
from vivavoce.training.inspection.metrics import auc  # noqa: E402
from vivavoce.training.inspection.sources import clip_split, music_packages, sources  # noqa: E402
from vivavoce.training.inspection.tearing.network import TearingNetwork  # noqa: E402
from vivavoce.training.inspection.tearing.product import row_loss  # noqa: E402


def test_sources_leave_out_what_is_measured_on(tmp_path: Path) -> None:
    names = ("talking/grid_brbk7n.mpg", "talking/mine.mp4", "diverse/bikes_272p.mp4")
    assert [clip_split(name) for name in names] == ["test", "train", "development"]
    for name in names:
        (tmp_path / "video" / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / "video" / name).touch()
    workspace = Workspace(tmp_path, tmp_path)
    assert [path.name for path in sources(workspace, "train").videos] == ["mine.mp4"]
    assert [path.name for path in sources(workspace, "development").videos] == ["bikes_272p.mp4"]


def test_music_is_split_by_package_and_what_is_kept_back_is_on_neither_side(tmp_path: Path) -> None:
    splits = {split: set(music_packages(split)) for split in ("train", "development")}
    splits["kept back"] = set(fresh.PACKAGES["kept back"])
    assert sum(map(len, splits.values())) == len(set.union(*splits.values()))
    (tmp_path / "video" / "mine").mkdir(parents=True)
    (tmp_path / "video" / "mine" / "clip.mp4").touch()
    for packages in splits.values():
        path = tmp_path / "music" / min(packages) / "data" / "tune.ogg"
        path.parent.mkdir(parents=True)
        path.touch()
    workspace = Workspace(tmp_path, tmp_path)
    found = [sources(workspace, split).music for split in ("train", "development")]
    assert [[path.parent.parent.name for group in groups for path in group] for groups in found] == [
        [min(splits["train"])],
        [min(splits["development"])],
    ]


def test_all_clips_of_a_person_are_on_one_side() -> None:
    names = ("hdtf_WDA_AlexandriaOcasioCortez_000.mp4", "retalking_face_3.mp4", "vexpress_AOC_gt.mp4")
    assert len({clip_split(f"talking/{name}") for name in names}) == 1


def _draw(random: np.random.Generator) -> Iterator[Example]:
    for _ in range(3):
        yield {"value": random.random(4).astype(np.float32), "label": np.int8(1)}


def test_shards_go_on_with_other_draws(tmp_path: Path) -> None:
    first = make_shards(_draw, tmp_path, minutes=0.0005)
    second = make_shards(_draw, tmp_path, minutes=0.0005)
    stored = read_shards(tmp_path)
    assert 0 < first < second == len(stored["label"])
    assert len(np.unique(stored["value"], axis=0)) == second


def test_no_examples_say_what_makes_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="run python -m vivavoce.training prepare"):
        read_shards(tmp_path)


@pytest.mark.parametrize(("size", "cells"), [((224, 224), (7, 7)), ((1080, 1920), (33, 60)), ((90, 70), (2, 2))])
def test_the_map_has_a_value_for_each_whole_cell(size: tuple[int, int], cells: tuple[int, int]) -> None:
    picture = np.zeros(size, np.uint8)
    figures = block_figures(picture, picture)
    with torch.device("meta"):
        scores, decision = CorruptionNetwork().eval()(torch.zeros(1, *figures.shape))
    assert scores.shape[1:] == cells
    assert decision.shape == (1,)


def test_networks_answer_in_the_shapes_that_detectors_read() -> None:
    with torch.device("meta"):
        rows, torn = TearingNetwork(4).eval()(torch.zeros(2, PROFILES, 50, 16))
        evidence = SyncNetwork(4, 4).eval()(
            torch.zeros(2, 50, 32, 48, dtype=torch.uint8), torch.zeros(2, 4 * (50 + 2 * REACH), 24)
        )
    assert (rows.shape, torn.shape, evidence.shape) == ((2, 50), (2,), (2, 2 * REACH + 2))
    classes, mixture = ArtifactNetwork(4).eval()(**{name: torch.zeros(2, *shape) for name, shape in SHAPES.items()})
    assert (classes.shape, mixture.shape) == ((2, 5), (2, 8))


def test_cells_that_nobody_can_judge_do_not_count() -> None:
    wrong = torch.full((1, 2, 4), 5, dtype=torch.uint8)
    wrong[0, :, :2] = 0
    wrong[0, :, 2:] = UNKNOWN
    sure = torch.tensor([[[-20.0, 3.0]]])
    assert float(map_loss(sure, wrong)) == pytest.approx(0.0, abs=1e-6)
    wrong[0, :, 2:] = 100
    assert float(map_loss(sure, wrong)) < 0.05 < float(map_loss(-sure, wrong))


def test_a_picture_with_a_little_corruption_decides_nothing() -> None:
    wrong = torch.zeros(2, 10, 10, dtype=torch.uint8)
    wrong[0, 0, :4] = 50
    wrong[1] = UNKNOWN
    right = torch.tensor([-9.0, 9.0])
    assert float(decision_loss(right, wrong)) < 0.01
    assert float(decision_loss(-right, wrong)) > 5.0


def test_rows_are_asked_for_where_somebody_said_them() -> None:
    scores = torch.zeros(3, 20)
    scores[0, 4] = 9.0
    told = torch.tensor([5, 0, -1])
    loss = row_loss(scores, told)
    scores[2, 7] = 9.0
    assert row_loss(scores, told) == loss
    scores[1, 7] = 9.0
    assert row_loss(scores, told) > loss


def test_the_right_offset_costs_least() -> None:
    offsets = torch.tensor([REACH + 4, NONE])
    evidence = torch.zeros(2, NONE + 1)
    evidence[0, REACH + 4] = evidence[1, NONE] = 6.0
    assert float(offset_loss(evidence, offsets)) < float(offset_loss(evidence.flip(0), offsets))


def test_area_under_the_curve_counts_ties_half() -> None:
    truth = np.array([True, False, True, False])
    assert auc(np.array([3.0, 1.0, 2.0, 0.0]), truth) == 1.0
    assert auc(np.array([1.0, 1.0, 1.0, 1.0]), truth) == 0.5
    assert auc(np.array([0.0, 1.0, 2.0, 3.0]), np.array([True, True, False, False])) == 0.0


def test_labels_become_examples_in_place_of_those_before(tmp_path: Path) -> None:
    sound = np.random.default_rng(0).uniform(-0.2, 0.2, (1, 2 * 48_000)).astype(np.float32)
    write_clip(tmp_path / "noise.mkv", Clip(sound=sound))
    labels = tmp_path / "labels.jsonl"
    product = build_product("audio_artifacts", Workspace(tmp_path, tmp_path))
    append_label(labels, Label("sound", str(tmp_path / "noise.mkv"), 1.0, "hiss"))
    append_label(labels, Label("tearing", "elsewhere.mkv", 0.0, "tearing"))
    for _ in range(2):
        assert product.add_labels(labels) == REPEATS
    stored = read_shards(tmp_path / "examples" / "audio_artifacts" / "train")
    assert stored["label"].tolist() == [2] * REPEATS
    assert stored["mixture"][0].tolist() == [0, 1, 0, 0, 0, 0.5, 0, 0]
    assert stored["mel"].shape == (REPEATS, *SHAPES["mel"])


def test_thresholds_are_what_clean_files_stay_under() -> None:
    steps = calibration.STEPS
    alarms = [lambda threshold: 0, lambda threshold: 2 * (threshold < 0.6)]
    assert calibration.quiet_threshold(alarms) == steps[steps.index(0.6) + calibration.MARGIN]
    assert calibration.quiet_threshold([lambda threshold: 1]) == steps[-1]
    assert calibration.quiet_threshold([]) == steps[calibration.MARGIN]


def test_observations_are_counted_as_the_detector_counts_them() -> None:
    likely = [0.9, 0.1, 0.1, 0.1, 0.1, 0.9, 0.8, 0.1]
    observations = [(0.32 * n, 0.32 * n + 0.08, value) for n, value in enumerate(likely)]
    assert isinstance(Blockiness.calibration, calibration.FrameCalibration)
    assert Blockiness.calibration.count(observations, 0.85) == 0
    assert Blockiness.calibration.count(observations, 0.75) == 1


def test_thresholds_go_into_the_addon_and_its_card(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(find_addon("blockiness"), tmp_path / "blockiness"))
    update_details(folder, {"threshold": 0.84}, {"clean_files": 3.0})
    shipped = load_addon(folder).manifest
    assert shipped.details["threshold"] == 0.84
    assert shipped.provenance.figures["clean_files"] == 3
    assert "- threshold: 0.84\n" in (folder / "CARD.md").read_text()


def test_what_was_learned_from_goes_into_the_addon_and_its_card(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(find_addon("audio_artifacts"), tmp_path / "audio_artifacts"))
    update_data(folder, ("clips of one kind", "and of another"))
    assert list(load_addon(folder).manifest.provenance.data) == ["clips of one kind", "and of another"]
    card = (folder / "CARD.md").read_text()
    assert "Data, `train` splits only:\n\n- clips of one kind\n- and of another\n\n## On held-out data" in card


@pytest.mark.parametrize("name", ["audio_artifacts", "blockiness", "av_sync"])
def test_no_addon_points_to_its_card_for_what_it_learned_from(name: str) -> None:
    assert "CARD.md" not in " ".join(load_addon(find_addon(name)).manifest.provenance.data)


@pytest.mark.parametrize("scene", SCENES)
def test_clean_scenes_are_of_the_size_that_was_asked_for(scene: Scene, video: Path) -> None:
    clip = scene((video,), np.random.default_rng(4), 12, (96, 128))
    assert len(clip.frames) == 12
    assert {frame.luma.shape for frame in clip.frames} == {(96, 128)}
    assert {frame.red.shape for frame in clip.frames} == {(48, 64)}
    assert max(int(frame.luma.max()) for frame in clip.frames) > 20


def test_drawn_things_are_as_they_were_after_their_cycle() -> None:
    (thing, *_) = draw_things(np.random.default_rng(0), (96, 128))
    again = replace(thing, centre=(48.0, 64.0), radius=12.0, levels=(200.0, 200.0), turn=0.2, cycle=3)
    ground = np.full((96, 128), 60, np.uint8)
    pictures = [with_things(ground, (replace(again, way=(0.0, 30.0), period=6.0),), number) for number in range(5)]
    assert not np.array_equal(pictures[0], pictures[1])
    assert np.array_equal(pictures[0], pictures[3])
    assert np.array_equal(pictures[1], pictures[4])
    assert (pictures[0] == 60).mean() > 0.8
    away = replace(again, centre=(-500.0, -500.0))
    assert np.array_equal(with_things(ground, (away,), 0), ground)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "moving.mp4"
    write_clip(path, moving(2.0, 144, 192))
    return path


def test_pictures_go_through_every_poor_encoder(video: Path) -> None:
    clip = read_clip(video, seconds=0.4)
    for seed in range(8):
        poor = scenes.poorly_coded(clip, np.random.default_rng(seed))
        assert len(poor.frames) == len(clip.frames)
        apart = np.abs(poor.frames[5].luma.astype(int) - clip.frames[5].luma).mean()
        assert 0.0 < apart < 30.0


def test_honest_ways_of_sound_leave_its_length_and_its_loudness_apart_from_its_peaks() -> None:
    random = np.random.default_rng(1)
    sound = sounds.music(48_000, random) + sounds.crowd(48_000, random)
    assert sounds.apply_random_effects(sound, random).shape == sound.shape
    limited = sounds.limit_peaks(sound, 2.0)
    assert np.abs(limited).max() <= 1.001 * np.abs(sound).max() * 10 ** (-2.0 / 20)
    narrow = np.abs(np.fft.rfft(sounds.band_limit(sound, 0.0, 4000.0))) ** 2
    assert narrow[8000:].sum() < 1e-3 * narrow.sum()


def test_a_compressor_raises_pauses_a_little() -> None:
    sound = np.concatenate([np.full(24_000, 0.5), np.full(24_000, 0.001)]).astype(np.float32)
    ratio = np.abs(sounds.compress(sound, 0.5)) / sound
    raised_db = 20 * np.log10(ratio[40_000] / ratio[10_000])
    assert 3.0 < raised_db < sounds.MAX_RAISED_DB

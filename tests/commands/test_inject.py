"""`vivavoce defect` from the outside: a file goes in, a damaged one and its truth come out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inspection.material import moving, written
from tests.inspection.test_captions import CUES
from vivavoce.cli import main
from vivavoce.inspection.registry import all_defects, defect_names
from vivavoce.inspection.session import inspect_file
from vivavoce.inspection.simulation.captions import write_captions


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("clean") / "in.mp4", moving(2.0))


@pytest.mark.parametrize("defect", [name for name in defect_names() if name != "caption_quality"])
def test_every_defect_by_name(defect: str, clean: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    line = ["inject", defect, str(clean), "-o", str(out), "--start", "0.8", "--seconds", "0.6", "--seed", "2"]
    assert main(line) == 0
    (truth,) = json.loads(out.with_suffix(".json").read_text())["truths"]
    assert truth["defect"] == defect
    assert 0.0 <= truth["start_s"] < truth["end_s"] <= 2.1
    assert out.stat().st_size > 1000


def test_what_was_put_in_is_found(clean: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    assert main(["inject", "freeze", str(clean), "-o", str(out), "--start", "0.8", "--seconds", "0.8"]) == 0
    (event,) = inspect_file(out, ("freeze",)).events
    assert event.start_s == pytest.approx(0.8, abs=0.1)
    assert event.end_s == pytest.approx(1.6, abs=0.1)


def test_captions_go_in_and_out(tmp_path: Path) -> None:
    write_captions(tmp_path / "in.srt", CUES)
    line = ["inject", "caption_quality", str(tmp_path / "in.srt"), "-o", str(tmp_path / "out.vtt"), "--start", "4"]
    assert main([*line, "--seconds", "9"]) == 0
    assert (tmp_path / "out.vtt").read_text().startswith("WEBVTT")


@pytest.mark.parametrize(
    ("out", "more", "said"),
    [
        ("out.gif", [], "unknown suffix"),
        ("no/out.mp4", [], "does not exist"),
        ("out.mp4", ["--start", "99"], "no pictures at 99"),
        ("out.mp4", ["--strength", "7"], "give 0 to 1"),
        ("out.mp4", ["--crf", "99"], "give 0 to 51"),
    ],
)
def test_misuse_is_one_line(
    out: str, more: list[str], said: str, clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inject", "freeze", str(clean), "-o", str(tmp_path / out), *more]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--start", "inf"], "no clip lasts for days"),
        (["--seconds", "1e308"], "no clip lasts for days"),
        (["--start", "-1"], "starts at 0 s or later"),
        (["--seed", "-1"], "seed -1"),
        (["-o", "."], "is a folder"),
        (["-o", ""], "is a folder"),
    ],
)
def test_what_no_clip_has_is_one_line(
    options: list[str], said: str, clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inject", "freeze", str(clean), "-o", str(tmp_path / "out.mp4"), *options]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_help_names_every_simulator() -> None:
    assert all(defect.simulator for defect in all_defects())
    assert len(all_defects()) == len(defect_names()) == 18


def test_no_file_of_anybody_else_is_replaced(clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "in.mp4"
    source.write_bytes(clean.read_bytes())
    write_captions(tmp_path / "in.srt", CUES)
    captions = (tmp_path / "in.srt").read_text()
    line = ["inject", "black", str(source), "--seconds", "0.3", "-o"]
    assert main([*line, str(tmp_path / "in.mkv")]) == 2
    assert "in.srt: is there already" in capsys.readouterr().err
    (tmp_path / "out.json").write_text('["notes"]')
    assert main([*line, str(tmp_path / "out.mp4")]) == 2
    assert "out.json: is there already" in capsys.readouterr().err
    assert (tmp_path / "in.srt").read_text() == captions
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4", "in.srt", "out.json"]


def test_what_an_earlier_run_wrote_is_replaced(clean: Path, tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    source.write_bytes(clean.read_bytes())
    write_captions(tmp_path / "in.srt", CUES)
    for seed in ("1", "2"):
        line = ["inject", "black", str(source), "--seconds", "0.3", "--seed", seed, "-o", str(tmp_path / "out.mp4")]
        assert main(line) == 0
    assert json.loads((tmp_path / "out.json").read_text())["seed"] == 2
    assert (tmp_path / "out.srt").exists()

"""`vivavoce label`: what it refuses, and what it serves."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vivavoce.cli import Terminated, main
from vivavoce.inspection.defect import Defect
from vivavoce.inspection.defects.audio_artifacts.detect import AudioArtifacts
from vivavoce.inspection.labels import Label, LabelServer, append_label, candidates
from vivavoce.inspection.labels.examples import Examples, Moment
from vivavoce.inspection.simulation import Clip, write_clip


@pytest.fixture
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one sound and a text; its network is unsure of two moments."""

    def moments(media: object) -> Iterator[Moment]:
        for start_s in (0.0, 5.0):
            yield Moment(start_s, {"none": 0.5, "hum": 0.5}, "audio/wav", lambda: b"sound")

    defect = Defect("hum", AudioArtifacts, examples=Examples("sound", moments, ("none", "hum")))
    monkeypatch.setattr(candidates, "all_defects", lambda: (defect,))
    folder = tmp_path / "media"
    folder.mkdir()
    write_clip(
        folder / "one.mkv", Clip(sound=np.random.default_rng(0).uniform(-0.1, 0.1, (1, 9600)).astype(np.float32))
    )
    (folder / "notes.txt").write_text("no media")
    return folder


def test_folders_are_looked_through_and_labelled_moments_left_out(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[LabelServer] = []
    monkeypatch.setattr(LabelServer, "serve", lambda server: served.append(server))
    labels = tmp_path / "labels.jsonl"
    append_label(labels, Label("sound", str(sound.resolve() / "one.mkv"), 0.0, "none"))
    assert main(["label", str(sound), "--labels", str(labels), "--no-browser"]) == 0
    assert [(Path(c.file).name, c.start_s) for c in served[0].candidates] == [("one.mkv", 5.0)]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere.mp4"], "nowhere.mp4: no such file or folder"),
        ([".", "--most", "0"], "--most: give 1 or more"),
        (["--labels"], "expected one argument"),
    ],
)
def test_bad_arguments_are_one_line(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        assert main(["label", *arguments]) == 2
    except SystemExit as ended:
        assert ended.code == 2
    assert complaint in capsys.readouterr().err


def test_nothing_to_label_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", str(tmp_path), "--no-browser"]) == 2
    assert "nothing to label" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "-1"], "--port -1"),
        (["--port", "99999"], "--port 99999"),
        (["--labels", "no/such/folder/labels.jsonl"], "make it first"),
        (["--labels", "."], "is a folder"),
    ],
)
def test_where_no_page_or_label_can_be_is_said_first(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["label", "sound.wav", "--no-browser", *options]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("stop", "code"), [(KeyboardInterrupt, 0), (Terminated, 143)])
def test_who_stops_is_told_what_is_kept(
    stop: type[BaseException],
    code: int,
    sound: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def answer_one(server: LabelServer) -> None:
        server.label(0, "hum")
        raise stop

    monkeypatch.setattr(LabelServer, "serve", answer_one)
    monkeypatch.setenv("COLUMNS", "400")
    labels = tmp_path / "labels.jsonl"
    assert main(["label", str(sound), "--labels", str(labels), "--no-browser"]) == code
    err = capsys.readouterr().err
    assert f"{labels} keeps what was labelled (1)" in err
    assert ("interrupted" in err) == (code != 0)


def test_an_unknown_kind_is_refused_with_those_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", str(tmp_path), "--for", "smell"]) == 2
    assert "smell: nothing to label, there are block_corruption, blockiness, sound, tearing" in capsys.readouterr().err

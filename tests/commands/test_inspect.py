"""`vivavoce inspect` from the outside."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.inspection.material import moving, written
from vivavoce.cli import main
from vivavoce.inspection.live import source
from vivavoce.inspection.simulation import simulate


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    damaged, _ = simulate("black", moving(2.0), 0.8, 0.3, 1.0)
    written(folder / "good.mp4", moving(2.0))
    written(folder / "dark.mp4", damaged)
    return folder


def test_a_folder_with_a_journal_a_page_and_a_verdict(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, page = tmp_path / "events.jsonl", tmp_path / "report.html"
    line = ["inspect", str(folder), "--only", "black,freeze", "--json", str(log), "--html", str(page)]
    assert main([*line, "--fail-on", "critical"]) == 0
    assert "black" in capsys.readouterr().out
    kinds = [json.loads(row)["type"] for row in log.read_text().splitlines()]
    assert sorted(kinds) == ["event", "file", "file"]
    assert page.read_text().startswith("<!doctype html>")
    assert main([*line[:-2], "--fail-on", "minor"]) == 3
    assert "2 files already in" in capsys.readouterr().err
    assert len(log.read_text().splitlines()) == 3


def test_bad_files_do_not_stop_the_rest(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no film")
    assert main(["inspect", str(bad), str(folder / "dark.mp4"), "--only", "black"]) == 4
    out = capsys.readouterr()
    assert f"{bad}: cannot be opened as media" in out.err
    assert "dark.mp4" in out.out


def test_live_prints_events_as_lines(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged, _ = simulate("black", moving(2.0), 0.8, 0.3, 1.0)
    stream = written(tmp_path / "stream.ts", damaged)
    assert main(["inspect", "--live", str(stream), "--idle", "0.3", "--only", "black", "--fail-on", "major"]) == 4
    out, err = capsys.readouterr()
    assert err == f"vivavoce: {stream}: nothing came any more\n"
    (line,) = out.splitlines()
    assert json.loads(line)["defect"] == "black"


def test_live_sources_of_a_list_with_a_log_and_figures(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged, _ = simulate("black", moving(2.0), 0.8, 0.3, 1.0)
    stream, log, sources = written(tmp_path / "stream.ts", damaged), tmp_path / "log.jsonl", tmp_path / "sources.txt"
    sources.write_text(f"news {stream}\nlost {tmp_path / 'lost.ts'}\n")
    line = ["inspect", "--live", str(sources), "--idle", "0.3", "--only", "black", "--json", str(log)]
    assert main([*line, "--restarts", "0", "--metrics", "0"]) == 4
    out, err = capsys.readouterr()
    (event,) = (json.loads(row) for row in out.splitlines())
    assert (event["channel"], event["file"], event["defect"]) == ("news", str(stream), "black")
    assert f"vivavoce: lost: {tmp_path / 'lost.ts'}: No such file or directory" in err
    rows = {(row["channel"], row["type"]): row for row in map(json.loads, log.read_text().splitlines())}
    assert rows["news", "file"]["events"] == 1
    assert rows["news", "file"]["seconds"] == pytest.approx(2.0, abs=0.1)
    assert "No such file" in rows["lost", "file"]["error"]


def test_live_closes_with_a_line_where_lines_are_asked_for(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = written(tmp_path / "stream.ts", moving(1.0))
    assert main(["inspect", "--live", str(stream), "--idle", "0.3", "--only", "black", "--json", "-"]) == 4
    (row,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (row["type"], row["events"], row["detectors"]) == ("file", 0, ["black"])
    assert row["measurements"]["pictures"]["count"] == 25


def test_live_is_ended_by_ctrl_c(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What decodes calls back for bytes, and would lose an exception there."""

    def pressed(*_: object) -> tuple[list[int], ...]:
        raise KeyboardInterrupt

    monkeypatch.setattr(source.select, "select", pressed)
    assert main(["inspect", "--live", os.devnull]) == 130
    assert capsys.readouterr().err == "vivavoce: interrupted\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ([], "give a file"),
        (["no-such-file.mp4"], "no such file"),
        (["x.mp4", "--only", "smell"], "no such defect"),
        (["x.mp4", "--fail-on", "awful"], "no such severity"),
        (["--live", "rtmp://somewhere/else"], "--allow-url"),
        (["--live", os.devnull, "--idle", "nan"], "idle of nan s"),
        (["--live", os.devnull, "--webhook", "mailto:me"], "http://"),
        (["--live", os.devnull, "--metrics", "many"], "give a port"),
        (["--live", os.devnull, "--alert-on", "awful"], "no such severity"),
        (["--live", os.devnull, "--cool-down", "-1"], "--cool-down -1"),
        (["--live", os.devnull, "--restarts", "-5"], "--restarts -5: give 0 or more, or -1"),
        (["--live", "no-such-list.txt"], "cannot be read"),
        (["x.mp4", "--metrics", "9090"], "--metrics goes with --live"),
        (["x.mp4", "--idle", "5"], "--idle goes with --live"),
        (["x.mp4", "--allow-url"], "--allow-url goes with --live"),
        (["--live", os.devnull, "--alert-on", "minor"], "--alert-on goes with --webhook"),
        (["--live", os.devnull, "--shard", "1/2"], "--shard goes with files, not with --live"),
        (["x.mp4", "--stall", "nan"], "--stall nan"),
        (["x.mp4", "--max-hours", "-1"], "--max-hours -1"),
        (["x.mp4", "--fail-on", ""], "no such severity"),
        (["x.mp4", "--json", "no/such/folder/events.jsonl"], "does not exist"),
    ],
)
def test_misuse_is_one_line(line: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", *line]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1

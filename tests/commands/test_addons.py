from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.blocks import networks
from tests.blocks.toys import toy_description
from vivavoce.blocks import lookup, write_addon
from vivavoce.cli import main
from vivavoce.commands import addons

ENCODERS = toy_description(
    stack=[{"type": "Encoders"}],
    networks={"phonemes": {"file": "encoder.onnx", "role": "encoder", "target": {"type": "cpu", "threads": 1}}},
    summary="[bold]not markup[/bold]",
)


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lookup with one addon that is right and one that is not."""
    write_addon(tmp_path / "toy", ENCODERS, {"encoder.onnx": networks.encoder()})
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "addon.json").write_text("{}")
    monkeypatch.setenv("VIVAVOCE_ADDONS", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(lookup, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(lookup, "_package_folders", lambda: ())
    monkeypatch.setattr(addons, "_on_terminal", lambda: True)
    return tmp_path


def test_list_shows_every_addon_and_what_is_wrong_with_it(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addons", "list"]) == 0
    shown = capsys.readouterr().out
    assert "toy   acoustic  0.0 MB  CC0-1.0  [bold]not markup[/bold]" in shown
    assert 'key "name" is missing' in shown or 'key "format_version" is missing' in shown


def test_list_cuts_nothing_off_at_80_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(addons, "_on_terminal", lambda: True)
    assert main(["addons", "list"]) == 0
    shown = capsys.readouterr().out
    assert "…" not in shown
    for name in lookup.addons():
        assert f"\n{name} " in shown
    assert len(shown.splitlines()) < 5 * len(lookup.addons())


def test_a_list_into_a_pipe_is_a_line_an_addon(
    user: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addons, "_on_terminal", lambda: False)
    assert main(["addons", "list"]) == 0
    bad, toy = capsys.readouterr().out.splitlines()
    assert bad.startswith("bad\t")
    assert toy == "toy\tacoustic\t0.0 MB\tCC0-1.0\t[bold]not markup[/bold]"


def test_list_as_json(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addons", "list", "--json"]) == 0
    bad, toy = json.loads(capsys.readouterr().out)
    assert (toy["name"], toy["kind"], toy["speakers"]) == ("toy", "acoustic", ["one"])
    assert bad["error"].endswith('key "format_version" is missing')


def test_list_of_nothing_says_so(
    user: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIVAVOCE_ADDONS")
    assert main(["addons", "list"]) == 0
    assert capsys.readouterr().out == "no addons\n"


def test_check_tells_of_each_and_fails_if_any_does(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addons", "check", "toy"]) == 0
    assert capsys.readouterr().out == "toy: ok\n"
    shutil.copytree(user / "toy", user / "whole")
    (user / "toy" / "encoder.onnx").write_bytes(b"changed")
    assert main(["addons", "check", "toy", str(user / "bad"), "absent", "--json"]) == 2
    results = json.loads(capsys.readouterr().out)
    assert [result["ok"] for result in results] == [False] * 3
    assert "encoder.onnx has 7 bytes" in results[0]["error"]
    assert main(["addons", "check", "toy", "whole"]) == 2
    said = capsys.readouterr()
    assert said.out == "whole: ok\n"
    assert "encoder.onnx has 7 bytes" in said.err


def test_check_runs_on_a_target_of_choice(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addons", "check", "toy", "--target", "fixed"]) == 0
    assert main(["addons", "check", "toy", "--target", "tpu"]) == 2
    assert 'unknown target "tpu"' in capsys.readouterr().err


def test_show_tells_what_an_addon_is(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addons", "show", "toy"]) == 0
    shown = capsys.readouterr().out
    for part in (
        "toy (acoustic)",
        "300 Hz",
        "phonemes  int64 (1, phonemes)  data",
        "encoder.onnx",
        "└── Encoders",
        "loss",
    ):
        assert part in shown


def test_show_as_json(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addons", "show", "toy", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["name"], shown["stack"]) == ("toy", [{"type": "Encoders"}])


def test_show_of_nothing_is_one_line(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addons", "show", "absent"]) == 2
    assert capsys.readouterr().err == 'vivavoce: no addon "absent", there are bad, toy; give a name or a path\n'


def test_a_terminal_without_columns_still_shows_all(
    user: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    main(["addons", "list"])
    assert "licence" in capsys.readouterr().out

"""The demo makes every stage of the journey, and its page shows them in order, from disk."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from vivavoce.cli import main
from vivavoce.demo.journey import LOSS, SENTENCES

STAGES = ("Say it", "Make it arrive", "Know that it is right")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")
    assert main(["demo", "-o", str(made)]) == 0
    return made


def test_the_page_shows_the_stages_in_order_and_asks_nobody_for_anything(folder: Path) -> None:
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert [page.index(stage) for stage in STAGES] == sorted(page.index(stage) for stage in STAGES)
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    assert page.count("<audio") == page.count("<canvas data-take") == len(SENTENCES) + 3
    assert "{{" not in page


def test_the_defect_is_found_where_it_was_put(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    truth = json.loads((folder / "frozen.json").read_text(encoding="utf-8"))["truths"][0]
    freezes = [row for row in rows if row.get("defect") == "freeze"]
    assert len(freezes) == 1
    assert freezes[0]["start_s"] == pytest.approx(truth["start_s"], abs=0.1)
    assert freezes[0]["end_s"] == pytest.approx(truth["end_s"], abs=0.1)


def test_what_the_demo_shows_can_be_done_again_in_its_folder(folder: Path) -> None:
    lines = (folder / "loss.txt").read_text(encoding="utf-8").split()
    assert set(lines) == {"0", "1"}
    assert "".join(lines).startswith(LOSS)
    assert (folder / "refilled.wav").stat().st_size == (folder / "concealed.wav").stat().st_size


def test_it_runs_again_over_what_it_left(folder: Path) -> None:
    assert main(["demo", "-o", str(folder)]) == 0


def test_a_file_is_not_taken_for_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "demo"
    file.write_text("mine")
    assert main(["demo", "-o", str(file)]) == 2
    assert capsys.readouterr().err == f"vivavoce: {file}: is a file; name a folder with -o\n"
    assert file.read_text() == "mine"

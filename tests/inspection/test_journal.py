"""The journal of an inspection: what was cut off is dropped, what is somebody else's stays."""

from pathlib import Path

import pytest

from vivavoce.errors import InputError
from vivavoce.inspection.journal import Journal


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("one line without an end")
    with pytest.raises(InputError, match="is no result of an inspection"):
        Journal.open(path)
    assert path.read_text() == "one line without an end"


def test_a_run_without_a_result_leaves_no_file(tmp_path: Path) -> None:
    Journal.open(tmp_path / "events.jsonl")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("cut", ["", '{"ty', '{"type": "file", "fi'])
def test_a_line_that_was_cut_is_dropped(tmp_path: Path, cut: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(cut)
    assert Journal.open(path).done == {}
    assert path.read_text() == ""

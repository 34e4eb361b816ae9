"""Tables of the pages are those of the results, and no result is older than what it measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.shared.results import Table, changed_sources, draw_tables, pages, read_result, write_result

from bench.shared import results


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.name)
def test_pages_show_their_results(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert draw_tables(text) == text, "run: python -m bench tables"


@pytest.mark.parametrize("path", sorted(results.RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_no_result_is_older_than_its_sources(path: Path) -> None:
    document = read_result(path.stem)
    assert document["sources"], "a result names what it measured"
    assert not changed_sources(document), "measure again"


def test_a_result_is_drawn_and_grows_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "ROOT", tmp_path)
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results")
    source = tmp_path / "voice.py"
    source.write_text("RATE = 1\n")
    write_result("speed", {"main": Table(("voice", "ms"), [("chorus", "15")])}, ["voice.py"])
    page = "<!-- table: speed main -->\nold\n<!-- end of table -->\n"
    assert "| chorus | 15 |" in draw_tables(page)
    source.write_text("# a comment alone changes nothing\nRATE = 1\n")
    assert changed_sources(read_result("speed")) == []
    source.write_text("RATE = 2\n")
    assert changed_sources(read_result("speed")) == ["voice.py"]


def test_a_ragged_table_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells for 2"):
        Table(("voice", "ms"), [("chorus",)]).markdown()

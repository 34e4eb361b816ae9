"""Pages of docs name what exists: every relative link leads somewhere, every file of the architecture is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "SECURITY.md", "bench/README.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
SOURCE = re.compile(r"`((?:[a-z_]+/)+(?:[a-z_0-9]+\.(?:py|toml|tsv|html))?)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert not missing


def test_the_architecture_names_what_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {path for path in SOURCE.findall(text) if "<" not in path}
    assert len(named) > 15
    source = ROOT / "src" / "vivavoce"
    places = (source, source / "training", source / "text", ROOT)
    assert not [path for path in sorted(named) if not any((place / path).exists() for place in places)]


def test_the_readme_is_for_a_newcomer() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda page: page.stem)
def test_every_decision_has_a_date(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    dated = re.compile(r"^(?:## |- )?20\d\d-\d\d-\d\d", re.MULTILINE)
    for entry in re.finditer(r"^(?:- )?(?:~~)?\*\*.*$", text, re.MULTILINE):
        headings = re.findall(r"^## .*$", text[: entry.start()], re.MULTILINE)
        assert headings, f"{page.name}: no date: {entry[0][:60]}"
        assert dated.match(headings[-1]), f"{page.name}: no date: {entry[0][:60]}"

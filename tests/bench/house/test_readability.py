"""What counts as a name that says nothing of what is done, and as a docstring that says how much."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.house.readability import is_participle, read_tree

from bench.house import readability


@pytest.mark.parametrize("name", ["made", "_heard", "joined", "asked"])
def test_a_participle_alone_is_told_apart(name: str) -> None:
    assert is_participle(name)


@pytest.mark.parametrize("name", ["join", "read_trace", "sorted_by_time", "speed", "embed", "words"])
def test_verbs_and_nouns_pass(name: str) -> None:
    assert not is_participle(name)


def test_docstrings_and_lines_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "vivavoce" / "voice"
    room.mkdir(parents=True)
    (room / "sound.py").write_text(
        'def made(level: float) -> float:\n    """Louder."""\n    return level\n\n\n'
        'def scale(level: float) -> float:\n    """The level in dB."""\n    return level\n'
    )
    monkeypatch.setattr(readability, "SOURCE", tmp_path / "vivavoce")
    found = read_tree(tmp_path / "vivavoce")
    assert (found.functions, found.numeric, found.lines) == (2, 2, 8)
    assert [place.split()[-1] for place in found.participles] == ["made"]
    assert [place.split()[-1] for place in found.without_units] == ["made"]

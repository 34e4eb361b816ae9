"""The example of docs/transport.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vivavoce.audio import Audio, write_audio


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech: Audio) -> None:
    monkeypatch.chdir(tmp_path)
    write_audio("speech.wav", speech)
    page = (Path(__file__).parents[2] / "docs" / "transport.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for example in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S):
        exec(compile(example, "docs/transport.md", "exec"), names)
    assert len(names["heard"]) == len(names["packets"])  # type: ignore[arg-type]

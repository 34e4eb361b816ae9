"""Tables that are searched before they are parsed answer as parsed ones do."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.text import hibari_reader
from vivavoce.text.hibari_reader import JsonTable

_KEYS = st.text(st.sampled_from('ab"\\:,é'), max_size=4)
_FLAT = st.text(st.sampled_from("ˈab"), max_size=3)


@given(st.dictionaries(_KEYS, _FLAT | st.dictionaries(st.sampled_from(["a", "b"]), _FLAT, min_size=1)), _KEYS)
def test_a_table_answers_alike_before_and_after_parsing(table: dict[str, object], other: str) -> None:
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    for key in (*list(table)[:8], other):
        searched, parsed = JsonTable(lambda: text), JsonTable(lambda: text)
        parsed.parse()
        assert searched.get(key) == parsed.get(key) == table.get(key)
        assert (key in searched) == (key in table)


def test_a_table_that_is_much_used_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hibari_reader, "LOOKUPS_BEFORE_PARSING", 2)
    parsed: list[bytes] = []
    monkeypatch.setattr(hibari_reader, "loads", lambda text: parsed.append(text) or json.loads(text))
    whole = b'{"one":"1","two":"2"}'
    table = JsonTable(lambda: whole)
    assert [table.get(key) for key in ("one", "two", "one", "two", "three")] == ["1", "2", "1", "2", None]
    assert parsed.count(whole) == 1


def test_reading_imports_neither_hibaris_voice_nor_scipy() -> None:
    code = (
        "import sys, vivavoce.commands.speak as _\n"
        "print([m for m in ('scipy', 'hibari.tts') if m in sys.modules])\n"
        "import hibari; print(hibari.Hibari.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "Hibari"]

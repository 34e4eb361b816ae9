"""A program that stands in for espeak-ng: its "sounds" are the letters, in lower case."""

from __future__ import annotations

from pathlib import Path

import pytest

SCRIPT = """#!/bin/sh
if [ "$6" = xx ]; then echo "Error: The specified espeak-ng voice does not exist." >&2; exit 1; fi
tr 'A-Z' 'a-z' | sed -e 's/2026/zwei tausend/' -e 's/office/(en)office(de)/' -e 's/in das/ins/'
"""


def fake_espeak(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the program into `folder`, first on the PATH of this test."""
    program = folder / "bin" / "espeak-ng"
    program.parent.mkdir()
    program.write_text(SCRIPT, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

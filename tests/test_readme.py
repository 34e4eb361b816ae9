"""Every example of the README and of docs/ is run, page by page, in an empty folder.

```python``` blocks of a page share one namespace. In ```console``` blocks a line after `$ ` is a command, and what
follows is its standard output, compared unless there is none; a line `…` stands for any lines. ```bash``` blocks are
commands to paste, a line each. Commands that install or train stand in ```sh``` blocks, which are not run.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vivavoce.cli import main

ROOT = Path(__file__).parents[1]
ELSEWHERE = {
    "docs/blocks.md",
    "docs/how-to/detector.md",
    "docs/how-to/learned-detector.md",
    "docs/how-to/prosody-system.md",
    "docs/serve.md",
    *(f"docs/serve/{page.name}" for page in ROOT.glob("docs/serve/*.md")),
}
"""Pages that a test beside their room runs."""
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted(ROOT.glob("docs/**/*.md")) if page.relative_to(ROOT).as_posix() not in ELSEWHERE),
]
BLOCK = re.compile(r"^```(python|console|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    line: str
    output: str


def commands(block: str) -> list[Command]:
    """The commands of a console block with what they print."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [Command(*(part.split("\n", 1))) for part in parts]


def pasted(block: str) -> list[Command]:
    """The commands of a bash block, whatever they print."""
    return [Command(line, "") for line in block.splitlines()]


def printed(command: Command, capsys: pytest.CaptureFixture[str]) -> str:
    """Run one command; ours in this process, others in a shell."""
    words = shlex.split(command.line, comments=True)
    if words[0] == "vivavoce" and not set(words) & {"|", ">", "<", "&&"}:
        assert main(words[1:]) == 0, command.line
        return capsys.readouterr().out
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["bash", "-ec", command.line],
        capture_output=True,
        text=True,
        env={"PATH": path, "LANG": "C.UTF-8"},
        check=False,
    )
    assert done.returncode == 0, f"{command.line}: {done.stderr}"
    return done.stdout


def test_the_readme_finds_the_defect_that_it_puts_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^vivavoce (?:speak .* -o fox.wav|inject|inspect).*$", page, re.MULTILINE)
    *_, found = [printed(Command(line, ""), capsys) for line in lines]
    assert "gap.mkv  audio_dropout  0.50 s  0.80 s" in found


def test_pages_are_found() -> None:
    assert {"README.md", "voice.md", "training.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    names: dict[str, Any] = {"__name__": "page"}
    for language, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "python":
            exec(compile(block, page.name, "exec", dont_inherit=True), names)
            capsys.readouterr()
            continue
        for command in commands(block) if language == "console" else pasted(block):
            output = printed(command, capsys)
            if command.output.strip():
                pattern = re.escape(command.output.strip()).replace("…\n", "(?s:.*?)\n?").replace("…", "(?s:.*)")
                assert re.fullmatch(pattern, output.strip()), f"{command.line} printed\n{output}"

"""Results are data: a bench writes `bench/results/<name>.json`, and the tables of README and docs are drawn from it.

    from bench.shared.results import Table, write_result

    table = Table(("voice", "first chunk, ms"), [("chorus", "15"), ("hibari", "48")])
    write_result("speech-speak", {"main": table}, figures={"first_chunk_ms": 15.2},
                 sources=("bench/speech/speak.py", "src/vivavoce/addons/chorus"))

`sources` names the files and folders (from the repository's root) whose change makes the result out of date: the
weights that were measured, the bench itself, and the code that decides the figures. Keep the list as short as it is
true. A page shows a table between `<!-- table: speech-speak main -->` and `<!-- end of table -->`; `python -m bench
tables` draws all of them again. A test fails where a page and its result differ or a source has changed since.
"""

from __future__ import annotations

import ast
import datetime
import hashlib
import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.shared.machine import this_machine

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "bench" / "results"
MARKED = re.compile(r"(<!-- table: (\S+) (\S+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is to be read: every cell is formatted; the first column says what a row is about."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The lines of a Markdown table. Raises `ValueError` for a row that is not as wide as the header."""
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells for {len(self.columns)} columns: {row}")
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def write_result(
    name: str, tables: Mapping[str, Table], sources: Sequence[str], figures: Mapping[str, Any] | None = None
) -> Path:
    """Write `bench/results/<name>.json` with date, commit, machine and the digest of every source; return its path."""
    document = {
        "name": name,
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "commit": _commit(),
        "machine": str(this_machine()),
        "sources": {source: digest(ROOT / source) for source in sources},
        "tables": {key: {"columns": list(t.columns), "rows": [list(r) for r in t.rows]} for key, t in tables.items()},
        "figures": dict(figures or {}),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def renew_result(name: str, reason: str) -> None:
    """Take the sources of a result as they are now, where they changed without changing what was measured (a name, a
    docstring); the reason and the commit are kept in the result."""
    document = read_result(name)
    document.setdefault("renewed", []).append({"commit": _commit(), "reason": reason})
    document["sources"] = {source: digest(ROOT / source) for source in document["sources"]}
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def read_result(name: str) -> dict[str, Any]:
    """The document of a result. Raises `FileNotFoundError` where nothing was measured under that name."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def changed_sources(document: Mapping[str, Any]) -> list[str]:
    """Sources of a result that are not as they were when it was measured."""
    return [source for source, seen in document["sources"].items() if digest(ROOT / source) != seen]


def draw_tables(page: str) -> str:
    """A page's text with every marked table drawn anew from its result."""

    def draw(match: re.Match[str]) -> str:
        table = read_result(match[2])["tables"][match[3]]
        return match[1] + Table(table["columns"], table["rows"]).markdown() + match[4]

    return MARKED.sub(draw, page)


def pages() -> list[Path]:
    """The pages that may hold tables: README and everything in docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def digest(path: Path) -> str:
    """SHA-256 of a file or of all files in a folder. Python counts by its syntax tree: comments and layout do not."""
    hashed = hashlib.sha256()
    for file in _files(path):
        hashed.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
        content = file.read_bytes()
        hashed.update(ast.dump(ast.parse(content)).encode() if file.suffix == ".py" else content)
    return hashed.hexdigest()


def _files(path: Path) -> Iterable[Path]:
    if not path.exists():
        return []
    return [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc")


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"

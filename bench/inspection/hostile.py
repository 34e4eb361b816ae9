"""Broken and odd files through `vivavoce inspect`, as a user runs it: `python -m bench.inspection.hostile`.

Healthy files of every format are broken in seven ways (`hostile_media.py`), others are whole but unusual
(`odd_media.py`), all from one seed. One command inspects them all with every detector; counted is what must not be:
files without a result, tracebacks, faults of ours, crashes of the decoder, files that had to be given up; and the most
memory that the command and its processes held.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av.error
import av.logging
import numpy as np

from bench.inspection.hostile_media import BREAKAGES, CAPTIONS, RECIPES, write_media
from bench.inspection.memory import resident_mb
from bench.inspection.odd_media import write_odd
from bench.shared.results import Table, write_result

EVERY_S = 0.5
SOURCES = (
    "bench/inspection/hostile.py", "bench/inspection/hostile_media.py", "bench/inspection/odd_media.py",
    "src/vivavoce/inspection/decode.py", "src/vivavoce/inspection/formats.py", "src/vivavoce/inspection/streams.py",
    "src/vivavoce/inspection/tracks.py", "src/vivavoce/inspection/pool.py",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run over a folder came to."""

    files: int
    inspected: int
    """Without an error, to the end or to where the file broke off."""
    refused: int
    """With one line that says why."""
    faults: dict[str, int]
    memory_mb: float
    seconds: float


def healthy_files(folder: Path) -> dict[str, bytes]:
    """The content of one whole file a format, by suffix; formats whose encoder is missing are left out."""
    made: dict[str, bytes] = {suffix: text.encode() for suffix, text in CAPTIONS.items()}
    for recipe in RECIPES:
        path = folder / f"whole{recipe.suffix}"
        try:
            write_media(path, recipe)
        except (av.error.FFmpegError, ValueError) as error:
            print(f"left out: {recipe.suffix} ({error})", file=sys.stderr)
            continue
        made[recipe.suffix] = path.read_bytes()
    return made


def break_files(folder: Path, count: int, seed: int, healthy: dict[str, bytes]) -> list[Path]:
    """`count` broken files, formats and breakages in turn, often two at once."""
    random, suffixes = np.random.default_rng(seed), list(healthy)
    paths: list[Path] = []
    for number in range(count):
        suffix, breakage = suffixes[number % len(suffixes)], BREAKAGES[number % len(BREAKAGES)]
        other = healthy[suffixes[int(random.integers(len(suffixes)))]]
        data = breakage(bytearray(healthy[suffix]), random, other)
        if random.random() < 0.3:
            data = BREAKAGES[int(random.integers(len(BREAKAGES)))](data, random, other)
        paths.append(folder / f"{number:04d}-{breakage.__name__}{suffix}")
        paths[-1].write_bytes(data)
    return paths


def inspect_all(paths: list[Path], folder: Path) -> Outcome:
    """Run the command over files in a scratch folder. Raises `RuntimeError` for an unexpected exit code."""
    log, said = folder / "events.jsonl", folder / "said.txt"
    line = [sys.executable, "-m", "vivavoce", "inspect", *map(str, paths), "--json", str(log), "--stall", "60"]
    start_s, most_mb = time.monotonic(), 0.0
    with open(said, "wb") as stream:
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=stream)
        while process.poll() is None:
            most_mb = max(most_mb, resident_mb(process.pid))
            time.sleep(EVERY_S)
    if process.returncode not in (0, 4):
        raise RuntimeError(f"inspect ended with {process.returncode}: {said.read_text(errors='replace')[-2000:]}")
    rows = [json.loads(row) for row in log.read_bytes().splitlines()]
    results = {row["file"]: row["error"] for row in rows if row["type"] == "file"}
    errors = [error for error in results.values() if error]
    faults = {
        "lost": len({str(path) for path in paths} - results.keys()),
        "tracebacks": said.read_text(errors="replace").count("Traceback"),
        "our faults": sum("inspection failed" in error for error in errors),
        "decoder crashed": sum("the decoder crashed" in error for error in errors),
        "given up": sum("given up" in error for error in errors),
    }
    for error in errors:
        if any(word in error for word in ("inspection failed", "crashed", "given up")):
            print(error)
    return Outcome(len(paths), len(results) - len(errors), len(errors), faults, most_mb, time.monotonic() - start_s)


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broken", type=int, default=1000)
    parser.add_argument("--odd", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the files (else they are deleted)")
    parser.add_argument("--no-result", action="store_true", help="print only")
    arguments = parser.parse_args()
    av.logging.set_level(None)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        random = np.random.default_rng(arguments.seed)
        writers: dict[str, Callable[[Path], list[Path]]] = {
            "broken": lambda place: break_files(place, arguments.broken, arguments.seed, healthy_files(folder)),
            "odd": lambda place: [write_odd(place, number, random) for number in range(arguments.odd)],
        }
        runs: dict[str, Outcome] = {}
        for name, write in writers.items():
            place = folder / name
            place.mkdir(parents=True, exist_ok=True)
            paths = write(place)
            logs = Path(scratch) / f"log-{name}"
            logs.mkdir()
            runs[name] = inspect_all(paths, logs)
            print(name, runs[name], flush=True)
    kinds = list(runs["odd"].faults)
    table = Table(
        ("files", "number", "inspected", "refused in a line", *kinds, "memory, MB", "s a file"),
        [
            (n, str(o.files), str(o.inspected), str(o.refused), *(str(o.faults[k]) for k in kinds),
             f"{o.memory_mb:.0f}", f"{o.seconds / max(1, o.files):.2f}") for n, o in runs.items()
        ],
    )  # fmt: skip
    if not arguments.no_result:
        figures = {f"{name} {kind}": count for name, outcome in runs.items() for kind, count in outcome.faults.items()}
        write_result("inspection-hostile", {"all": table}, SOURCES, figures)
    print(table.markdown())
    return int(any(sum(outcome.faults.values()) for outcome in runs.values()))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())

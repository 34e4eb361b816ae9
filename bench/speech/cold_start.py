"""What one sentence costs from nothing: `python -m bench.speech.cold_start`, into bench/results/speech-cold-start.json.

User and system CPU time of `vivavoce speak "Hi."` in a new process, over that of `python -c pass`: the median of
seven, taken in turn. CPU time, since a busy machine would make the clock say what others do. A first run, not counted,
leaves the bytecode that an installed package has.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.shared.results import Table, write_result

RUNS = 7
NOTHING = (sys.executable, "-c", "pass")
SOURCES = (
    "bench/speech/cold_start.py",
    "src/vivavoce/cli.py",
    "src/vivavoce/text/hibari_reader.py",
    "src/vivavoce/commands/speak.py",
)


def cpu_s(command: Sequence[str]) -> float:
    """User and system seconds of a command, which must succeed. Raises `CalledProcessError`."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        speak = (sys.executable, "-m", "vivavoce", "speak", "Hi.", "-o", str(Path(folder) / "hi.wav"))
        cpu_s(speak)
        pairs = [(cpu_s(NOTHING), cpu_s(speak)) for _ in range(RUNS)]
    over_s = median(spoken - nothing for nothing, spoken in pairs)
    nothing_s = median(nothing for nothing, _ in pairs)
    rows = [("`python -c pass`", f"{nothing_s:.2f}"), ('`vivavoce speak "Hi."`, over that', f"{over_s:.2f}")]
    path = write_result(
        "speech-cold-start",
        {"main": Table(("new process", "CPU, s"), rows)},
        sources=SOURCES,
        figures={"over_python_s": round(over_s, 3), "runs": RUNS},
    )
    print(f"{path.name}: {over_s:.2f} s of CPU over python -c pass")


if __name__ == "__main__":
    main()

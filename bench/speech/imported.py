"""Voices of others through our blocks beside their own runtimes: `python -m bench.speech.imported --data DATA`.

Each speaks in a process of its own on one thread: the wait for the first chunk of sentences of 20 words, and seconds of
work for a second of sound. With `--sentences` the meters also score so many of both. Writes
`bench/results/speech-imported.json` with `--write`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.shared.metrics import load_meters
from bench.shared.results import Table, write_result
from bench.shared.sentences import latency_texts, mixed
from bench.speech.peer_process import Request, Trial
from bench.speech.speak import first_chunk_ms, real_time_factor, run_child, score_folder
from vivavoce.errors import InputError

PAIRS = {
    "hibari heart": "hibari in our blocks",
    "piper joe": "piper joe in our blocks",
    "Kokoro int8 af_heart": "Kokoro int8 af_heart in our blocks",
}
WORDS = "20"
SOURCES = (
    "bench/speech/imported.py", "src/vivavoce/voice/importers", "src/vivavoce/blocks/windowed.py",
    "src/vivavoce/voice/harmonic_source.py",
)  # fmt: skip


def row(name: str, own: Trial, ours: Trial) -> tuple[tuple[str, ...], dict[str, float]]:
    """A line of the table, and its figures."""
    waits = [first_chunk_ms(trial.latency[WORDS]) for trial in (own, ours)]
    factors = [real_time_factor(trial) for trial in (own, ours)]
    cells = (
        name, f"{waits[0]:.3g}", f"{waits[1]:.3g}", f"{waits[1] / waits[0]:.2f}", f"{factors[0]:.3f}",
        f"{factors[1]:.3f}",
    )  # fmt: skip
    return cells, {f"first_chunk_{name}": waits[1] / waits[0], f"real_time_factor_{name}": factors[1] / factors[0]}


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and text/")
    parser.add_argument("--repeats", type=int, default=3, help="how often each text is timed (3)")
    parser.add_argument("--sentences", type=int, default=0, help="how many sentences of both are scored (0)")
    parser.add_argument("--write", action="store_true", help="write bench/results/speech-imported.json")
    arguments = parser.parse_args()
    lines: list[tuple[str, ...]] = []
    scores: list[tuple[str, ...]] = []
    figures: dict[str, float] = {}
    try:
        spoken = mixed(arguments.data, max(2, arguments.sentences))
        request = Request({WORDS: latency_texts(arguments.data)[WORDS]}, spoken, arguments.repeats)
        meters = load_meters(["distillmos", "wer"], 1) if arguments.sentences else []
        with tempfile.TemporaryDirectory() as temporary:
            for own, ours in PAIRS.items():
                trials: list[Trial] = []
                for system in (own, ours):
                    folder = Path(temporary) / system
                    folder.mkdir()
                    trial = run_child(system, request, folder)
                    if trial is None:
                        raise InputError(f"{system}: is not installed")
                    trials.append(trial)
                    if meters:
                        readings = score_folder(folder, spoken, meters)
                        quality = float(np.mean([float(reading["distillmos"]) for reading in readings]))
                        wrong = sum(float(reading["word_errors"]) for reading in readings)
                        rate = wrong / sum(float(reading["words"]) for reading in readings)
                        scores.append((system, f"{quality:.2f}", f"{100 * rate:.1f} %"))
                line, found = row(own, trials[0], trials[1])
                lines.append(line)
                figures |= found
    except (InputError, OSError) as error:
        print(f"imported: {error}", file=sys.stderr)
        return 1
    columns = (
        "voice", "own first chunk, ms", "in our blocks", "of its own", "own real-time factor", "in our blocks",
    )  # fmt: skip
    tables = {"speed": Table(columns, lines)}
    if scores:
        tables["quality"] = Table(("voice", "DistillMOS", "word errors"), scores)
    for table in tables.values():
        print(f"\n{table.markdown()}", flush=True)
    if arguments.write:
        print(write_result("speech-imported", tables, SOURCES, figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())

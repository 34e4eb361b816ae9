"""Our voice beside small peers on the same sentences: `python -m bench.speech.speak --data DATA --json speak.json`.

Each system speaks in a process of its own on one thread; afterwards the meters score what it said. Prints a Markdown
table. Run it on a machine that does nothing else, in an environment with the extras `bench` (see bench/README.md).
Writes `bench/results/speech-peers.json` with `--write`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.shared.estimates import Difference, paired_difference
from bench.shared.machine import Machine, this_machine
from bench.shared.metrics import Meter, Reading, load_meters
from bench.shared.results import Table, write_result
from bench.shared.scores import Summary, format_cell, measure, summarise
from bench.shared.sentences import latency_texts, mixed
from bench.speech.peer_process import NOT_INSTALLED, Request, Timing, Trial
from bench.speech.peers import SYSTEMS
from vivavoce.audio import read_audio
from vivavoce.errors import InputError

METRICS = ("distillmos", "dnsmos", "wer")
COLUMNS = {"wer": "word error rate", "distillmos": "DistillMOS", "dnsmos": "DNSMOS"}
CHILD_LIMIT_S = 3600
SOURCES = (
    "bench/speech/speak.py",
    "bench/speech/peers.py",
    "src/vivavoce/addons/chorus",
    "src/vivavoce/voice/importers",
)
SAME_VOICE = {
    "vivavoce af_heart": "hibari heart",
    "hibari in our blocks": "hibari heart",
    "piper joe in our blocks": "piper joe",
    "Kokoro int8 af_heart in our blocks": "Kokoro int8 af_heart",
}
LATENCY_TITLES = {"5": "5", "20": "20", "80": "80", "4 x 20": "4 sentences of 20"}


@dataclass(frozen=True, slots=True)
class Result:
    """What one system cost, and how each sentence was scored."""

    trial: Trial
    readings: list[Reading]


def run_child(system: str, request: Request, folder: Path) -> Trial | None:
    """Speak everything in a process of its own; None when the system is not installed."""
    request_path = folder / "request.json"
    request_path.write_text(json.dumps(asdict(request)), encoding="utf-8")
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "bench.speech.peer_process", system, str(request_path), str(folder)]
    done = subprocess.run(
        command, env={**os.environ, **one_thread}, capture_output=True, text=True, timeout=CHILD_LIMIT_S, check=False
    )
    if done.returncode == NOT_INSTALLED:
        return None
    if done.returncode:
        raise InputError(f"{system}: failed, {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return trial_from(json.loads(done.stdout))


def trial_from(document: Mapping[str, Any]) -> Trial:
    """A trial out of the child's JSON."""
    latency = {words: [Timing(**timing) for timing in timings] for words, timings in document["latency"].items()}
    sentences = [Timing(**timing) for timing in document["sentences"]]
    return Trial(**{**document, "latency": latency, "sentences": sentences})


def score_folder(folder: Path, sentences: Sequence[str], meters: Sequence[Meter]) -> list[Reading]:
    """Readings of the sentences that a child left as `0000.wav` and so on."""
    return [measure(read_audio(folder / f"{number:04d}.wav"), text, meters) for number, text in enumerate(sentences)]


def real_time_factor(trial: Trial) -> float:
    """Seconds of work for a second of sound, over all sentences."""
    return sum(t.total_s for t in trial.sentences) / sum(t.audio_s for t in trial.sentences)


def first_chunk_ms(timings: Sequence[Timing]) -> float:
    """Median over texts and repeats."""
    return 1000 * statistics.median(timing.first_chunk_s for timing in timings)


def differences(results: Mapping[str, Result], ours: str) -> dict[str, Difference]:
    """DistillMOS of ours minus that of each other system, sentence by sentence."""
    if ours not in results:
        return {}
    column = {name: [float(reading["distillmos"]) for reading in r.readings] for name, r in results.items()}
    return {name: paired_difference(column[ours], values) for name, values in column.items() if name != ours}


def cost(results: Mapping[str, Result]) -> Table:
    """One row a system: how long it takes and how large it is."""
    words = list(next(iter(results.values())).trial.latency)
    titles = [f"first chunk, {LATENCY_TITLES[count]} words, ms" for count in words]
    titles += ["real-time factor", "peak memory, MB", "voice, MB", "with front end, MB"]
    rows: list[list[str]] = []
    for name, result in results.items():
        trial = result.trial
        cells = [f"{first_chunk_ms(trial.latency[count]):.3g}" for count in words]
        cells += [f"{real_time_factor(trial):.4f}", f"{trial.peak_memory_mb:.0f}"]
        rows.append([name, *cells, f"{trial.model_mb:.1f}", f"{trial.model_mb + trial.front_end_mb:.1f}"])
    return Table(["system", *titles], rows)


def quality(results: Mapping[str, Result], summary: Summary, gaps: Mapping[str, Difference], ours: str) -> Table:
    """One row a system: what the meters say of it."""
    rows: list[list[str]] = []
    for name in results:
        gap = gaps.get(name)
        told = f"{gap.value:+.2f} ({gap.low:+.2f} to {gap.high:+.2f})" if gap else ""
        rows.append([name, *(format_cell(column, summary[name][column]) for column in COLUMNS), told])
    return Table(["system", *COLUMNS.values(), f"DistillMOS of {ours} minus this"], rows)


def ratios(results: Mapping[str, Result]) -> Table:
    """First chunk and real-time factor through our blocks, over the same voice's own runtime."""
    rows: list[list[str]] = []
    for ours, theirs in SAME_VOICE.items():
        if ours in results and theirs in results:
            pair = [results[name].trial for name in (ours, theirs)]
            cells = [_ratio([first_chunk_ms(trial.latency[count]) for trial in pair]) for count in pair[0].latency]
            rows.append([ours, theirs, *cells, _ratio([real_time_factor(trial) for trial in pair])])
    counts = [LATENCY_TITLES[count] for count in next(iter(results.values())).trial.latency]
    return Table(["ours", "over", *(f"first chunk, {count} words" for count in counts), "real-time factor"], rows)


def _ratio(pair: Sequence[float]) -> str:
    return f"{pair[0] / pair[1]:.2f}"


def figures(results: Mapping[str, Result]) -> dict[str, float]:
    """Wait for the first chunk of 20 words in ms and real-time factor, by system."""
    found: dict[str, float] = {}
    for name, result in results.items():
        found |= {f"first_chunk_ms_{name}": first_chunk_ms(result.trial.latency["20"]),
                  f"real_time_factor_{name}": real_time_factor(result.trial)}  # fmt: skip
    return found


def caption(machine: Machine, count: int, missing: Sequence[str]) -> str:
    """What a reader needs to know beside the table."""
    lines = [f"{machine}; one thread; {count} held-out sentences; means ± standard error; brackets: 95 % interval."]
    lines += [f"Not installed: {name} (`{SYSTEMS[name].install}`)." for name in missing]
    return "\n".join(lines)


def document(machine: Machine, sentences: Sequence[str], results: Mapping[str, Result], ours: str) -> dict[str, object]:
    """Everything measured, for programs."""
    return {
        "machine": asdict(machine),
        "sentences": list(sentences),
        "systems": {name: asdict(result) for name, result in results.items()},
        "distillmos_differences": {
            "ours": ours,
            "minus": {name: asdict(gap) for name, gap in differences(results, ours).items()},
        },
    }


def run(
    data: Path, names: Sequence[str], count: int, repeats: int, folder: Path
) -> tuple[dict[str, Result], list[str], list[str]]:
    """Speak, then score. Results by system, the systems that are missing, and the sentences."""
    sentences = mixed(data, count)
    request = Request(latency_texts(data), sentences, repeats)
    trials: dict[str, Trial] = {}
    for name in names:
        print(f"{name} speaks", file=sys.stderr)
        (folder / name).mkdir(exist_ok=True)
        trial = run_child(name, request, folder / name)
        if trial:
            trials[name] = trial
    meters = load_meters(list(METRICS))
    results = {}
    for name, trial in trials.items():
        print(f"{name} is scored", file=sys.stderr)
        results[name] = Result(trial, score_folder(folder / name, sentences, meters))
    return results, [name for name in names if name not in trials], sentences


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and text/")
    parser.add_argument("--sentences", type=int, default=60, help="how many held-out sentences (60)")
    parser.add_argument("--repeats", type=int, default=7, help="how often each text is timed (7)")
    parser.add_argument("--system", action="append", choices=list(SYSTEMS), help="only this one; may be repeated")
    parser.add_argument("--ours", default="vivavoce af_heart", choices=list(SYSTEMS), help="side of the differences")
    parser.add_argument("--json", type=Path, help="write every figure here")
    parser.add_argument("--write", action="store_true", help="write bench/results/speech-peers.json")
    parser.add_argument("--keep", type=Path, help="leave the spoken sentences in this folder")
    arguments = parser.parse_args()
    machine = this_machine()
    try:
        with tempfile.TemporaryDirectory() as temporary:
            folder = arguments.keep or Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            names = arguments.system or list(SYSTEMS)
            results, missing, sentences = run(arguments.data, names, arguments.sentences, arguments.repeats, folder)
    except (InputError, OSError, subprocess.TimeoutExpired) as error:
        print(f"speak: {error}", file=sys.stderr)
        return 1
    if results:
        summary = summarise((name, reading) for name, result in results.items() for reading in result.readings)
        gaps = differences(results, arguments.ours)
        tables = {
            "quality": quality(results, summary, gaps, arguments.ours),
            "cost": cost(results),
            "ratios": ratios(results),
        }
        print(*(table.markdown() for table in tables.values()), sep="\n")
        if arguments.write:
            print(write_result("speech-peers", tables, SOURCES, figures(results)))
    print(caption(machine, len(sentences), missing))
    if arguments.json:
        text = json.dumps(document(machine, sentences, results, arguments.ours), indent=1, ensure_ascii=False)
        arguments.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

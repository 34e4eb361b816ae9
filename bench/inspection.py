"""Event F1, false alarms, speed and memory of the detectors, beside ffmpeg's filters in the same run.

`python bench/inspection.py --data DATA` makes the test cases (clips that nothing was tuned on, each defect mild and
strong, coded again), inspects them and the clean clips, and prints tables. `--dev` takes the other clips.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cases import SPEECH, Case, clips, held_out, make_cases
from machine import this_machine
from speed import speeds
from stock import STOCK, Interval, intervals
from vivavoce.errors import InputError
from vivavoce.inspection import DETECTORS, Inspection, Work, inspect_files
from vivavoce.inspection.simulate import Truth

OVERLAP, TOLERANCE_S = 0.3, 0.1
HEARD = ("audio_dropout", "hum", "hiss", "distortion", "clicks")


@dataclass(slots=True)
class Tally:
    """Events of one detector or filter on the cases of one defect."""

    found: int = 0
    missed: int = 0
    false: int = 0

    def add(self, truths: Sequence[Truth], events: Sequence[Interval]) -> None:
        """Count one file."""
        hit = [any(matches(truth, event) for event in events) for truth in truths]
        self.found += sum(hit)
        self.missed += len(hit) - sum(hit)
        self.false += sum(not any(matches(truth, event) for truth in truths) for event in events)

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + self.false)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.found + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.found / max(1, 2 * self.found + self.false + self.missed)


def matches(truth: Truth, event: Interval) -> bool:
    """Whether an event overlaps the truth by 0.3 of what both cover, edges taken with 0.1 s of tolerance.

    Of captions, whose truth spans all that are wrong and whose events are one each, any overlap counts.
    """
    if truth.defect == "caption_quality":
        return event[0] < truth.end_s and event[1] > truth.start_s
    start_s, end_s = max(truth.start_s, event[0]) - TOLERANCE_S, min(truth.end_s, event[1]) + TOLERANCE_S
    union_s = max(truth.end_s, event[1]) - min(truth.start_s, event[0])
    return end_s > start_s and (end_s - start_s) / max(union_s, 2 * TOLERANCE_S) > OVERLAP


def tally(cases: Sequence[Case], results: dict[str, Inspection], defect: str) -> dict[str, Tally]:
    """Ours by strength and in all, and every stock filter."""
    tallies: dict[str, Tally] = {}
    for case in cases:
        events = [(e.start_s, e.end_s) for e in results[str(case.path)].events if e.defect == defect]
        for label in (case.strength, "all"):
            tallies.setdefault(label, Tally()).add(case.truths, events)
        for stock in STOCK.get(defect, ()):
            tallies.setdefault(stock.label, Tally()).add(case.truths, intervals(stock, case.path))
    return tallies


def inspected(paths: Iterable[Path], names: tuple[str, ...], workers: int) -> dict[str, Inspection]:
    """Results by file."""
    return {result.file: result for result in inspect_files(list(paths), Work(names, stall_s=600.0), workers)}


def clean_alarms(
    data: Path, names: Sequence[str], detectors: tuple[str, ...], workers: int
) -> tuple[dict[str, int], float]:
    """Alarms by detector on clean clips, and the hours of them."""
    results = inspected([data / "video" / name for name in names], detectors, workers)
    speech = [path for folder in SPEECH for path in _test_speech(data / "speech" / folder)]
    results |= inspected(speech, tuple(name for name in detectors if name in HEARD), workers)
    alarms = dict.fromkeys(detectors, 0)
    for result in results.values():
        for event in result.events:
            if event.defect in alarms:
                alarms[event.defect] += 1
    return alarms, sum(result.seconds for result in results.values()) / 3600


def _test_speech(folder: Path, most: int = 40) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for row in held_out(folder)[:most] for path in (folder / "audio").glob(f"{row['id']}.*")]


def table(tallies: dict[str, dict[str, Tally]], alarms: dict[str, int], hours: float) -> str:
    """Markdown, one row a defect."""
    lines = [
        "| defect | F1 mild | F1 strong | precision | recall | alarms an hour, clean | stock: F1 (precision, recall) |"
    ]
    lines.append("|" + "---|" * 7)
    for defect, of in tallies.items():
        ours, empty = of.get("all", Tally()), Tally()
        stock = "; ".join(
            f"{label} {t.f1:.2f} ({t.precision:.2f}, {t.recall:.2f})"
            for label, t in of.items()
            if label not in ("mild", "strong", "all")
        )
        cells = (f"{of.get(label, empty).f1:.2f}" for label in ("mild", "strong"))
        rest = (
            f"{ours.precision:.2f}",
            f"{ours.recall:.2f}",
            f"{alarms.get(defect, 0) / max(hours, 1e-9):.1f}",
            stock or "–",
        )
        lines.append(f"| {' | '.join((defect, *cells, *rest))} |")
    return "\n".join(lines)


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/ and speech/")
    parser.add_argument("--defect", action="append", choices=list(DETECTORS), help="only this one; may be repeated")
    parser.add_argument("--clips", type=int, default=99, help="how many clips for the cases (all)")
    parser.add_argument("--dev", action="store_true", help="the clips that may be tuned on")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="leave the cases in this folder, and use those that are there")
    parser.add_argument("--speed", action="store_true", help="time 360p, 720p and 1080p as well")
    parser.add_argument("--json", type=Path, help="write every figure here")
    arguments = parser.parse_args()
    defects = tuple(arguments.defect or DETECTORS)
    names = clips(arguments.data, not arguments.dev)
    chosen = names[:: -(-len(names) // arguments.clips)]
    try:
        with tempfile.TemporaryDirectory() as temporary:
            folder = arguments.keep or Path(temporary)
            tallies = {}
            for defect, cases in make_cases(arguments.data, chosen, defects, folder, arguments.workers).items():
                print(f"{defect}: {len(cases)} cases", file=sys.stderr, flush=True)
                results = inspected([case.path for case in cases], (defect,), arguments.workers) if cases else {}
                tallies[defect] = tally(cases, results, defect)
            alarms, hours = clean_alarms(arguments.data, names, defects, arguments.workers)
            timings = speeds(folder, defects) if arguments.speed else []
    except (InputError, OSError) as error:
        print(f"inspection: {error}", file=sys.stderr)
        return 1
    print(table(tallies, alarms, hours))
    print(f"\nClean: {sum(alarms.values())} alarms in {hours:.3f} hours. {this_machine()}")
    for timing in timings:
        print(f"{timing.label}: {timing.real_time:.2f} x real time on one core, {timing.peak_memory_mb:.0f} MB")
    if arguments.json:
        figures = {defect: {label: asdict(t) for label, t in of.items()} for defect, of in tallies.items()}
        document = {"tallies": figures, "alarms": alarms, "hours": hours, "speed": [asdict(t) for t in timings]}
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

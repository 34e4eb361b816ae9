"""Event F1, false alarms, speed and memory of the detectors, beside ffmpeg's filters in the same run.

`python -m bench.inspection.defects --data DATA` makes the test cases (clips nobody tuned on, each defect mild and
strong, coded again), inspects them and the clean clips, and prints tables. `--dev` takes the other clips. A file given
as `--json` that is there already keeps the figures that this run does not take; once it has the events of every
defect, `bench/results/inspection-defects.json` is written from it, and `docs/pictures/defects` drawn.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.inspection.curves import draw_curves
from bench.inspection.events import Tally, clean_alarms, tally
from bench.inspection.lip_sync import lip_sync
from bench.inspection.made_cases import Case, clips, make_cases
from bench.inspection.seconds import corruption, sounds, tearing
from bench.inspection.speed import speeds
from bench.shared.machine import this_machine
from bench.shared.results import Table, write_result
from vivavoce.errors import InputError
from vivavoce.inspection import defect_names
from vivavoce.inspection.defects.audio_artifacts.detect import AudioArtifacts

PARTS = ("events", "seconds", "clean", "speed")
Figures = dict[str, Any]
SOURCES = ("bench/inspection/made_cases.py", "bench/inspection/events.py", "src/vivavoce/inspection/defects")


def second_by_second(data: Path, names: Sequence[str], cases: Mapping[str, Sequence[Case]]) -> Figures:
    """Figures of the learned detectors that were asked for."""
    takes: dict[str, Callable[[], Figures]] = {
        "block_corruption": lambda: corruption(cases["block_corruption"]).as_json(),
        "tearing": lambda: tearing(cases["tearing"]).as_json(),
        "audio_artifacts": lambda: sounds(data, names),
        "av_sync": lambda: lip_sync(data, names),
    }
    asked = {"audio_artifacts" if name in AudioArtifacts.names else name for name in cases}
    return {name: take() for name, take in takes.items() if name in asked}


def measured(arguments: argparse.Namespace, folder: Path, figures: Figures) -> None:
    """Take the parts that are asked for into `figures`."""
    data, defects, parts = arguments.data, tuple(arguments.defect or defect_names()), arguments.part or PARTS[:3]
    names = clips(data, not arguments.dev)
    wanted = defects if "events" in parts or "seconds" in parts else ()
    cases: dict[str, list[Case]] = {}
    if wanted:
        cases = make_cases(data, names, wanted, folder, arguments.workers, not arguments.dev, arguments.clips)
    if "events" in parts:
        for defect, of in cases.items():
            print(f"{defect}: {len(of)} cases", file=sys.stderr, flush=True)
            counted, scores = tally(of, defect, arguments.workers)
            figures.setdefault("events", {})[defect] = {label: asdict(t) for label, t in counted.items()}
            figures.setdefault("scores", {})[defect] = {label: asdict(s) for label, s in scores.items()}
            save(figures, arguments.json)
    if "seconds" in parts:
        figures["seconds"] = figures.get("seconds", {}) | second_by_second(data, names, cases)
    if "clean" in parts:
        alarms, hours = clean_alarms(data, names, defects, arguments.workers)
        others = [alarm for alarm in figures.get("alarms", []) if alarm["defect"] not in defects]
        figures["alarms"] = others + [asdict(alarm) for alarm in alarms]
        # a run of detectors that only watch has no hours of speech, which is no reason to forget those of another run
        spent = {material: spent_h for material, spent_h in hours.items() if spent_h}
        figures["clean_hours"] = figures.get("clean_hours", {}) | spent
    if "speed" in parts:
        figures["speed"] = [asdict(timing) for timing in speeds(folder, defects)]
    figures["machine"] = str(this_machine())


def save(figures: Figures, path: Path | None) -> None:
    """Write what there is so far: the whole takes long."""
    if path:
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def table(figures: Figures) -> Table:
    """One row a defect."""
    rows = []
    for defect, of in figures.get("events", {}).items():
        tallies = {label: Tally(**counts) for label, counts in of.items()}
        ours = tallies.pop("all", Tally())
        strengths = [f"{tallies.pop(label, Tally()).f1:.2f}" for label in ("mild", "strong")]
        stock = "; ".join(f"{label} {t.f1:.2f}" for label, t in tallies.items())
        cells = (defect, str(ours.found + ours.missed), *strengths, f"{ours.f1:.2f}")
        rows.append((*cells, f"{ours.precision:.2f}, {ours.recall:.2f}", stock or "–"))
    return Table(("defect", "cases", "F1 mild", "F1 strong", "F1", "precision, recall", "stock: F1"), rows)


def rates(figures: Figures) -> str:
    """Alarms on clean material, hours of it and alarms an hour: of video, of speech, and together."""
    alarms = Counter(alarm["material"] for alarm in figures.get("alarms", []))
    hours: dict[str, float] = figures.get("clean_hours", {})
    counts = {material: (alarms[material], spent_h) for material, spent_h in hours.items()}
    counts["together"] = alarms.total(), sum(hours.values())
    return "\n".join(
        f"Clean {material}: {count} alarms in {spent_h:.3f} h, {count / spent_h if spent_h else 0.0:.1f} an hour"
        for material, (count, spent_h) in counts.items()
    )


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/ and speech/")
    parser.add_argument("--defect", action="append", choices=defect_names(), help="only this one; may be repeated")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this; all but speed where none is given")
    parser.add_argument(
        "--clips",
        type=int,
        default=99,
        help="how many clips for the cases (all); tears and corruption are put into all",
    )
    parser.add_argument("--dev", action="store_true", help="the clips that may be tuned on")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="leave the cases in this folder, and use those that are there")
    parser.add_argument("--json", type=Path, help="write every figure here")
    arguments = parser.parse_args()
    figures: Figures = {}
    if arguments.json and arguments.json.exists():
        figures = json.loads(arguments.json.read_text(encoding="utf-8"))
    try:
        with tempfile.TemporaryDirectory() as temporary:
            measured(arguments, arguments.keep or Path(temporary), figures)
    except (InputError, OSError) as error:
        print(f"inspection: {error}", file=sys.stderr)
        return 1
    print(table(figures).markdown())
    print(f"\n{rates(figures)}")
    print(json.dumps(figures.get("seconds", {}), indent=1))
    for timing in figures.get("speed", []):
        print("{label}: {real_time:.2f} x real time on one core, {peak_memory_mb:.0f} MB".format(**timing))
    print(figures["machine"])
    save(figures, arguments.json)
    if arguments.json and not arguments.dev and set(figures.get("events", {})) >= set(defect_names()):
        write_result("inspection-defects", {"main": table(figures)}, SOURCES, figures)
        draw_curves(figures["scores"])
    return 0


if __name__ == "__main__":
    sys.exit(main())

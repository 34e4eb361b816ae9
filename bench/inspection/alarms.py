"""False alarms an hour on clean material, by detector and by kind of material.

`python -m bench.inspection.alarms --data DATA` inspects `video/clean` and clips drawn by recipe with every defect, and
`sound/clean` and speech that may be tuned on with the five that listen, and writes
`bench/results/inspection-alarms.json`. Every event counts, minor ones too; the intervals are those of a Poisson count
at 95 %. `--only` restricts the kinds. `--folder NAME=PATH` adds clean files of one's own to the result, watched and
listened to, `--heard NAME=PATH` sounds; say of them in the name whether anything was tuned on them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bench.inspection.made_cases import sentences
from bench.inspection.rendered import render
from bench.shared.results import Table, write_result
from vivavoce.inspection import InspectionJob, defect_names, inspect_files

HEARD = ("audio_dropout", "clicks", "distortion", "hiss", "hum")
RENDER_SEED = 1
SHORT = ("video", "music", "speech")
"""Kinds of the short table."""

CORPORA, RECORDINGS = ("ensemble", "kathleen", "kerstin", "prompts", "speechocean"), 24
DECIDING = ("audio_dropout", "block_corruption", "combing", "freeze", "stutter", "tearing")
SOURCES = (
    "bench/inspection/alarms.py",
    "src/vivavoce/inspection/timestamps.py",
    "src/vivavoce/inspection/tracks.py",
    "src/vivavoce/inspection/defects/audio_artifacts",
    *(f"src/vivavoce/inspection/defects/{name}/detect.py" for name in DECIDING),
)
"""What decodes sound and times, and of the detectors those that raised most alarms once."""


@dataclass
class Kind:
    """What was found in one kind of material."""

    files: list[Path]
    names: tuple[str, ...]
    hours: float = 0.0
    alarms: Counter[str] = field(default_factory=Counter)
    events: list[dict[str, object]] = field(default_factory=list)

    def inspect(self, workers: int) -> None:
        """Inspect the files; each that cannot be read is named and left out."""
        for result in inspect_files(self.files, InspectionJob(self.names, stall_s=900.0), workers):
            if result.error:
                print(result.error, file=sys.stderr)
                continue
            self.hours += result.seconds / 3600
            for event in result.events:
                self.alarms[event.defect] += 1
                self.events.append({"file": Path(result.file).name, **event.as_json(), "evidence": {}})


def interval(count: int, hours: float) -> tuple[float, float]:
    """95 % of a Poisson rate an hour, after Byar."""
    if hours == 0:
        return 0.0, 0.0
    low = 0.0 if count == 0 else count * (1 - 1 / (9 * count) - 1.96 / (3 * count**0.5)) ** 3
    more = count + 1
    return low / hours, more * (1 - 1 / (9 * more) + 1.96 / (3 * more**0.5)) ** 3 / hours


def kinds(data: Path, folder: Path, asked: Iterable[str] | None = None) -> dict[str, Kind]:
    """The clean material that may be tuned on; clips are drawn into `folder`, unless others are asked for."""
    speech = [
        path
        for corpus in CORPORA
        for row in sentences(data / "speech" / corpus, "train")[:RECORDINGS]
        for path in (data / "speech" / corpus / "audio").glob(f"{row['id']}.*")
    ]
    drawn = render(folder, RENDER_SEED, data / "video" / "clean") if not asked or "rendered" in asked else []
    found = {
        "video": Kind(_media(data / "video" / "clean"), defect_names()),
        "rendered": Kind(drawn, defect_names()),
        "music": Kind(_media(data / "sound" / "clean"), HEARD),
        "speech": Kind(speech, HEARD),
    }
    return {name: kind for name, kind in found.items() if not asked or name in asked}


def table(found: dict[str, Kind]) -> Table:
    """One row a kind."""
    rows = []
    for name, kind in found.items():
        rows.append((name, f"{kind.hours:.3f}", *count_cells(kind.alarms, kind.hours)))
    return Table(("material", "hours", "alarms", "an hour (95 %)", "which"), rows)


def count_cells(alarms: Counter[str], hours: float) -> tuple[str, str, str]:
    """Cells of a table: how many alarms there were, an hour with its interval, and of which defects."""
    low, high = interval(alarms.total(), hours)
    rate = alarms.total() / hours if hours else 0.0
    listed = ", ".join(f"{defect} {count}" for defect, count in alarms.most_common()) or "none"
    return str(alarms.total()), f"{rate:.1f} ({low:.1f}-{high:.1f})", listed


def _media(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.suffix not in (".tsv", ".md")]


def main(arguments: Iterable[str] | None = None) -> None:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds video/, sound/ and speech/")
    parser.add_argument("--only", nargs="*", help="kinds: video, rendered, music, speech")
    parser.add_argument("--folder", action="append", default=[], metavar="NAME=PATH", help="further clean files")
    parser.add_argument("--heard", action="append", default=[], metavar="NAME=PATH", help="further clean sounds")
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    with tempfile.TemporaryDirectory() as folder:
        found = kinds(chosen.data, Path(folder), chosen.only)
        for names, given in ((defect_names(), chosen.folder), (HEARD, chosen.heard)):
            for name, _, path in (one.partition("=") for one in given):
                found[name] = Kind(_media(Path(path)), names)
        for name, kind in found.items():
            kind.inspect(chosen.workers)
            for event in kind.events:
                print(name, json.dumps(event))
    print(table(found).markdown())
    if not chosen.only:
        figures = {name: {"alarms": dict(kind.alarms), "hours": round(kind.hours, 4)} for name, kind in found.items()}
        short = {name: kind for name, kind in found.items() if name in SHORT}
        write_result("inspection-alarms", {"main": table(short), "all": table(found)}, SOURCES, figures)


if __name__ == "__main__":
    main()

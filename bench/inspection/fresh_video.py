"""False alarms an hour on video that others have published: sources that were looked at, and sources kept back.

`fresh_video_clips.tsv` names each clip: half, kind, source (a package of Debian, or owner/name of a public repository)
and its path there. Put it at FOLDER/SOURCE/NAME, with `+` for the `/` of a source and NAME as the path ends;
`python -m bench.inspection.fresh_video FOLDER --events EVENTS.jsonl --write` then inspects the first minute of each
with all detectors and writes `bench/results/inspection-fresh-video.json`. Clips that EVENTS.jsonl has already are not
inspected again. `--half` restricts it, `--share 1/2` takes every second clip, for two processes.

Every event counts. `fresh_video_verdicts.tsv` says of each whether the defect is there to be seen or heard, and why;
an event that nobody has judged counts as false.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.inspection.alarms import count_cells
from bench.inspection.beginnings import inspect_beginning
from bench.inspection.verdicts import Verdict, read_rows, read_verdicts
from bench.shared.results import Table, write_result
from vivavoce.errors import InputError
from vivavoce.inspection import defect_names
from vivavoce.shard import Shard

HERE = Path(__file__).parent
CLIPS, VERDICTS = HERE / "fresh_video_clips.tsv", HERE / "fresh_video_verdicts.tsv"
HALVES = ("tuned on", "kept back")
SECONDS, LEAST_S = 60.0, 3.0

SOURCES = (
    "bench/inspection/fresh_video.py",
    "bench/inspection/fresh_video_clips.tsv",
    "bench/inspection/fresh_video_verdicts.tsv",
    "bench/inspection/verdicts.py",
    "src/vivavoce/inspection/timestamps.py",
    "src/vivavoce/inspection/defects",
)


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip of the table."""

    half: str
    kind: str
    source: str
    path: str

    @property
    def name(self) -> str:
        """How the path ends."""
        return self.path.rsplit("/", 1)[-1]

    def within(self, folder: Path) -> Path:
        """Where it lies in a folder of sources."""
        return folder / self.source.replace("/", "+") / self.name


def read_clips() -> list[Clip]:
    """The table of clips."""
    return [Clip(row["half"], row["kind"], row["source"], row["path"]) for row in read_rows(CLIPS)]


def inspect_clips(clips: Iterable[Clip], folder: Path, events: Path, most_s: float = SECONDS) -> None:
    """Append every event of the first seconds of the clips, and a line with how many these are, to JSON lines."""
    done = {(row["source"], row["file"]) for row in _read_events(events) if "seconds" in row}
    for clip in clips:
        if (clip.source, clip.name) in done:
            continue
        try:
            seconds, found = inspect_beginning(clip.within(folder), defect_names(), most_s, LEAST_S)
        except InputError as error:
            print(error, file=sys.stderr)
            continue
        rows = [*(event.as_json() for event in found), {"seconds": round(seconds, 3)}]
        lines = [json.dumps({"source": clip.source, "file": clip.name, **row}) + "\n" for row in rows]
        with events.open("a", encoding="utf-8") as file:
            file.write("".join(lines))


def _read_events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


@dataclass(frozen=True, slots=True)
class Count:
    """What was found in some clips."""

    name: str
    sources: int
    clips: int
    hours: float
    real: Counter[str]
    false: Counter[str]

    @classmethod
    def of(cls, name: str, clips: Sequence[Clip], rows: Sequence[dict[str, Any]], verdicts: Sequence[Verdict]) -> Count:
        """Of the events of some clips, those that are real and those that are false."""
        wanted = {(clip.source, clip.name) for clip in clips}
        mine = [row for row in rows if (row["source"], row["file"]) in wanted]
        whole = [row for row in mine if "seconds" in row]
        real, false = Counter[str](), Counter[str]()
        for row in mine:
            if "defect" in row:
                judged = [
                    verdict.real
                    for verdict in verdicts
                    if verdict.covers(row["source"], row["file"], row["defect"], row["start_s"], row["end_s"])
                ]
                (real if any(judged) else false)[row["defect"]] += 1
                if not judged:
                    print(f"not judged: {json.dumps(row)}", file=sys.stderr)
        hours = sum(row["seconds"] for row in whole) / 3600
        return cls(name, len({row["source"] for row in whole}), len(whole), hours, real, false)

    def cells(self) -> tuple[str, ...]:
        """A row of the table."""
        counts = (f"{self.sources}, {self.clips}", f"{self.hours:.2f}", str(self.real.total()))
        return (self.name, *counts, *count_cells(self.false, self.hours))


COLUMNS = ("clips", "sources, clips", "hours", "real", "false", "false an hour (95 %)", "which")


def count_halves(clips: Sequence[Clip], rows: Sequence[dict[str, Any]]) -> list[Count]:
    """One count for each half, then one for each kind of the clips kept back."""
    verdicts = read_verdicts(VERDICTS)
    counts = [Count.of(half, [clip for clip in clips if clip.half == half], rows, verdicts) for half in HALVES]
    kept = [clip for clip in clips if clip.half == HALVES[1]]
    kinds = sorted({clip.kind for clip in kept})
    counts += [Count.of(kind, [clip for clip in kept if clip.kind == kind], rows, verdicts) for kind in kinds]
    return [count for count in counts if count.clips]


def main() -> None:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="holds a folder for each source")
    parser.add_argument("--events", type=Path, required=True, help="JSON lines, appended to")
    parser.add_argument("--half", choices=HALVES, help="only this one")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each clip, %(default)g where none are given")
    parser.add_argument("--share", metavar="I/N", default="1/1", help="every N-th clip from the I-th on")
    parser.add_argument("--write", action="store_true", help="write the result")
    chosen = parser.parse_args()
    clips = [clip for clip in read_clips() if chosen.half in (None, clip.half)]
    inspect_clips(Shard.parse(chosen.share).take(clips), chosen.folder, chosen.events, chosen.seconds)
    counts = count_halves(clips, _read_events(chosen.events))
    found = Table(COLUMNS, [count.cells() for count in counts])
    print(found.markdown())
    if chosen.write:
        halves = [count.cells() for count in counts if count.name in HALVES]
        tables = {"main": Table(COLUMNS, halves), "kinds": found}
        figures = {
            count.name: {"hours": round(count.hours, 4), "real": dict(count.real), "false": dict(count.false)}
            for count in counts
        }
        write_result("inspection-fresh-video", tables, SOURCES, figures)


if __name__ == "__main__":
    main()

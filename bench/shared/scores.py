"""Score recordings: `python -m bench.shared.scores manifest.tsv --metrics distillmos,wer --json out.json`.

The manifest has one recording a line, no header: path, the text it should say, and a group, separated
by tabs. Relative paths start at the manifest's folder. Prints each group's means with standard errors.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.shared.estimates import Estimate, mean, ratio
from bench.shared.metrics import METERS, Meter, Reading, load_meters
from vivavoce.audio import Audio, read_audio
from vivavoce.errors import InputError

Summary = dict[str, dict[str, Estimate]]


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file, the text that it should say, and the group that it is averaged in."""

    path: Path
    text: str
    group: str


@dataclass(frozen=True, slots=True)
class Score:
    """What the meters read from one recording."""

    recording: Recording
    reading: Reading


def read_manifest(path: Path) -> list[Recording]:
    """Recordings of a tab-separated manifest; InputError names a line that has not three columns."""
    recordings = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        columns = line.split("\t")
        if len(columns) != 3:
            raise InputError(f"{path}:{number}: expected path, text and group, found {len(columns)} columns")
        recordings.append(Recording(path.parent / columns[0], columns[1], columns[2]))
    return recordings


def measure(audio: Audio, text: str, meters: Sequence[Meter]) -> Reading:
    """All meters' readings of one sound, in one mapping."""
    reading: Reading = {}
    for meter in meters:
        reading |= meter(audio, text)
    return reading


def score_all(
    recordings: Sequence[Recording], meters: Sequence[Meter], progress: Callable[[int], None] = lambda done: None
) -> list[Score]:
    """Score each recording in turn; `progress` hears how many are done."""
    scores = []
    for done, recording in enumerate(recordings, start=1):
        scores.append(Score(recording, measure(read_audio(recording.path), recording.text, meters)))
        progress(done)
    return scores


def summarise(readings: Iterable[tuple[str, Reading]]) -> Summary:
    """Means per group; word errors become `wer`, total errors over total words."""
    columns: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for group, reading in readings:
        for name, value in reading.items():
            if not isinstance(value, str):
                columns[group][name].append(value)
    return {group: _estimates(values) for group, values in columns.items()}


def format_summary(summary: Summary) -> str:
    """A Markdown table, one row a group: mean ± standard error, word error rate in percent."""
    names = list(dict.fromkeys(name for estimates in summary.values() for name in estimates))
    lines = [f"| group | n | {' | '.join(names)} |", "|" + "---|" * (len(names) + 2)]
    for group, estimates in summary.items():
        count = max(estimate.count for estimate in estimates.values())
        cells = [format_cell(name, estimates[name]) if name in estimates else "-" for name in names]
        lines.append(f"| {group} | {count} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _estimates(values: dict[str, list[float]]) -> dict[str, Estimate]:
    estimates = {name: mean(column) for name, column in values.items() if name not in ("word_errors", "words")}
    if sum(values.get("words", [])) > 0:
        estimates["wer"] = ratio(values["word_errors"], values["words"])
    return estimates


def format_cell(name: str, estimate: Estimate) -> str:
    """`mean ± standard error` of a metric, in percent where it is an error rate."""
    if name == "wer":
        return f"{100 * estimate.value:.2f} % ± {100 * estimate.standard_error:.2f}"
    return f"{estimate.value:.3f} ± {estimate.standard_error:.3f}"


def _write_json(path: Path, scores: Sequence[Score], summary: Summary) -> None:
    document = {
        "groups": {group: {name: asdict(e) for name, e in row.items()} for group, row in summary.items()},
        "recordings": [
            {"path": str(s.recording.path), "group": s.recording.group, "text": s.recording.text, **s.reading}
            for s in scores
        ],
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--metrics", default="distillmos,wer", help=f"some of {','.join(METERS)}")
    parser.add_argument("--json", type=Path, help="write every reading here")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    try:
        recordings = read_manifest(arguments.manifest)
        meters = load_meters(arguments.metrics.split(","), arguments.threads)
        scores = score_all(recordings, meters, lambda done: _show(done, len(recordings)))
    except (InputError, ValueError, OSError) as error:
        print(f"scores: {error}", file=sys.stderr)
        return 1
    summary = summarise((score.recording.group, score.reading) for score in scores)
    print(format_summary(summary))
    if arguments.json:
        _write_json(arguments.json, scores, summary)
    return 0


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total}", end="" if done < total else "\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

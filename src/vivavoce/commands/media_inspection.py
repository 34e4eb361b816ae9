"""The work behind `vivavoce inspect`: a catalogue with its journal, table and page."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from vivavoce.commands.console import OutputConsole
from vivavoce.commands.live_inspection import inspect_live
from vivavoce.commands.media_files import count_others, inspected_files
from vivavoce.commands.wording import with_noun
from vivavoce.files import write_text
from vivavoce.inspection import (
    DEFAULT_LIMITS,
    Inspection,
    InspectionJob,
    Journal,
    Severity,
    Stamp,
    inspect_files,
)
from vivavoce.inspection.allow_list import AllowList
from vivavoce.inspection.cluster import inspect_on_ray
from vivavoce.inspection.compliance import Check, check_measurements
from vivavoce.inspection.export.csv_table import events_csv
from vivavoce.inspection.export.edl import events_edl
from vivavoce.inspection.export.junit import results_junit
from vivavoce.inspection.export.premiere import events_xml
from vivavoce.inspection.live import LiveJob
from vivavoce.inspection.profile import Profile
from vivavoce.inspection.report import report_page
from vivavoce.inspection.report.words import as_duration
from vivavoce.inspection.tiers import find_tier
from vivavoce.shard import Shard

DEFECTS_FOUND, FILES_FAILED = 3, 4
TABLE_ROWS = 200
STANDARD_OUTPUT = Path("-")
Checks = Mapping[str, Sequence[Check]]
"""The checks of each file, by its name."""


def inspect(arguments: argparse.Namespace, names: tuple[str, ...], profile: Profile, fail_on: Severity | None) -> int:
    """Files, folders, or what `--live` names; the exit code. Raises `InputError` where there is nothing."""
    limits = replace(
        DEFAULT_LIMITS, pixels=arguments.max_pixels, seconds=3600 * arguments.max_hours, tier=find_tier(arguments.tier)
    )
    if arguments.live:
        live = LiveJob(
            names, limits, profile.thresholds, profile.min_score, arguments.idle, arguments.stall, arguments.allow_url
        )
        return _exit_code(inspect_live(arguments, live), {}, fail_on)
    files = inspected_files(arguments.paths)
    if others := count_others(arguments.paths):
        print(f"vivavoce: {others} files of other kinds are left out, name one to have it looked at", file=sys.stderr)
    if arguments.shard:
        files = Shard.parse(arguments.shard).take(files)
    allowed = AllowList.read(arguments.allow_list) if arguments.allow_list else AllowList()
    job = InspectionJob(names, limits, profile.thresholds, stall_s=arguments.stall)
    results = [allowed.filter(drop_weak(result, profile)) for result in _inspect_all(files, job, arguments)]
    checks = {result.file: check_measurements(result.measurements, profile) for result in results}
    if arguments.json == STANDARD_OUTPUT:
        print("".join(journal_lines(result) for result in results), end="")
    else:
        _print_table(results, checks)
    if arguments.report:
        beside = arguments.report.with_suffix(".media") if arguments.html_media else None
        write_text(arguments.report, report_page(results, limits, checks, beside))
    write_exports(arguments, results, checks, fail_on or Severity.MINOR)
    return _exit_code(results, checks, fail_on)


def drop_weak(result: Inspection, profile: Profile) -> Inspection:
    """The inspection without events under the profile's least score."""
    return replace(result, events=tuple(event for event in result.events if event.score >= profile.min_score))


def journal_lines(result: Inspection) -> str:
    """A file's events and its closing line, as JSON lines."""
    rows = [{"type": "event", "file": result.file, **event.as_json()} for event in result.events]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (*rows, {"type": "file", **result.as_json()}))


def write_exports(
    arguments: argparse.Namespace, results: Sequence[Inspection], checks: Checks, fail_on: Severity
) -> None:
    """Write the tables, markers and reports that were asked for."""
    if arguments.csv:
        write_text(arguments.csv, events_csv(results))
    if arguments.edl:
        write_text(arguments.edl, events_edl(results))
    if arguments.fcp_xml:
        write_text(arguments.fcp_xml, events_xml(results))
    if arguments.junit:
        write_text(arguments.junit, results_junit(results, checks, fail_on))


def _inspect_all(files: list[Path], work: InspectionJob, arguments: argparse.Namespace) -> list[Inspection]:
    """Former and new results, in the order of the files; each new one is in the journal before the next is awaited."""
    journal = Journal.open(arguments.json) if arguments.json and arguments.json != STANDARD_OUTPUT else None
    results = {str(path): former for path in files if journal and (former := journal.has(path, work.names))}
    left = [path for path in files if str(path) not in results]
    stamps = {str(path): Stamp.of(path) for path in left}
    if results:
        print(f"{with_noun(len(results), 'file')} already in {arguments.json}", file=sys.stderr)
    run_all = _on_ray if arguments.engine == "ray" else _with_progress
    for result in run_all(left, work, arguments.workers):
        results[result.file] = result
        if journal:
            journal.add(result, stamps[result.file])
        if result.error:
            print(f"vivavoce: {result.error}", file=sys.stderr)
    return [results[str(path)] for path in files]


def _on_ray(paths: Sequence[Path], work: InspectionJob, workers: int) -> Iterator[Inspection]:
    del workers
    return inspect_on_ray(paths, work)


def _with_progress(paths: Sequence[Path], work: InspectionJob, workers: int) -> Iterator[Inspection]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        total = progress.add_task(with_noun(len(paths), "file"), total=len(paths))
        bars: dict[Path, TaskID] = {}

        def told(path: Path, done_s: float, all_s: float | None) -> None:
            if path not in bars:
                bars[path] = progress.add_task(f"  {path.name[:40]}", total=all_s)
            progress.update(bars[path], completed=done_s)

        for result in inspect_files(paths, work, workers, told):
            progress.advance(total)
            if (bar := bars.pop(Path(result.file), None)) is not None:
                progress.remove_task(bar)
            yield result


def _exit_code(results: Sequence[Inspection], checks: Checks, fail_on: Severity | None) -> int:
    if any(result.error for result in results):
        return FILES_FAILED
    if fail_on and any(event.severity >= fail_on for result in results for event in result.events):
        return DEFECTS_FOUND
    if fail_on and not all(check.passed for found in checks.values() for check in found):
        return DEFECTS_FOUND
    return 0


def _print_table(results: Sequence[Inspection], checks: Checks) -> None:
    table = Table("file", "defect", "from", "to", "score", "severity", box=None, pad_edge=False)
    rows = [(Path(result.file).name, event) for result in results for event in result.events]
    for name, event in rows[:TABLE_ROWS]:
        times = f"{event.start_s:.2f} s", f"{event.end_s:.2f} s", f"{event.score:.2f}"
        table.add_row(*map(Text, (name, event.defect, *times, event.severity.name.lower())))
    console = OutputConsole()
    if rows:
        console.print(table)
    for file, found in checks.items():
        for check in found:
            console.print(f"{Path(file).name}: {check}", highlight=False, markup=False)
    seconds = sum(result.seconds for result in results)
    failed = sum(result.error is not None for result in results)
    more = f", {failed} could not be inspected" if failed else ""
    said = f"{with_noun(len(results), 'file')}, {as_duration(seconds)}, {with_noun(len(rows), 'event')}{more}"
    console.print(said, highlight=False)
    for name, reason in sorted({item for result in results for item in result.skipped.items()}):
        print(f"vivavoce: {name} did not run: {reason}", file=sys.stderr)
    for result in results:
        for notice in result.notices:
            print(f"vivavoce: {result.file}: {notice}", file=sys.stderr)

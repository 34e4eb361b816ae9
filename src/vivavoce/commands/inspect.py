"""`vivavoce inspect FILE|FOLDER…`: look and listen for defects. Exit codes: 0, 3 for `--fail-on`, 4 for bad files."""

from __future__ import annotations

import argparse
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.files import check_outputs
from vivavoce.inspection import require_pyav
from vivavoce.inspection.event import Severity
from vivavoce.inspection.limits import DEFAULT_LIMITS
from vivavoce.inspection.registry import defect_names


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("paths", nargs="*", type=Path, metavar="FILE|FOLDER", help="media or caption files, or folders")
    add("--only", metavar="NAMES", help=f"some of {','.join(defect_names())}")
    add("--json", type=Path, metavar="FILE", help="append events as JSON lines; done files are skipped")
    add("--report", type=Path, metavar="FILE", help="write one self-contained page")
    add("--workers", type=int, default=1, metavar="N", help="processes (1)")
    add("--engine", choices=("local", "ray"), default="local", help="where files are worked on")
    add("--fail-on", metavar="SEVERITY", help="exit with 3 at minor, major or critical events and above")
    add("--live", metavar="PIPE", help="a pipe, a growing file, or - : print events as they come")
    add("--allow-url", action="store_true", help="let --live open an address")
    add("--idle", type=float, default=30.0, metavar="S", help="--live ends after so many seconds without data (30)")
    add("--stall", type=float, default=60.0, metavar="S", help="give a file up after so many idle seconds (60)")
    add("--max-pixels", type=int, default=DEFAULT_LIMITS.pixels, metavar="N", help="of a picture")
    add("--max-hours", type=float, default=12.0, metavar="H", help="of a file (12)")


def run(arguments: argparse.Namespace) -> int:
    """Raises `InputError` for what cannot be asked, and where PyAV is not installed."""
    names = defect_names(arguments.only)
    fail_on = None if arguments.fail_on is None else Severity.named(arguments.fail_on)
    for name in ("stall", "max_hours"):
        if not getattr(arguments, name) > 0:
            raise InputError(f"--{name.replace('_', '-')} {getattr(arguments, name):g}: give more than 0")
    check_outputs(arguments.paths, arguments.json, arguments.report)
    if arguments.live and (arguments.paths or arguments.report):
        raise InputError("--live takes one source and makes no report")
    if not 1 <= arguments.workers <= 256:
        raise InputError(f"--workers {arguments.workers}: give 1 to 256")
    require_pyav()  # not before now: help and wrong options do without
    from vivavoce.commands.media_inspection import inspect

    return inspect(arguments, names, fail_on)

"""`vivavoce inspect FILE|FOLDER…`: look and listen for defects. Exit codes: 0, 3 for `--fail-on`, 4 for bad files."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.files import check_outputs
from vivavoce.inspection import require_pyav
from vivavoce.inspection.event import Severity
from vivavoce.inspection.limits import DEFAULT_LIMITS
from vivavoce.inspection.profile import Profile, load_profile, profile_names
from vivavoce.inspection.registry import defect_names
from vivavoce.inspection.tiers import TIERS, find_tier

STANDARD_OUTPUT = Path("-")
LIVE_ONLY = {
    "allow_url": False, "idle": 30.0, "restarts": None, "webhook": None, "alert_on": "major", "cool_down": 300.0,
    "metrics": None,
}  # fmt: skip
"""Options that mean something with `--live` alone, and their defaults."""

FOR_EVER = -1
"""`--restarts` without an end."""

FILES_ONLY = ("allow_list", "engine", "shard", "workers")
"""Options that mean nothing with `--live`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("paths", nargs="*", type=Path, metavar="FILE|FOLDER", help="media or caption files, or folders")
    add("--only", metavar="NAMES", help=f"some of {','.join(defect_names())}")
    add("--skip", metavar="NAMES", help="all but these")
    add("--profile", metavar="NAME|FILE", help=f"thresholds and targets: {', '.join(profile_names())}, or a TOML file")
    add(
        "--tier",
        default="full",
        metavar="NAME",
        help=f"how much of the pictures is looked at: {', '.join(TIERS)} (full)",
    )
    add("--min-score", type=float, metavar="SCORE", help="leave out events below it, 0 to 1")
    add("--labels", type=Path, metavar="FILE", help="with inspect accept: teach networks too that it was none (label)")
    add("--allow-list", type=Path, metavar="FILE", help="leave out accepted events (see: inspect accept EVENTS.jsonl)")
    add("--json", type=Path, metavar="FILE", help="append events as JSON lines, done files are skipped; - prints them")
    add("--html", dest="report", type=Path, metavar="FILE", help="write one self-contained page")
    add("--report", dest="report", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)  # its former name
    add("--html-media", action="store_true", help="put all pictures and players in a folder beside the page of --html")
    add("--csv", type=Path, metavar="FILE", help="write a table, with frames and timecode")
    add("--edl", type=Path, metavar="FILE", help="write markers for DaVinci Resolve")
    add("--fcp-xml", type=Path, metavar="FILE", help="write markers for Premiere Pro")
    add("--junit", type=Path, metavar="FILE", help="write a test report, a case for each detector")
    add("--shard", metavar="I/N", help="every N-th file from the I-th on, for batch schedulers")
    add("--workers", type=int, metavar="N", help="processes (1)")
    add("--engine", choices=("local", "ray"), default="local", help="where files are worked on")
    add("--fail-on", metavar="SEVERITY", help="exit with 3 at minor, major or critical events and above")
    add("--live", action="append", metavar="SOURCE", help="a pipe, a growing file, - or a list of them (a .txt file, "
        "a source a line): print events as they come")  # fmt: skip
    add("--allow-url", action="store_true", help="let --live open addresses: HLS, DASH, MPEG-TS, RTMP, RTSP")
    add("--idle", type=float, metavar="S", help="--live ends after so many seconds without data (30)")
    add("--restarts", type=int, metavar="N", help="of a --live source that fails, in a row; -1: for ever, as with a "
        "list")  # fmt: skip
    add("--webhook", metavar="URL", help="post events of --live as JSON")
    add("--alert-on", metavar="SEVERITY", help="the least that --webhook is told of (major)")
    add("--cool-down", type=float, metavar="S", help="--webhook hears of the same defect of a source no "
        "more often (300)")  # fmt: skip
    add("--metrics", metavar="[HOST:]PORT", help="serve figures of --live to Prometheus")
    add("--stall", type=float, default=60.0, metavar="S", help="give a file up after so many idle seconds (60)")
    add("--max-pixels", type=int, default=DEFAULT_LIMITS.pixels, metavar="N", help="of a picture")
    add("--max-hours", type=float, default=12.0, metavar="H", help="of a file (12)")


def run(arguments: argparse.Namespace) -> int:
    """Raises `InputError` for what cannot be asked, and where PyAV is not installed."""
    if arguments.paths and str(arguments.paths[0]) == "accept" and not arguments.paths[0].exists():
        return _accept(arguments)
    profile = load_profile(arguments.profile) if arguments.profile else Profile()
    skipped = {*profile.skip, *(defect_names(arguments.skip) if arguments.skip else ())}
    names = tuple(name for name in defect_names(arguments.only) if name not in skipped)
    if not names:
        raise InputError("every detector is skipped, leave one")
    min_score = profile.min_score if arguments.min_score is None else arguments.min_score
    if not 0 <= min_score <= 1:
        raise InputError(f"--min-score {min_score:g}: give 0 to 1")
    profile = replace(profile, min_score=min_score)
    find_tier(arguments.tier)
    fail_on = None if arguments.fail_on is None else Severity.parse(arguments.fail_on)
    for name in ("stall", "max_hours", "max_pixels"):
        if not getattr(arguments, name) > 0:
            raise InputError(f"--{name.replace('_', '-')} {getattr(arguments, name):g}: give more than 0")
    exports = (arguments.report, arguments.csv, arguments.edl, arguments.fcp_xml, arguments.junit)
    journal = None if arguments.json == STANDARD_OUTPUT else arguments.json
    check_outputs([*arguments.paths, arguments.allow_list], journal, *exports)
    if arguments.labels or (arguments.html_media and not arguments.report):
        raise InputError("--labels goes with inspect accept, --html-media with --html")
    if arguments.live and (arguments.paths or any(exports)):
        raise InputError("--live takes no files and makes no report, follow it with --json")
    _check_live(arguments)
    if arguments.workers is None:
        arguments.workers = 1
    if not 1 <= arguments.workers <= 256:
        raise InputError(f"--workers {arguments.workers}: give 1 to 256")
    require_pyav()  # not before now: help and wrong options do without
    from vivavoce.commands.media_inspection import inspect

    return inspect(arguments, names, profile, fail_on)


def _check_live(arguments: argparse.Namespace) -> None:
    """Take no option that would do nothing, and give those of `--live` their defaults."""
    if arguments.cool_down is not None and not arguments.cool_down >= 0:
        raise InputError(f"--cool-down {arguments.cool_down:g}: give 0 or more")
    if arguments.restarts is not None and arguments.restarts < FOR_EVER:
        raise InputError(f"--restarts {arguments.restarts}: give 0 or more, or {FOR_EVER} for ever")
    if arguments.alert_on is not None:
        Severity.parse(arguments.alert_on)
    for names, given, partner in (
        (FILES_ONLY, arguments.live, "files, not with --live"),
        (tuple(LIVE_ONLY), not arguments.live, "--live"),
        (("alert_on", "cool_down"), not arguments.webhook, "--webhook"),
    ):
        for name in names:
            if given and getattr(arguments, name) not in (None, False, "local"):
                raise InputError(f"--{name.replace('_', '-')} goes with {partner}")
    for name, value in LIVE_ONLY.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)


def _accept(arguments: argparse.Namespace) -> int:
    """`inspect accept EVENTS.jsonl … --allow-list FILE`: events of files on disk are no defects from now on."""
    if not arguments.allow_list or len(arguments.paths) < 2:
        raise InputError("use: vivavoce inspect accept EVENTS.jsonl --allow-list FILE")
    require_pyav()
    from vivavoce.commands.accepted_events import accept_events

    return accept_events(arguments.paths[1:], arguments.allow_list, arguments.labels)

"""`vivavoce label PATH… --for sound`: people teach the detectors what these are least sure of."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path

from rich.console import Console

from vivavoce.errors import InputError
from vivavoce.files import check_output
from vivavoce.inspection import require_pyav


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("paths", nargs="+", type=Path, metavar="PATH", help="files, or folders to look through")
    add("--for", dest="kind", metavar="KIND", default="sound", help="sound, or a learned detector of frames (sound)")
    add("--most", type=int, default=60, metavar="N", help="candidates to show, the most informative (60)")
    add("--labels", type=Path, default=Path("labels.jsonl"), help="where answers are added (labels.jsonl)")
    add("--port", type=int, default=0, help="of the page on this machine; 0: any that is free")
    add("--no-browser", action="store_true", help="only say where the page is")


def run(arguments: argparse.Namespace) -> int:
    """Raises `InputError` for an unknown kind and where PyAV or material is missing, `UnavailableError` where the
    detector's addon is."""
    if arguments.most < 1:
        raise InputError("--most: give 1 or more")
    if not 0 <= arguments.port <= 65_535:
        raise InputError(f"--port {arguments.port}: give 1 to 65535, or 0 for any that is free")
    check_output(arguments.labels)
    require_pyav()  # not before now: help and wrong options do without
    from vivavoce.commands.media_files import media_files
    from vivavoce.inspection.labels import LabelServer, find_examples, rank, read_labels

    examples = find_examples(arguments.kind)
    console = Console(stderr=True)
    files = [path.resolve() for path in media_files(arguments.paths)]
    former = read_labels(arguments.labels)
    known = {(label.file, label.start_s) for label in former if label.kind == arguments.kind}

    def report(path: Path, error: str | None) -> None:
        style = "yellow" if error else "dim"
        console.print(error or f"looked through {path}", style=style, markup=False, soft_wrap=True)

    candidates = rank(files, arguments.kind, arguments.most, known, on_file=report)
    if not candidates:
        raise InputError("nothing to label: no media there, or all of it is labelled")
    with LabelServer(candidates, examples.answers, arguments.labels, arguments.port) as server:
        console.print(f"{len(candidates)} candidates at {server.url} (Ctrl-C ends)", markup=False)
        if not arguments.no_browser:
            webbrowser.open(server.url)
        try:
            server.serve()
        except KeyboardInterrupt as stop:
            kept = len(read_labels(arguments.labels)) - len(former)
            console.print(
                f"{arguments.labels} keeps what was labelled ({kept}), the same command goes on", markup=False
            )
            if type(stop) is not KeyboardInterrupt:  # another program's wish is an exit code of its own
                raise
    return 0

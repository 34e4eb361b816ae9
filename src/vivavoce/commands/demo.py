"""`vivavoce demo`: speech said, carried through loss and inspected, on one page to look at and listen to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from vivavoce.demo.journey import walk_journey
from vivavoce.demo.page import demo_page
from vivavoce.errors import InputError
from vivavoce.files import write_text

INTRODUCTION = (
    "vivavoce makes speech from text, brings it through bad networks, and inspects sound and pictures for defects. "
    "All of this page was made on this machine just now, by the commands that it shows."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, default=Path("demo"), help="folder to write into (demo)")


def run(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.output
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder with -o")
    folder.mkdir(parents=True, exist_ok=True)
    sections = walk_journey(folder, run_verb)
    write_text(folder / "index.html", demo_page(INTRODUCTION, sections))
    print(f"{folder / 'index.html'}: open it in a browser", file=sys.stderr)
    return 0


def run_verb(words: Sequence[str]) -> None:
    """Run another verb as the command line would. Raises `InputError` where it fails."""
    verb = import_module(f"vivavoce.commands.{words[0].replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"vivavoce {words[0]}")
    verb.add_arguments(parser)
    code = verb.run(parser.parse_args(words[1:]))
    if code:
        raise InputError(f"vivavoce {words[0]} ended with {code}")

"""`vivavoce batch manifest.jsonl -o DIR`: many texts to many files."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.shard import Shard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("manifest", type=Path, help="a JSON object a line: id, text, and perhaps voice, speaker, format, rate, pitch")
    add("-o", "--output", type=Path, required=True, help="folder for the files, made if it is missing")
    add("--shard", default="1/1", metavar="I/N", help="only every Nth line from the Ith on, for batch schedulers")
    add("--workers", type=int, default=os.cpu_count() or 1, help="processes (one for each core)")
    add("--engine", choices=("processes", "ray"), default="processes", help="ray: on a cluster, through Ray Data")


def run(arguments: argparse.Namespace) -> int:
    try:
        from vivavoce.serve.batch import read_manifest, run_batch, run_batch_by_ray
    except ModuleNotFoundError as error:
        raise InputError(f'a batch needs {error.name}: pip install "vivavoce[serve]"') from error
    if arguments.workers < 1:
        raise InputError(f"--workers {arguments.workers}: give 1 or more")
    if arguments.output.exists() and not arguments.output.is_dir():
        raise InputError(f"{arguments.output}: is no folder, give -o one for the files")
    jobs = read_manifest(arguments.manifest, Shard.parse(arguments.shard))
    if not jobs:
        whole = arguments.shard == "1/1"
        print(f"{arguments.manifest}: no texts {'in it' if whole else 'for shard ' + arguments.shard}", file=sys.stderr)
        return 0
    arguments.output.mkdir(parents=True, exist_ok=True)
    if arguments.engine == "ray":
        outcomes = run_batch_by_ray(jobs, arguments.output)
    else:
        outcomes = run_batch(jobs, arguments.output, arguments.workers)
    done = kept = failed = 0
    seconds = 0.0
    for outcome in outcomes:
        if outcome.error:
            failed += 1
            print(f"vivavoce: {outcome.id}: {outcome.error}", file=sys.stderr)
            continue
        done, kept = done + outcome.is_new, kept + (not outcome.is_new)
        seconds += outcome.seconds
        if sys.stderr.isatty():
            print(f"\r{done + kept + failed} of {len(jobs)}", end="", file=sys.stderr)
    print(f"{done} spoken, {kept} were there, {failed} failed, {seconds:.1f} s of speech", file=sys.stderr)
    return 2 if failed else 0

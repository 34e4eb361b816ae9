"""`vivavoce listening-test analyse PATH`: who counts, means, contrasts, one page and one JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from vivavoce.commands.listening import require_extra


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("results", type=Path, help="a test's folder, or a file of webMUSHRA's, pymushra's or P.808's")
    add("-o", "--output", type=Path, default=Path("listening-test.html"), help="page to write (listening-test.html)")
    add("--json", type=Path, help="write everything as numbers here")
    add("--baseline", metavar="SYSTEM", help="compare the others with this one; otherwise all pairs are compared")
    add("--by-group", action="store_true", help="also by groups of items: complex-01, complex-02, … are one")
    add("--everybody", action="store_true", help="leave nobody out by post-screening")
    add("--pattern", help="regular expression with the groups system and item, for names of P.808's clips")


def run(arguments: argparse.Namespace) -> int:
    require_extra()
    from vivavoce.files import check_outputs, write_text
    from vivavoce.listening.analysis import analyse, as_json
    from vivavoce.listening.codec import read_test
    from vivavoce.listening.foreign import read_foreign
    from vivavoce.listening.report import SIMULATED, report_page, summary_lines
    from vivavoce.listening.results import by_group, read_folder

    path: Path = arguments.results
    check_outputs([path], arguments.output, arguments.json)
    everything = read_folder(path) if path.is_dir() else [read_foreign(path, arguments.pattern)]
    if arguments.by_group:
        everything += [group for results in everything for group in by_group(results)]
    analyses = [analyse(results, arguments.baseline, arguments.everybody) for results in everything]
    title = read_test(path).name if path.is_dir() else path.name
    write_text(arguments.output, report_page(title, analyses))
    if arguments.json:
        document = {"results": path.name, "analyses": [as_json(analysis) for analysis in analyses]}
        write_text(arguments.json, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    for analysis in analyses:
        if analysis.simulated:
            print(SIMULATED)
        if analysis.group:
            print(f"{analysis.group}:")
        print("\n".join(summary_lines(analysis)))
        for exclusion in analysis.exclusions:
            print(f"left out: {exclusion.listener}: {exclusion.reason}")
    return 0

"""`vivavoce addons list|check|show|import`: what models there are, whether they are whole, and other people's."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from vivavoce.blocks import Addon, Target, addons, find_addon, load_addon, read_target
from vivavoce.commands.console import wide_console
from vivavoce.commands.wording import with_noun
from vivavoce.errors import InputError
from vivavoce.json_types import is_list, is_object

MIN_SUMMARY = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    lists = actions.add_parser("list", help="every addon that has a name here")
    check = actions.add_parser("check", help="read every file, check hashes, build the stack")
    check.add_argument("addon", nargs="+", metavar="PATH", help="a folder, a zip, or a name")
    check.add_argument("--target", help="where to run the networks, in place of what the addon asks for")
    show = actions.add_parser("show", help="what an addon says of itself")
    show.add_argument("addon", metavar="NAME", help="a name, a folder or a zip")
    imports = actions.add_parser("import", help="make an addon of a voice of another project")
    sources = "hibari or kokoro (the packages), or an .onnx file of hibari, Kokoro or Piper"
    imports.add_argument("source", metavar="SOURCE", help=sources)
    imports.add_argument(
        "--voices", type=Path, metavar="PATH", help="Kokoro's voices: a folder of .bin files, or an .npz"
    )
    imports.add_argument("--speakers", metavar="NAMES", help="which of them, with commas between (all English ones)")
    imports.add_argument("-o", "--output", type=Path, metavar="FOLDER", help="where to (among your own addons)")
    imports.add_argument("--name", help="what it is called here (after the file)")
    for action in (lists, check, show, imports):
        action.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace) -> int:
    """Raises `InputError` for an addon that is not there or not right; `check` tells of all and returns 2."""
    if arguments.action == "list":
        return _list(arguments.json)
    if arguments.action == "check":
        target = arguments.target and read_target(arguments.target, "--target")
        return _check(arguments.addon, target, arguments.json)
    if arguments.action == "import":
        return _import(arguments)
    return _show(load_addon(find_addon(arguments.addon)), arguments.json)


def _list(as_json: bool) -> int:
    rows = [_row(name, path) for name, path in addons().items()]
    if as_json:
        _print_json(rows)
        return 0
    if not _on_terminal():  # a line an addon, for grep and cut
        for row in rows:
            print("\t".join(_cells(row)))
        return 0
    # Speakers are left to `show`: at 80 columns their names leave no room for what an addon is.
    table = Table(box=None, pad_edge=False)
    for head in ("name", "kind", "size", "licence"):
        table.add_column(head, no_wrap=True, overflow="fold", justify="right" if head == "size" else "left")
    table.add_column("summary", min_width=MIN_SUMMARY)
    for row in rows:
        table.add_row(*map(Text, _cells(row)))
    wide_console().print(table if rows else "no addons")
    return 0


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    size = f"{row['bytes'] / 1e6:.1f} MB" if "bytes" in row else ""
    return row["name"], row.get("kind", ""), size, row.get("licence", ""), row.get("summary", row.get("error", ""))


def _row(name: str, path: Path) -> dict[str, Any]:
    try:
        said = load_addon(path).manifest
    except InputError as error:
        return {"name": name, "path": str(path), "error": str(error)}
    return {
        "name": name,
        "path": str(path),
        "kind": said.kind,
        "summary": said.summary,
        "licence": said.licence,
        "speakers": list(said.speaker_names),
        "sample_rate_hz": said.sample_rate_hz,
        "bytes": said.total_bytes,
    }


def _check(names: list[str], target: Target | None, as_json: bool) -> int:
    results = [_check_addon(name, target) for name in names]
    if as_json:
        _print_json(results)
    else:
        found, faults = wide_console(soft_wrap=True), Console(stderr=True, soft_wrap=True, highlight=False)
        for result in results:
            if result["error"] is None:
                found.print(Text(f"{result['addon']}: ok", style="green"))
            else:
                faults.print(Text(result["error"], style="red"))
    return 2 if any(result["error"] for result in results) else 0


def _check_addon(name: str, target: Target | None) -> dict[str, Any]:
    try:
        load_addon(find_addon(name)).check(target)
    except InputError as error:
        return {"addon": name, "ok": False, "error": str(error)}
    return {"addon": name, "ok": True, "error": None}


def _import(arguments: argparse.Namespace) -> int:
    from vivavoce.voice.importers import default_name, free_target, import_voice, install

    source, name, folder = arguments.source, arguments.name, arguments.output
    free_target(name or default_name(source), folder)
    speakers = [part.strip() for part in (arguments.speakers or "").split(",") if part.strip()]
    with _measuring() as tell:
        voice = import_voice(source, name, voices=arguments.voices, speakers=speakers, tell=tell)
    addon = install(voice, folder)
    if arguments.json:
        _print_json(_row(addon.manifest.name, addon.path))
        return 0
    called = addon.manifest.name if folder is None else str(addon.path)
    print(f"{addon.path}: {addon.manifest.summary}; licence: {addon.manifest.licence}")
    print(f'To hear it: vivavoce speak --voice {called} "Hello there."')
    return 0


@contextmanager
def _measuring() -> Generator[Callable[[int, int], None]]:
    """A bar on standard error if that is a terminal, for as long as speakers are measured."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda done, total: None
        return
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        shown = bars.add_task("speakers are measured")
        yield lambda done, total: bars.update(shown, completed=done, total=total)


def _show(addon: Addon, as_json: bool) -> int:
    said = addon.manifest
    if as_json:
        _print_json({"path": str(addon.path), **asdict(said)})
        return 0
    console = wide_console()
    facts = Table.grid(padding=(0, 2))
    for label, value in _facts(addon):
        facts.add_row(Text(label, style="bold"), Text(value))
    console.print(facts)
    console.print()
    console.print(_networks(addon))
    wires = Table("reads", "type", "from", box=None, pad_edge=False)
    for source, reads in (("data", said.input_specs()), ("upstream", said.upstream_specs())):
        for name, spec in reads.items():
            wires.add_row(Text(name), Text(str(spec)), source)
    console.print()
    console.print(wires)
    tree = Tree(Text("stack", style="bold"))
    for item in said.stack if is_list(said.stack) else [said.stack]:
        _grow(tree, item)
    console.print()
    console.print(tree)
    return 0


def _networks(addon: Addon) -> Table:
    table = Table("network", "role", "target", "file", "size", box=None, pad_edge=False)
    for name, network in addon.manifest.networks.items():
        size = f"{addon.manifest.files[network.file].bytes / 1e6:.2f} MB"
        target = network.target if isinstance(network.target, str) else json.dumps(network.target)
        table.add_row(*map(Text, (name, network.role, target, network.file, size)))
    return table


def _facts(addon: Addon) -> Iterator[tuple[str, str]]:
    said = addon.manifest
    yield "name", f"{said.name} ({said.kind})"
    yield "summary", said.summary
    yield "path", str(addon.path)
    yield "licence", said.licence
    yield "attribution", said.attribution
    if said.sample_rate_hz:
        yield "sample rate", f"{said.sample_rate_hz} Hz"
    if said.speakers:
        yield "speakers", ", ".join(said.speaker_names)
    yield "size", f"{said.total_bytes / 1e6:.1f} MB in {with_noun(len(said.files), 'file')}"
    yield "trained on", ", ".join(said.provenance.data)
    yield "recipe", f"{said.provenance.recipe}, {said.provenance.steps} steps, {said.provenance.hardware}"
    for name, value in said.provenance.figures.items():
        yield name, f"{value:g}"


def _grow(tree: Tree, value: Any) -> None:
    """Add one JSON object of a stack, its parameters on its line and its nested objects below."""
    nested: dict[str, Any] = {key: item for key, item in value.items() if isinstance(item, (dict, list))}
    plain = " ".join(f"{key}={item}" for key, item in value.items() if key not in nested and key != "type")
    branch = tree.add(Text(f"{value['type']} {plain}".strip()))
    for item in nested.values():
        for child in item if is_list(item) else [item]:
            if is_object(child) and "type" in child:
                _grow(branch, child)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))

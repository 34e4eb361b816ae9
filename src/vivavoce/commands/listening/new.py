"""`vivavoce listening-test new`: from a few lines to a folder that is the whole test."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vivavoce.commands.listening import require_extra
from vivavoce.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("recipe", nargs="?", help="a YAML file, ours or webMUSHRA's, or the name of a shipped test (--list)")
    add("-o", "--output", type=Path, default=Path("listening-test"), help="folder to make (listening-test)")
    add("--list", action="store_true", help="list the shipped tests and stop")
    add("--kind", help="mushra (unless said otherwise), bs1116, abx, ab, ccr, mos, transcription, identity or likert")
    add("--systems", help="instead of a YAML file: prosody systems, or NAME=FOLDER of sounds, divided by commas")
    add("--texts", help="what is said: a file with a text on each line")
    add("--reference", help="folder of recordings, named as the items are")
    add("--recordings", help="folder of recordings to copy the prosody of, or to send through a network")
    add("--speaker", help="who says it, where the recipe does not tell")
    add("--anchors", action="store_true", help="add the 3.5 and 7 kHz anchors of BS.1534")
    add("--rate", type=int, metavar="HZ", help="bring all sounds to this rate")
    add("--lenient", action="store_true", help="allow long, clipped and equal stimuli, and more than 12 in a trial")
    add("--root", type=Path, help="where the paths of a webMUSHRA file begin (its own folder)")
    add("--p808", metavar="ADDRESS", help="also write the clips of a mos test for P.808's toolkit, to be found there")
    add("--webmushra", type=Path, metavar="YAML", help="also write the built test as a webMUSHRA configuration")


def run(arguments: argparse.Namespace) -> int:
    require_extra()
    from vivavoce.files import check_outputs, write_text
    from vivavoce.listening.build import build
    from vivavoce.listening.checks import check_folder
    from vivavoce.listening.p808 import write_p808
    from vivavoce.listening.recipe import read_rate
    from vivavoce.listening.shipped import shipped_tests
    from vivavoce.listening.webmushra_export import to_webmushra
    from vivavoce.listening.yaml_file import dump_yaml

    if arguments.list:
        for name, summary in shipped_tests().items():
            print(f"{name:24}{summary}")
        return 0
    check_folder(arguments.output)
    inputs = (Path(arguments.recipe) if arguments.recipe else None, arguments.texts and Path(arguments.texts))
    check_outputs(inputs, arguments.webmushra)
    rate_hz = read_rate(arguments.rate, "--rate")
    with _rendered(arguments.output) as rendered:
        test, settings = _test(arguments, rendered)
        if rate_hz is not None:
            settings["rate_hz"] = rate_hz
        if arguments.lenient:
            settings["strict"] = False
        made = build(test, arguments.output, told=_tell, **settings)
    if arguments.webmushra:
        write_text(arguments.webmushra, dump_yaml(to_webmushra(made, f"{arguments.output}/")))
    if arguments.p808:
        for path in write_p808(made, arguments.output, arguments.p808):
            _tell(str(path))
    trials = list(made.trials())
    print(f"{arguments.output}: {len(trials)} trials, {made.loudness_lufs:.1f} LUFS", file=sys.stderr)
    return 0


def _test(arguments: argparse.Namespace, rendered: Path) -> tuple[Any, dict[str, Any]]:
    """The test with its files anywhere, those that are made for it in `rendered`, and how it is built."""
    from vivavoce.listening.compose import compose, file_sounds, rendered_systems
    from vivavoce.listening.recipe import recipe_of
    from vivavoce.listening.shipped import shipped_test
    from vivavoce.listening.webmushra import is_webmushra, read_webmushra
    from vivavoce.listening.yaml_file import read_yaml

    if (arguments.recipe is None) == (arguments.systems is None):
        raise InputError("give a YAML file or the name of a shipped test (--list shows them), or --systems")
    folder, place = Path(), "options"
    value: dict[str, Any] = {"id": arguments.output.name}
    if arguments.recipe is not None:
        path = shipped_test(arguments.recipe) or Path(arguments.recipe)
        value = read_yaml(path)
        folder, place = path.parent, str(path)
        if is_webmushra(value):
            test, notices = read_webmushra(path, arguments.root)
            for notice in notices:
                _tell(notice)
            return test, {}
    value |= _options(arguments)
    recipe = recipe_of(value, place, folder)
    sounds = file_sounds(recipe)
    if rendered_systems(recipe) or recipe.traps:
        from vivavoce.listening.render import render_all

        sounds |= render_all(recipe, rendered, _tell)
    settings = {"rate_hz": recipe.rate_hz, "strict": recipe.strict, "loudness_lufs": recipe.loudness_lufs}
    return compose(recipe, sounds), settings


@contextmanager
def _rendered(output: Path) -> Generator[Path, None, None]:
    """Where sounds lie until the test is built. One that is not built keeps them, and says so: it goes on from there
    when it is asked for again."""
    folder = output.with_name(f".{output.name}.rendered")
    try:
        yield folder
    except BaseException:
        if folder.is_dir():
            _tell(f"{folder}: keeps what was rendered; the same command goes on from there, or remove it")
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the command line says, as a YAML file would say it; paths are made absolute."""
    said: dict[str, Any] = {}
    if arguments.systems is not None:
        pairs = [system.partition("=") for system in arguments.systems.split(",")]
        said["systems"] = {name: str(Path(folder).resolve()) if folder else None for name, _, folder in pairs}
        if len(said["systems"]) < len(pairs):
            raise InputError("--systems: a system is there twice")
    for name in ("texts", "reference", "recordings"):
        if getattr(arguments, name):
            said[name] = str(Path(getattr(arguments, name)).resolve())
    for name in ("kind", "speaker"):
        if getattr(arguments, name):
            said[name] = getattr(arguments, name)
    return {**said, "anchors": True} if arguments.anchors else said


def _tell(line: str) -> None:
    print(line, file=sys.stderr)

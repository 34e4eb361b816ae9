"""`vivavoce completion`: what a shell needs to complete verbs and options."""

# pyright: reportPrivateUsage=false
# (argparse tells of its verbs and options through private names alone)

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from vivavoce.commands.parser import make_full_parser
from vivavoce.errors import InputError

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "shell", choices=SHELLS, help="put its output where the shell looks, see docs/how-to/complete.md"
    )


def run(arguments: argparse.Namespace) -> int:
    parser = make_full_parser()
    if arguments.shell == "fish":
        print("\n".join(_fish(parser)))
        return 0
    try:
        import shtab
    except ModuleNotFoundError as error:
        raise InputError('completion for bash and zsh needs shtab: pip install "vivavoce[completion]"') from error
    print(shtab.complete(parser, arguments.shell))
    return 0


def _fish(parser: argparse.ArgumentParser) -> Iterator[str]:
    """One line for each verb and each option; shtab knows no fish."""
    yield "complete -c vivavoce -n __fish_use_subcommand -f"
    verbs: Any = next(action for action in parser._actions if isinstance(action.choices, dict))
    summaries: dict[str, str] = {choice.dest: choice.help or "" for choice in verbs._choices_actions}
    choices: dict[str, argparse.ArgumentParser] = verbs.choices
    for name, verb in choices.items():
        yield f"complete -c vivavoce -n __fish_use_subcommand -f -a {name} -d {_quote(summaries[name])}"
        for action in verb._actions:
            words = [word for option in action.option_strings for word in _option(option)]
            if not words:
                continue
            words += [] if action.nargs == 0 else ["-r"]
            if action.choices:
                words += ["-f", "-a", _quote(" ".join(map(str, action.choices)))]
            if action.help and action.help is not argparse.SUPPRESS:
                words += ["-d", _quote(action.help)]
            yield f"complete -c vivavoce -n '__fish_seen_subcommand_from {name}' {' '.join(words)}"


def _option(option: str) -> list[str]:
    return ["-l", option[2:]] if option.startswith("--") else ["-s", option[1:]]


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("%%", "%") + "'"

"""`vivavoce listening-test new | serve | analyse | plan | simulate`: tests with people."""

from __future__ import annotations

import argparse
from importlib import import_module
from types import ModuleType

ACTIONS = {
    "new": "build a test: render or take stimuli, match, align and check them",
    "serve": "the page for listeners",
    "analyse": "who counts, means, contrasts: one page and one JSON",
    "simulate": "simulated listeners take a test, to see what it will look like",
    "plan": "how many people a test needs: power by simulation, minutes and money",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, summary in ACTIONS.items():
        action = actions.add_parser(name, help=summary, description=summary)
        module = _module(name)
        module.add_arguments(action)
        action.set_defaults(act=module.run)


def run(arguments: argparse.Namespace) -> int:
    """Raises `InputError` for bad input, and where the extra `listening` is not installed."""
    return arguments.act(arguments)


def _module(name: str) -> ModuleType:
    return import_module(f"vivavoce.commands.listening.{name}")

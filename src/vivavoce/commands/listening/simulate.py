"""`vivavoce listening-test simulate FOLDER`: simulated listeners take a test, to see what it will look like."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vivavoce.commands.listening import require_extra
from vivavoce.errors import InputError

if TYPE_CHECKING:
    from vivavoce.listening.listeners import Behaviour


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("folder", type=Path, help="a test that new has made; answers are kept in it, marked as simulated")
    add("--listeners", type=int, default=20, metavar="N", help="honest listeners (20)")
    add("--cheats", default="", metavar="KIND=N,…", help="listeners who are random, lazy or confused")
    add("--means", default="", metavar="SYSTEM=POINTS,…", help="what systems are worth, of 100")
    add("--seed", type=int, default=0, help="of everything that is drawn (0)")


def run(arguments: argparse.Namespace) -> int:
    require_extra()
    from vivavoce.listening.codec import read_test
    from vivavoce.listening.listeners import Behaviour
    from vivavoce.listening.store import alone

    cheats = _numbers(arguments.cheats, "--cheats")
    if unknown := set(cheats) - {"random", "lazy", "confused"}:
        raise InputError(f"--cheats: {', '.join(unknown)}: there are random, lazy and confused")
    people = [Behaviour.HONEST] * arguments.listeners
    people += [Behaviour(kind) for kind, count in cheats.items() for _ in range(int(count))]
    if not 1 <= len(people) <= 1000 or arguments.listeners < 0:
        raise InputError("--listeners: give 1 to 1000")
    read_test(arguments.folder)
    with alone(arguments.folder):
        return _simulate(arguments, people)


def _simulate(arguments: argparse.Namespace, people: list[Behaviour]) -> int:
    from vivavoce.listening.hall import Hall
    from vivavoce.listening.server import serving
    from vivavoce.listening.simulation import SimulatedListener, take_test, usual_means

    hall = Hall(arguments.folder)
    if any(record.answers and not record.simulated for record in hall.records):
        raise InputError(f"{arguments.folder}: people have taken this test, simulate on a copy of it")
    means = usual_means(hall.test) | _numbers(arguments.means, "--means")
    first = len(hall.records)
    with serving(hall) as url, ThreadPoolExecutor(8) as pool:
        listeners = [SimulatedListener(means, first + i, kind, seed=arguments.seed) for i, kind in enumerate(people)]
        list(pool.map(partial(take_test, url, arguments.folder), listeners))
    told = ", ".join(f"{name} {value:g}" for name, value in means.items())
    print(f"{arguments.folder}: {len(people)} simulated listeners; systems worth {told}", file=sys.stderr)
    return 0


def _numbers(text: str, option: str) -> dict[str, float]:
    """`name=number` pairs. Raises `InputError`."""
    made: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        try:
            made[name] = float(value)
        except ValueError:
            raise InputError(f"{option}: expected NAME=NUMBER, not {part!r}") from None
        if not 0 <= made[name] <= 100:
            raise InputError(f"{option}: {name}: give 0 to 100")
    return made

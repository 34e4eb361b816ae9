"""`vivavoce listening-test plan`: people, minutes and money for an effect."""

from __future__ import annotations

import argparse

from vivavoce.commands.listening import require_extra


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--effect", type=float, default=6.0, metavar="POINTS", help="the difference to be found, in points of 100 (6)")
    add("--listeners", type=int, metavar="N", help="people whose answers count; without it, the fewest are looked for")
    add("--items", type=int, default=20, metavar="N", help="texts or excerpts (20)")
    add("--systems", type=int, default=2, metavar="N", help="systems, all pairs of which are compared (2)")
    add("--signals", type=int, default=3, metavar="N", help="reference and anchors in each trial (3)")
    add("--power", type=float, default=0.8, help="wanted chance to find the effect (0.8)")
    add("--seconds", type=float, default=5.0, help="length of a stimulus (5)")
    add("--price", type=float, default=12.0, metavar="EUROS", help="what an hour of listening is paid (12)")
    add("--tests", type=int, default=2000, metavar="N", help="simulated tests (2000)")


def run(arguments: argparse.Namespace) -> int:
    require_extra()
    from vivavoce.errors import InputError
    from vivavoce.listening.power import Design, cost, fewest_listeners, power

    if not 0 < arguments.power < 1:
        raise InputError("--power: give a chance between 0 and 1")
    if not 100 <= arguments.tests <= 100_000:
        raise InputError("--tests: give 100 to 100000")
    shared = (arguments.items, arguments.systems, arguments.signals, arguments.seconds)
    design = Design(arguments.effect, 30 if arguments.listeners is None else arguments.listeners, *shared)
    if arguments.listeners is None:
        fewest = fewest_listeners(design, arguments.power)
        if fewest is None:
            raise InputError(
                f"{arguments.effect:g} points cannot be found with {arguments.items} items, however many people "
                "listen: give more --items"
            )
        design = Design(arguments.effect, fewest, *shared)
    chance = power(design, tests=arguments.tests)
    needed = cost(design, arguments.price)
    people = f"{design.listeners} listeners x {design.items} items"
    print(f"{people}: {design.effect:g} points are found in {chance:.0%} of tests")
    print(f"invite {needed.people} (some will not count), {needed.minutes:.0f} minutes each, {needed.price:.0f} euros")
    return 0

"""The options that choose a prosody."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from vivavoce.errors import InputError

if TYPE_CHECKING:
    from vivavoce.prosody import ModelProsody

DEFAULT_PROSODY = "auto"


def add_prosody_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--prosody",
        default=DEFAULT_PROSODY,
        metavar="SYSTEM",
        help=f"what chooses the prosody of a sentence: auto, none, kathaka, camp, selection, centroid, or one of an "
        f"installed package ({DEFAULT_PROSODY})",
    )
    add("--temperature", type=float, default=0.0, help="kathaka: 0 speaks the mean, 1 a sample (0 to 1)")
    add("--seed", type=int, default=0, help="kathaka: which sample")
    add("--explain", action="store_true", help="selection: show the sentences that were chosen, and why")


def read_prosody(arguments: argparse.Namespace) -> ModelProsody | None:
    """The system that was asked for. Raises `InputError` for options that do not go together."""
    if arguments.explain and arguments.prosody != "selection":
        raise InputError("--explain shows what a selection chose, give --prosody selection")
    warn_of_seed(arguments.seed, arguments.temperature)
    if arguments.prosody == "none" and not arguments.temperature:
        return None
    from vivavoce.prosody import prosody_source

    explain = _to_standard_error if arguments.explain else None
    return prosody_source(arguments.prosody, arguments.temperature, arguments.seed, explain)


def warn_of_seed(seed: int, temperature: float) -> None:
    """Say on standard error that a seed changes nothing where nothing is sampled."""
    if seed > 0 and not temperature:
        _to_standard_error(
            f"vivavoce: --seed {seed} changes nothing, for nothing is sampled at --temperature 0; "
            "add --prosody kathaka --temperature 1"
        )


def _to_standard_error(line: str) -> None:
    print(line, file=sys.stderr)

"""The options that choose a prosody system, for every verb that speaks."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from vivavoce.errors import InputError

if TYPE_CHECKING:
    from vivavoce.prosody import Speaking

SYSTEMS = ("kathaka", "camp", "selection", "centroid", "none")
"""As `vivavoce.prosody.SYSTEMS`, which is not imported to speak without."""


def add_prosody_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--prosody", choices=SYSTEMS, default="none", help="which model chooses the prosody of a sentence")
    add("--variety", type=float, default=0.0, help="kathaka: 0 speaks the mean, 1 a sample (0 to 1)")
    add("--seed", type=int, default=0, help="kathaka: which sample")
    add("--explain", action="store_true", help="selection: show the sentences that were chosen, and why")


def prosody_of(arguments: argparse.Namespace) -> Speaking | None:
    """The system that was asked for. Raises `InputError` for options that do not go together."""
    if arguments.explain and arguments.prosody != "selection":
        raise InputError("--explain shows what a selection chose, give --prosody selection")
    if arguments.prosody == "none" and not arguments.variety:
        return None
    from vivavoce.prosody import speaking

    explain = _to_standard_error if arguments.explain else None
    return speaking(arguments.prosody, arguments.variety, arguments.seed, explain)


def _to_standard_error(line: str) -> None:
    print(line, file=sys.stderr)

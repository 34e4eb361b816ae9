"""How the command `vivavoce` starts: Ctrl-C while it is being loaded ends it as later, without a traceback."""

from __future__ import annotations

import sys


def run() -> None:
    """The command. It ends with exit code 130 where it is interrupted before, or after, `vivavoce.cli` sees to that."""
    try:
        from vivavoce.cli import run as run_command

        run_command()
    except KeyboardInterrupt:
        print("vivavoce: interrupted", file=sys.stderr)
        raise SystemExit(130) from None

"""`python -m vivavoce` is the command `vivavoce`."""

from vivavoce.cli import run

run()

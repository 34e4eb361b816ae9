"""`python -m vivavoce` is the command `vivavoce`."""

from vivavoce.start import run

run()

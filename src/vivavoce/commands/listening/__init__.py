"""The actions of `vivavoce listening-test`, a file each."""

from __future__ import annotations

from vivavoce.errors import InputError

EXTRA = ("scipy", "yaml", "starlette", "uvicorn")


def require_extra() -> None:
    """Check for the packages of the extra. Raises `InputError` where the extra `listening` is not installed."""
    from importlib.util import find_spec

    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        raise InputError(f'listening tests need {", ".join(missing)}: pip install "vivavoce[listening]"')

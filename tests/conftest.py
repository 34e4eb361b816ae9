"""Properties are checked without a clock: machines that test are often busy."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints

import pytest
from hypothesis import settings

from vivavoce.plugins import all_plugins

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """Entry points that stand for all that packages have registered; none until a test adds some."""
    points: list[EntryPoint] = []
    monkeypatch.setattr("vivavoce.plugins.entry_points", lambda: EntryPoints(points))
    all_plugins.cache_clear()
    yield points
    all_plugins.cache_clear()

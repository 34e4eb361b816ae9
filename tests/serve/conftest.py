"""One server on loopback for all tests of the room, with the voice that ships."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serve.running import Running
from vivavoce.serve import Settings
from vivavoce.serve.service import Service, build_service


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    built = build_service(Settings(port=0, sentence_delay_s=0.1, idle_s=20, stall_s=5))
    built.engine.warm()
    yield built
    built.engine.close()


@pytest.fixture(scope="session")
def server(service: Service) -> Iterator[Running]:
    with Running(service) as running:
        yield running

"""The wrapper for Ray Serve, by a stand-in that does with a deployment what Ray does: builds it, then calls it as ASGI."""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from vivavoce.errors import InputError
from vivavoce.serve import Settings, ray_serve


class Ray(ModuleType):
    """`ray.serve`; answers `/health` by the application that it was given."""

    def __init__(self) -> None:
        super().__init__("ray.serve")
        self.told: dict[str, Any] = {}
        self.answers: list[dict[str, Any]] = []

    def start(self, **options: Any) -> None:
        self.told["start"] = options

    def ingress(self, build: Any) -> Any:
        return lambda kind: SimpleNamespace(bind=lambda: build)

    def deployment(self, **options: Any) -> Any:
        self.told["deployment"] = options
        return lambda deployed: deployed

    def run(self, build: Any, **options: Any) -> None:
        asyncio.run(self._ask(build()))

    async def _ask(self, app: Any) -> None:
        scope = {
            "type": "http", "method": "GET", "path": "/health", "raw_path": b"/health", "query_string": b"",
            "headers": [(b"host", b"localhost")], "root_path": "", "server": ("127.0.0.1", 8880), "extensions": {},
        }  # fmt: skip

        asked = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            return asked.pop() if asked else await asyncio.Future()

        async def send(message: dict[str, Any]) -> None:
            self.answers.append(message)

        await app(scope, receive, send)


def test_a_deployment_builds_its_own_application(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = Ray()
    monkeypatch.setitem(sys.modules, "ray", ModuleType("ray"))
    monkeypatch.setitem(sys.modules, "ray.serve", ray)
    interval_s = sys.getswitchinterval()
    assert ray_serve.run(Settings(workers=3, port=8881)) == 0
    sys.setswitchinterval(interval_s)
    assert ray.told["start"]["http_options"] == {"host": "127.0.0.1", "port": 8881}
    assert ray.told["deployment"]["num_replicas"] == 3
    assert [answer.get("status") for answer in ray.answers] == [200, None]


def test_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray.serve", None)
    with pytest.raises(InputError, match="pip install"):
        ray_serve.run(Settings())


def test_what_ray_cannot_listen_on() -> None:
    with pytest.raises(InputError, match="wyoming"):
        ray_serve.run(Settings(wyoming="127.0.0.1:10200"))

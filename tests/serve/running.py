"""A server in a thread, and requests to it as any program sends them."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from vivavoce.serve.admission import Admission
from vivavoce.serve.listening import tcp_socket
from vivavoce.serve.server import Server
from vivavoce.serve.service import Service
from vivavoce.serve.settings import Settings


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def events(self) -> list[Any]:
        """The data of server-sent events."""
        return [json.loads(event.removeprefix(b"data: ")) for event in self.body.split(b"\n\n") if event]


class Running:
    """A service behind a port of its own; `settings` replaces some of the service's."""

    def __init__(self, service: Service, **settings: Any) -> None:
        changed = replace(service.settings, **settings)
        self.service = replace(service, settings=changed, admission=Admission(changed, service.metrics))
        self._socket = tcp_socket("127.0.0.1", 0)
        self.port: int = self._socket.getsockname()[1]
        self._wyoming = tcp_socket("127.0.0.1", 0)
        self.wyoming_port: int = self._wyoming.getsockname()[1]
        self._server = Server(self.service, self._wyoming, keep_engine=True)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    @property
    def settings(self) -> Settings:
        return self.service.settings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def stop(self) -> None:
        """As on SIGTERM."""
        self._server.should_exit = True

    def tasks(self) -> int:
        """Requests that are not ended."""
        return len(self._server.server_state.tasks)

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        connection = self.connection()
        try:
            data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            connection.request(method, path, data, headers or {})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def speak(self, **fields: Any) -> Answer:
        """OpenAI's endpoint."""
        return self.request("POST", "/v1/audio/speech", {"model": "tts-1", "input": "Hi.", "voice": "alloy", **fields})

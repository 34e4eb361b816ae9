"""One process: warming, signals, the end in good order, the log."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import signal
import socket
import sys
import time
from collections.abc import Sequence
from types import FrameType

import uvicorn

from vivavoce.serve.app import create_app
from vivavoce.serve.connection import Connections, HttpConnection, WebSocketConnection
from vivavoce.serve.listening import Listeners
from vivavoce.serve.memory import give_back_free_memory, keep_no_free_memory, keep_what_is_there
from vivavoce.serve.protocols.wyoming import WyomingServer
from vivavoce.serve.service import Service, build_service
from vivavoce.serve.settings import Settings

SWITCH_INTERVAL_S = 0.0005
"""How long a thread may hold the interpreter while the event loop waits for it."""
GRACE_S = 5
"""How long connections may take to end after all was said."""
logger = logging.getLogger("vivavoce.serve")


class Server(uvicorn.Server):
    """Lets what is being said come to its end before connections are closed."""

    def __init__(self, service: Service, wyoming: socket.socket | None = None, *, keep_engine: bool = False) -> None:
        super().__init__(server_config(service))
        self.server_state = Connections(most=service.settings.max_connections * 3 // 4)
        self._service, self._keep_engine = service, keep_engine
        self._wyoming = WyomingServer(service, wyoming) if wyoming else None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal ends the server in good order, which is no failure; a second Ctrl-C ends it at once."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._wyoming:
            await self._wyoming.start()
        self._tidying = asyncio.create_task(give_back_free_memory())
        for address in _addresses(sockets or []):
            logger.info("ready on %s", address)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        speaking = self._service.admission.speaking
        logger.info("shutting down%s", f", {speaking} texts are still being said" if speaking else "")
        if not await self._service.admission.drain(0 if self.force_exit else self._service.settings.drain_s):
            logger.warning("stopped before all was said")
        if self._wyoming:
            await self._wyoming.stop()
        self._tidying.cancel()
        await super().shutdown(sockets)
        if not self._keep_engine:
            self._service.engine.close()


def serve(settings: Settings, listeners: Listeners) -> None:
    """One process of the server, from loading its voices to its end."""
    _configure_logging(settings)
    _raise_file_limit()
    Server(build_warm_service(settings), listeners.wyoming).run(listeners.http)


def build_warm_service(settings: Settings) -> Service:
    """The service of a process that is about to serve: its voices have spoken once, its event loop waits for no thread.

    Raises `InputError` as `build_service` does.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    keep_no_free_memory()
    begun_s = time.perf_counter()
    service = build_service(settings)
    service.engine.warm()
    keep_what_is_there()
    logger.info("%d speakers, warm after %.1f s", len(service.engine.speakers), time.perf_counter() - begun_s)
    return service


def server_config(service: Service) -> uvicorn.Config:
    """How uvicorn is to run the application."""
    settings = service.settings
    return uvicorn.Config(
        create_app(service),
        http=HttpConnection,
        ws=WebSocketConnection,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=settings.max_body_bytes,
        limit_concurrency=settings.max_connections + 1,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_S,
    )


def _raise_file_limit() -> None:
    """As many connections as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class JsonFormatter(logging.Formatter):
    """A line of JSON for each record; what a request's line says are fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {"time": self.formatTime(record), "level": record.levelname, "logger": record.name}
        fields.update(record.args if isinstance(record.args, dict) else {"message": record.getMessage()})
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str)


def _configure_logging(settings: Settings) -> None:
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(JsonFormatter() if settings.log == "json" else text)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in ("uvicorn", "aioice", "aiortc"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _addresses(sockets: Sequence[socket.socket]) -> list[str]:
    names = [listening.getsockname() for listening in sockets]
    return [name if isinstance(name, str) else f"http://{_host(name[0])}:{name[1]}" for name in names]


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address

"""The process: sockets, warming, signals, workers."""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from pathlib import Path

import uvicorn

from vivavoce.errors import InputError
from vivavoce.serve.app import create_app
from vivavoce.serve.connection import Connections, HttpConnection, WebSocketConnection
from vivavoce.serve.memory import give_back_free_memory, keep_no_free_memory
from vivavoce.serve.protocols.wyoming import WyomingServer, parse_address
from vivavoce.serve.service import Service, build_service
from vivavoce.serve.settings import Settings

SWITCH_INTERVAL_S = 0.0005
"""How long a thread may hold the interpreter while the event loop waits for it."""
_GRACE_S = 5
logger = logging.getLogger("vivavoce.serve")


class Server(uvicorn.Server):
    """Lets what is being said come to its end before connections are closed."""

    def __init__(self, service: Service, wyoming: socket.socket | None = None, *, keep_engine: bool = False) -> None:
        super().__init__(server_config(service))
        self.server_state = Connections(most=service.settings.max_connections * 3 // 4)
        self._service, self._keep_engine = service, keep_engine
        self._wyoming = WyomingServer(service, wyoming) if wyoming else None

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
        if not await self._service.admission.drain(0 if self.force_exit else self._service.settings.drain_s):
            logger.warning("stopped before all was said")
        if self._wyoming:
            await self._wyoming.stop()
        self._tidying.cancel()
        await super().shutdown(sockets)
        if not self._keep_engine:
            self._service.engine.close()


def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT. Raises `InputError` for an address that cannot be listened on."""
    if settings.workers > 1:
        return _supervise(settings)
    _serve(settings, _listen(settings))
    return 0


@dataclass(frozen=True)
class Listeners:
    """The sockets of one process."""

    http: list[socket.socket]
    wyoming: socket.socket | None


def _serve(settings: Settings, listeners: Listeners) -> None:
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
        timeout_graceful_shutdown=_GRACE_S,
    )


def _listen(settings: Settings, share: bool = False) -> Listeners:
    """Raises `InputError`."""
    http = [tcp_socket(settings.host, settings.port, share)]
    if settings.unix:
        http.append(_unix(Path(settings.unix)))
    wyoming = tcp_socket(*parse_address(settings.wyoming), share) if settings.wyoming else None
    return Listeners(http, wyoming)


def tcp_socket(host: str, port: int, share: bool = False) -> socket.socket:
    """A bound socket; `share` lets other processes bind the same port. Raises `InputError`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if share:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(address)
    except OSError as error:
        raise InputError(f"{host}:{port}: cannot listen there ({error.strerror or error})") from error
    return listening


def _unix(path: Path) -> socket.socket:
    """A socket that only this user may open; one that a dead server left is replaced."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            if _answers(path):
                raise InputError(f"{path}: another server listens there")
            path.unlink()
        mask = os.umask(0o177)
        try:
            listening.bind(str(path))
        finally:
            os.umask(mask)
    except OSError as error:
        raise InputError(f"{path}: cannot listen there ({error.strerror or error})") from error
    return listening


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


def _supervise(settings: Settings) -> int:
    """Run worker processes on one port, replacing those that die, until SIGTERM or SIGINT."""
    if settings.port == 0 or settings.unix:
        raise InputError("workers cannot share port 0 or a Unix socket: give a port, or --workers 1")
    probe = _listen(settings, share=True)  # refuses here what the workers could not bind
    for listening in (*probe.http, probe.wyoming):
        if listening:
            listening.close()
    ending: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: ending.append(number))
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="vivavoce-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder

        def start() -> SpawnProcess:
            worker = context.Process(target=_work, args=(settings,))
            worker.start()
            return worker

        workers = [start() for _ in range(settings.workers)]
        while not ending:
            time.sleep(0.5)
            workers = [worker if worker.is_alive() or ending else start() for worker in workers]
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(settings.drain_s + 2 * _GRACE_S)
    return 0


def _work(settings: Settings) -> None:
    _serve(settings, _listen(settings, share=True))


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

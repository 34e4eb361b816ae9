"""Wyoming, the protocol of Home Assistant, on a port of its own: connections, and the announcement of the port."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from typing import Any

from vivavoce.errors import InputError
from vivavoce.serve.protocols.wyoming_events import Conversation, read_event
from vivavoce.serve.service import Service

PORT = 10_200
SERVICE_TYPE = "_wyoming._tcp.local."
_LONGEST_LINE = 1 << 20
HELLO_S = 15.0
"""How long a new connection may take to say something."""

logger = logging.getLogger("vivavoce.serve")


class WyomingServer:
    """Listens on a socket of its own."""

    def __init__(self, service: Service, listening: socket.socket) -> None:
        self._service, self._listening = service, listening
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._stops = False
        self._zeroconf: Any = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._on_connect, sock=self._listening, limit=_LONGEST_LINE)
        host, port = self._listening.getsockname()[:2]
        logger.info("Wyoming on tcp://%s:%d", host, port)
        if self._service.settings.zeroconf and not host.startswith("127."):
            await self._announce(host, port)

    async def stop(self) -> None:
        if self._zeroconf:
            await self._zeroconf.async_unregister_all_services()
            await self._zeroconf.async_close()
        self._stops = True
        if self._server:
            self._server.close()
        left = dict(self._connections)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for writer in left.values():  # a task that is cancelled before it begins closes nothing
            writer.transport.abort()

    def _on_connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stops or len(self._connections) >= self._service.settings.max_connections:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._connections[task] = writer
        task.add_done_callback(self._connections.pop)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        settings = self._service.settings
        conversation = Conversation(writer, self._service)
        try:
            async with asyncio.timeout(HELLO_S) as silence:
                while event := await read_event(reader, settings.max_body_bytes):
                    await conversation.take(event)
                    silence.reschedule(asyncio.get_running_loop().time() + settings.idle_s)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # a client that has gone, or says nothing
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            logger.info("Wyoming: not an event (%s)", type(error).__name__)
        finally:
            await conversation.stop()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _announce(self, host: str, port: int) -> None:
        """Let Home Assistant find the port."""
        from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

        try:
            address = _own_address() if host in ("0.0.0.0", "::") else host
            info = AsyncServiceInfo(
                SERVICE_TYPE, f"vivavoce-{socket.gethostname()}.{SERVICE_TYPE}",
                addresses=[socket.inet_aton(address)], port=port,
            )  # fmt: skip
            self._zeroconf = AsyncZeroconf()
            await self._zeroconf.async_register_service(info)
        except Exception as error:  # a network without multicast is no reason not to serve
            logger.warning("not announced by zeroconf: %s", error)


def parse_address(text: str) -> tuple[str, int]:
    """`HOST:PORT`, or a port on loopback. Raises `InputError`."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and len(port) <= 5) or int(port) > 65_535:
        raise InputError(f"wyoming is {text!r}, give HOST:PORT such as 0.0.0.0:{PORT}")
    return host.strip("[]") or "127.0.0.1", int(port)


def _own_address() -> str:
    """The address by which the local network reaches us."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"

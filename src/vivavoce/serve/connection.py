"""uvicorn's connections with more habits: who says nothing is hung up on, at once where there are many others, and a
stalled one can be cut."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from vivavoce.serve.guard import ABORT

HEADERS_S = 15.0
"""How long a new connection may take to send the headers of its first request."""


class Connections(ServerState):
    """All of one server, and those without a request, which have to go where there are more than `most`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._waiting: dict[HttpConnection, None] = {}

    def add_waiting(self, connection: HttpConnection) -> None:
        """`connection` waits for a request; where there are too many, the one that has waited longest is closed."""
        self._waiting[connection] = None
        if len(self.connections) > self._most:
            oldest = next(iter(self._waiting))
            self.remove_waiting(oldest)
            oldest.hang_up()

    def remove_waiting(self, connection: HttpConnection) -> None:
        self._waiting.pop(connection, None)


class HttpConnection(HttpToolsProtocol):
    """HTTP/1.1."""

    server_state: Connections
    _headers_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._headers_timer = self.loop.call_later(HEADERS_S, self.hang_up)
        self.server_state.add_waiting(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self.server_state.remove_waiting(self)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"] = {ABORT: self.transport.abort}

    def on_headers_complete(self) -> None:
        self._stop_timer()
        self.server_state.remove_waiting(self)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.timeout_keep_alive_task and not self.transport.is_closing():
            self.server_state.add_waiting(self)

    def hang_up(self) -> None:
        """End the connection at once."""
        if not self.transport.is_closing():
            self.transport.abort()

    def _stop_timer(self) -> None:
        if self._headers_timer:
            self._headers_timer.cancel()
            self._headers_timer = None


class WebSocketConnection(WebSocketsSansIOProtocol):
    """WebSockets without compression, which costs more than it saves on sound."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            scope: dict[str, Any] = self.scope  # type: ignore[assignment]
            scope["extensions"][ABORT] = self.transport.abort

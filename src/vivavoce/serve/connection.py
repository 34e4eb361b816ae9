"""uvicorn's connections with two more habits: who says nothing is hung up on, and a stalled one can be cut."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from vivavoce.serve.guard import ABORT

HEADERS_S = 15.0
"""How long a new connection may take to send the headers of its first request."""


class HttpConnection(HttpToolsProtocol):
    """HTTP/1.1."""

    _headers_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._headers_timer = self.loop.call_later(HEADERS_S, self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"] = {ABORT: self.transport.abort}

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()

    def _stop_timer(self) -> None:
        if self._headers_timer:
            self._headers_timer.cancel()
            self._headers_timer = None

    def _hang_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


class WebSocketConnection(WebSocketsSansIOProtocol):
    """WebSockets without compression, which costs more than it saves on sound."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            scope: dict[str, Any] = self.scope  # type: ignore[assignment]
            scope["extensions"][ABORT] = self.transport.abort

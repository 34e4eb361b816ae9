"""uvicorn's connections with more habits: who says nothing is hung up on, at once where there are many others, and a
stalled one can be cut."""

from __future__ import annotations

import asyncio
from array import array
from fcntl import ioctl
from itertools import islice
from termios import FIONREAD
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode

from vivavoce.serve.guard import ABORT

HEADERS_S = 15.0
"""How long a new connection may take to send the headers of its first request."""
MOST_HEAD_BYTES = 1 << 16
"""Of headers, or of what stands between the chunks of a body and after them; a parser keeps them whole."""
MOST_PIPELINED = 32
"""Requests that wait on one connection for the answers to those before them."""
_LOOKED_AT = 8
"""Connections of which one is closed to make room: a bound on what a burst of requests costs."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connections(ServerState):
    """All of one server, and those without a request, which have to go where there are more than `most`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._waiting: dict[HttpConnection, None] = {}

    def add_waiting(self, connection: HttpConnection) -> None:
        """`connection` waits for a request; where there are too many, the one that has waited longest is closed.

        A burst of connections is accepted before anything of them is read, so one whose request lies there unread has
        said something, and goes last.
        """
        self._waiting[connection] = None
        if len(self.connections) <= self._most:
            return
        for oldest in list(islice(self._waiting, _LOOKED_AT)):
            self.remove_waiting(oldest)
            if not oldest.has_unread():
                oldest.hang_up()
                return
            self._waiting[oldest] = None

    def remove_waiting(self, connection: HttpConnection) -> None:
        self._waiting.pop(connection, None)


class HttpConnection(HttpToolsProtocol):
    """HTTP/1.1."""

    server_state: Connections
    _headers_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    """That came since anything but a header did."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()
        self.server_state.add_waiting(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self.server_state.remove_waiting(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            if self.cycle and not self.cycle.response_complete:
                self.hang_up()
            else:
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_body(self, body: bytes) -> None:
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._head_bytes = 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        lengths = (b"content-length", b"transfer-encoding")
        has_body = any(name in lengths and value != b"0" for name, value in self.headers)
        if has_body or self.scope["method"] != "GET":  # which would be left without an answer
            self.send_400_response("That is no handshake of a WebSocket.")
        else:
            super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._start_timer()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"] = {ABORT: self.transport.abort}

    def on_headers_complete(self) -> None:
        self._head_bytes = 0
        self._stop_timer()
        self.server_state.remove_waiting(self)
        super().on_headers_complete()
        if len(self.pipeline) > MOST_PIPELINED:
            self.hang_up()
            raise ValueError("requests without end")  # which ends the parsing of what else has come

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.timeout_keep_alive_task and not self.transport.is_closing():
            self.server_state.add_waiting(self)

    def has_unread(self) -> bool:
        """Whether bytes have come that the event loop has not looked at."""
        count = array("i", [0])
        ioctl(self.transport.get_extra_info("socket").fileno(), FIONREAD, count)
        return count[0] > 0

    def hang_up(self) -> None:
        """End the connection at once; it counts no more, though the event loop takes leave of it only later."""
        self.connections.discard(self)
        if not self.transport.is_closing():
            self.transport.abort()

    def _start_timer(self) -> None:
        if self._headers_timer is None:
            self._headers_timer = self.loop.call_later(HEADERS_S, self.hang_up)

    def _stop_timer(self) -> None:
        if self._headers_timer:
            self._headers_timer.cancel()
            self._headers_timer = None


class WebSocketConnection(WebSocketsSansIOProtocol):
    """WebSockets without compression, which costs more than it saves on sound. What a client breaks is ended without a
    page in the log."""

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except InvalidState:  # a message behind one that has ended the connection
            self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        try:
            if self.curr_msg_data_type == "text":
                b"".join(self.frames).decode()
        except UnicodeDecodeError:
            self.frames = []
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    async def send(self, message: Any) -> None:
        if self.close_sent and message["type"] in ("websocket.send", "websocket.close"):
            raise ClientDisconnected
        await super().send(message)

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            scope: dict[str, Any] = self.scope  # type: ignore[assignment]
            scope["extensions"][ABORT] = self.transport.abort

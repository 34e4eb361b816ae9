"""WebSockets: messages in and out, bounded and timed, and the codes with which they close."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState

from vivavoce.serve.errors import ServiceError
from vivavoce.serve.guard import REFUSAL
from vivavoce.serve.requests import parse_json
from vivavoce.serve.service import Service

DONE, WRONG_KIND, BAD_DATA, POLICY, TOO_BIG, FAILED, BUSY = 1000, 1003, 1007, 1008, 1009, 1011, 1013


class HungUpError(Exception):
    """The client has gone."""


class Socket:
    """One WebSocket that takes JSON objects."""

    def __init__(self, websocket: WebSocket, service: Service) -> None:
        self.websocket, self._service = websocket, service
        self.refusal: ServiceError | None = websocket.scope.get(REFUSAL)

    async def accept(self) -> None:
        """Raises `HungUpError` after refusing, by HTTP, a client that may not come in."""
        if self.refusal:
            await self.deny(self.refusal)
        await self.websocket.accept(self._subprotocol())

    async def deny(self, error: ServiceError, body: Response | None = None) -> None:
        """Answer the handshake with an error."""
        await self.websocket.send_denial_response(
            body or Response(error.message, error.status, media_type="text/plain")
        )
        raise HungUpError

    async def receive(self) -> dict[str, Any]:
        """The next message. Raises `HungUpError`, and `ServiceError` with status 415 for a binary frame, 400 for what
        is no JSON object, 408 for silence."""
        try:
            async with asyncio.timeout(self._service.settings.idle_s):
                message = await self.websocket.receive()
        except TimeoutError:
            raise ServiceError(408, "The connection said nothing for too long", "idle_timeout") from None
        if message["type"] == "websocket.disconnect":
            raise HungUpError
        if message.get("text") is None:
            raise ServiceError(415, "Messages are JSON in text frames, not binary", "binary_frame")
        return parse_json(message["text"])

    async def send_json(self, message: dict[str, Any]) -> None:
        if self.websocket.application_state is WebSocketState.CONNECTED:
            # In ASCII, because JSON can hold halves of characters, which a client's own words may bring back.
            await self.websocket.send_text(json.dumps(message, separators=(",", ":")))

    async def send_bytes(self, data: bytes) -> None:
        if data and self.websocket.application_state is WebSocketState.CONNECTED:
            await self.websocket.send_bytes(data)

    async def close(self, code: int = DONE, reason: str = "") -> None:
        states = (self.websocket.application_state, self.websocket.client_state)
        if WebSocketState.DISCONNECTED not in states:
            await self.websocket.close(code, reason[:120].encode("ascii", "replace").decode())

    def _subprotocol(self) -> str | None:
        """What a client asked for to hand in its token, which it expects to be confirmed."""
        asked = self.websocket.scope.get("subprotocols", [])
        return asked[0] if asked else None


def close_code(error: ServiceError) -> int:
    """The close code that goes with an error."""
    if error.code == "invalid_json":
        return BAD_DATA
    return {
        400: POLICY, 401: POLICY, 403: POLICY, 408: DONE, 413: TOO_BIG, 415: WRONG_KIND, 429: BUSY, 503: BUSY,
    }.get(error.status, FAILED)  # fmt: skip

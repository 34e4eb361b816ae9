"""Answers that are sent while they are made, and whose making stops within a chunk when the client has gone."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

NO_BUFFERING = {"x-accel-buffering": "no", "cache-control": "no-store"}


class StreamedResponse(Response):
    """Sends what `parts` yields. When the guard cancels it, because the client has hung up, `parts` is closed at once,
    in the middle of a chunk.

    An exception of `parts` cuts the connection, so that nobody takes the sound for whole.
    """

    def __init__(self, parts: AsyncGenerator[bytes], media_type: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(None, 200, {**NO_BUFFERING, **(headers or {})}, media_type)
        self._parts = parts
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._parts) as parts:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for part in parts:
                if part:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def server_sent_event(data: object) -> bytes:
    """One event of a `text/event-stream`."""
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


async def with_first(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """`rest` after its first item, which was taken to see whether there is any."""
    async with aclosing(rest):
        yield first
        async for item in rest:
            yield item

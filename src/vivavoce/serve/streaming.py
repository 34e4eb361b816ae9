"""Answers that are sent while they are made, and whose making stops within a chunk when the client has gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

NO_BUFFERING = {"x-accel-buffering": "no", "cache-control": "no-store"}


class StreamedResponse(Response):
    """Sends what `parts` yields. When the client hangs up, `parts` is closed at once, in the middle of a chunk.

    An exception of `parts` cuts the connection, so that nobody takes the sound for whole.
    """

    def __init__(self, parts: AsyncGenerator[bytes], media_type: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(None, 200, {**NO_BUFFERING, **(headers or {})}, media_type)
        self._parts = parts
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        speaking = asyncio.ensure_future(self._send_all(send))
        listening = asyncio.ensure_future(_hung_up(receive))
        try:
            await asyncio.wait((speaking, listening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, speaking):
                if not task.done():
                    task.cancel()
            await asyncio.gather(speaking, listening, return_exceptions=True)
        if not speaking.cancelled():
            speaking.result()

    async def _send_all(self, send: Send) -> None:
        async with aclosing(self._parts) as parts:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for part in parts:
                if part:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _hung_up(receive: Receive) -> None:
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return


def server_sent_event(data: object) -> bytes:
    """One event of a `text/event-stream`."""
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


async def with_first(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """`rest` after its first item, which was taken to see whether there is any."""
    async with aclosing(rest):
        yield first
        async for item in rest:
            yield item

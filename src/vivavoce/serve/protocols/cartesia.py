"""Cartesia's interface: `/tts/websocket` with any number of contexts, `/tts/bytes`, `/tts/sse`."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from vivavoce.serve.captions import TimedText
from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.formats import media_type
from vivavoce.serve.protocols.cartesia_messages import Generation, as_ssml
from vivavoce.serve.protocols.cartesia_voices import CartesiaVoices
from vivavoce.serve.requests import read_json, validate
from vivavoce.serve.service import Service
from vivavoce.serve.session import Flushed, Sound, TextSession, amplify
from vivavoce.serve.sockets import HungUpError, Socket, close_code
from vivavoce.serve.streaming import StreamedResponse, with_first

PREFIXES = ("/tts/", "/voices")
_MOST_CONTEXTS = 32


class Cartesia:
    """The endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        return [
            WebSocketRoute("/tts/websocket", self.connect),
            Route("/tts/bytes", self.bytes, methods=["POST"]),
            Route("/tts/sse", self.events, methods=["POST"]),
            *CartesiaVoices(self._service).routes(),
        ]

    async def connect(self, websocket: WebSocket) -> None:
        with suppress(HungUpError):
            await _Connection(Socket(websocket, self._service), self._service).run()

    async def bytes(self, request: Request) -> Response:
        asked = validate(Generation, await read_json(request))
        session = _session(self._service, asked)
        coder = asked.encoder(session.rate_hz)
        session.write(asked.transcript)
        session.end()
        sound = session.sound(coder, asked.volume())
        return StreamedResponse(with_first(await anext(sound), sound), media_type(asked.output_format.name))

    async def events(self, request: Request) -> Response:
        """Server-sent events; an error after the first is one too."""
        asked = validate(Generation, await read_json(request))
        session = _session(self._service, asked)
        session.write(asked.transcript)
        session.end()

        async def parts() -> AsyncGenerator[bytes]:
            is_begun = False
            try:
                async with aclosing(_messages(session, asked)) as messages:
                    async for message in messages:
                        yield _event(message)
                        is_begun = True
            except ServiceError as error:
                if not is_begun:
                    raise
                yield _event(error_message(error, asked.context_id))

        sent = parts()
        return StreamedResponse(with_first(await anext(sent), sent), "text/event-stream")


class _Connection:
    def __init__(self, socket: Socket, service: Service) -> None:
        self._socket, self._service = socket, service
        self._contexts: dict[str, TextSession] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        await self._socket.accept()
        try:
            while True:
                message = await self._socket.receive()
                try:
                    await self._take(message)
                except ServiceError as error:
                    context = message.get("context_id")
                    await self._socket.send_json(error_message(error, context if isinstance(context, str) else None))
        except ServiceError as error:
            await self._socket.send_json(error_message(error, None))
            await self._socket.close(close_code(error), error.message)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _take(self, message: dict[str, Any]) -> None:
        identity = message.get("context_id")
        if message.get("cancel"):
            await self._cancel(str(identity))
            return
        known = self._contexts.get(identity) if isinstance(identity, str) else None
        if known and "transcript" not in message:
            message = {**message, "transcript": ""}
        asked = validate(Generation, message)
        if known is None and not asked.transcript.strip() and not asked.continue_:
            raise bad_request("transcript is empty", "invalid_transcript", "transcript")
        session = known or self._begin(asked)
        session.write(asked.transcript)
        if asked.flush:
            session.flush(True)
        if not asked.continue_:
            session.end()
            self._contexts.pop(asked.context_id or "", None)

    def _begin(self, asked: Generation) -> TextSession:
        identity = asked.context_id or ""
        running = self._tasks.get(identity)
        if running and not running.done():
            raise bad_request("That context is being ended, use another context_id", "context_closed", "context_id")
        if len(self._contexts) >= _MOST_CONTEXTS:
            raise ServiceError(429, f"More than {_MOST_CONTEXTS} contexts at once", "concurrency_limited")
        asked.rate_hz()
        if asked.output_format.container != "raw":
            raise bad_request("Over a WebSocket sound is raw", "invalid_output_format", "output_format.container")
        session = _session(self._service, asked)
        self._contexts[identity] = session
        task = self._tasks[identity] = asyncio.create_task(self._speak(session, asked))
        task.add_done_callback(lambda _: self._forget(identity, session, task))
        return session

    async def _speak(self, session: TextSession, asked: Generation) -> None:
        try:
            async with aclosing(_messages(session, asked)) as messages:
                async for message in messages:
                    await self._socket.send_json(message)
        except ServiceError as error:
            await self._socket.send_json(error_message(error, asked.context_id))

    async def _cancel(self, identity: str) -> None:
        self._contexts.pop(identity, None)
        task = self._tasks.pop(identity, None)
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._socket.send_json({"type": "done", "done": True, "status_code": 206, "context_id": identity})

    def _forget(self, identity: str, session: TextSession, task: asyncio.Task[None]) -> None:
        if self._contexts.get(identity) is session:
            del self._contexts[identity]
        if self._tasks.get(identity) is task:
            del self._tasks[identity]


async def _messages(session: TextSession, asked: Generation) -> AsyncGenerator[dict[str, Any]]:
    """What a context is answered."""
    coder = asked.encoder(session.rate_hz)
    common = {"done": False, "status_code": 206, "context_id": asked.context_id}
    asked_s, flushes = time.monotonic(), 0
    async with aclosing(session.events()) as events:
        async for event in events:
            if isinstance(event, Flushed):
                flushes += 1
                yield {"type": "flush_done", **common, "flush_done": True, "flush_id": flushes}
                continue
            if not isinstance(event, Sound):
                continue
            if asked.add_timestamps and event.words:
                yield {"type": "timestamps", **common, "word_timestamps": _timestamps(event.words)}
            data = coder.encode(amplify(event.chunk.samples, asked.volume()))
            step_ms = round((time.monotonic() - asked_s) * 1000, 3)
            asked_s = time.monotonic()
            if data:
                yield {"type": "chunk", **common, "data": base64.b64encode(data).decode(), "step_time": step_ms}
    if rest := coder.finish():
        yield {"type": "chunk", **common, "data": base64.b64encode(rest).decode(), "step_time": 0.0}
    yield {"type": "done", **common, "done": True}


def error_message(error: ServiceError, context_id: str | None) -> dict[str, Any]:
    """Cartesia's form of an error."""
    return {
        "type": "error", "done": True, "title": (error.code or "error").replace("_", " ").capitalize(),
        "message": error.message, "error": error.message, "error_code": error.code or "error",
        "status_code": error.status, "context_id": context_id, "request_id": f"req_{secrets.token_hex(12)}",
    }  # fmt: skip


def _session(service: Service, asked: Generation) -> TextSession:
    delay_s = None if asked.max_buffer_delay_ms is None else asked.max_buffer_delay_ms / 1000
    return TextSession(service, asked.style(service), "cartesia", delay_s=delay_s, prepare=as_ssml)


def _timestamps(words: tuple[TimedText, ...]) -> dict[str, list[Any]]:
    return {
        "words": [word.text for word in words],
        "start": [word.start for word in words],
        "end": [word.end for word in words],
    }


def _event(message: dict[str, Any]) -> bytes:
    return f"event: {message['type']}\ndata: {json.dumps(message)}\n\n".encode()

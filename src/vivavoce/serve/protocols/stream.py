"""Our own WebSocket, `/v1/stream`: text in as it is written, binary sound out, marks before what they mark."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from vivavoce.serve.captions import as_json
from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.formats import RATES_HZ, encoder
from vivavoce.serve.protocols.openai import error_body
from vivavoce.serve.requests import LenientModel, validate
from vivavoce.serve.service import Service
from vivavoce.serve.session import Flushed, Sound, TextSession
from vivavoce.serve.sockets import HungUpError, Socket, close_code


class Start(LenientModel):
    """How to speak. All of it may be left out."""

    voice: str | None = None
    rate: Annotated[float, Field(ge=0.25, le=4.0)] = 1.0
    pitch: Annotated[float, Field(ge=-24, le=24)] = 0.0
    prosody: str | None = None
    temperature: Annotated[float, Field(ge=0, le=1)] = 0.0
    seed: Annotated[int, Field(ge=0, le=2**31)] = 0
    pauses: Annotated[float, Field(ge=0, le=5)] | None = None
    format: Literal["pcm", "f32", "mulaw", "alaw", "opus", "mp3", "aac", "flac", "wav"] = "pcm"
    sample_rate: int | None = None
    marks: bool = True
    sentence_delay_ms: Annotated[float, Field(ge=0, le=10_000)] | None = None


class Text(LenientModel):
    """More of the text."""

    text: str


class Flush(LenientModel):
    """Speak what was written; `id` comes back when that is done."""

    id: Annotated[str, Field(max_length=200)] | int | None = None


class Cancel(LenientModel):
    """Stop. `played_s` is how much the listener has heard, if the client knows."""

    played_s: Annotated[float, Field(ge=0)] | None = None


class Stream:
    """The endpoint. One speech at a time; after `done` or `cancelled` another may begin."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[WebSocketRoute]:
        return [WebSocketRoute("/v1/stream", self.connect)]

    async def connect(self, websocket: WebSocket) -> None:
        connection = _Connection(Socket(websocket, self._service), self._service)
        with suppress(HungUpError):
            await connection.run()


class _Connection:
    def __init__(self, socket: Socket, service: Service) -> None:
        self._socket, self._service = socket, service
        self._start = Start()
        self._session: TextSession | None = None
        self._speaking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        await self._socket.websocket.accept()
        try:
            if self._socket.refusal:
                raise self._socket.refusal
            while True:
                await self._take(await self._socket.receive())
        except ServiceError as error:
            await self._refuse(error)
        finally:
            await self._stop()

    async def _take(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "start":
                if self._speaking and not self._speaking.done():
                    raise bad_request("A speech is going on: end or cancel it first", "invalid_value", "type")
                self._start = validate(Start, message)
                self._begin()
            case "text":
                self._current().write(validate(Text, message).text)
            case "flush":
                self._current().flush(validate(Flush, message).id)
            case "end":
                self._current().end()
            case "cancel":
                await self._cancel(validate(Cancel, message).played_s)
            case str():
                pass  # a later version's
            case _:
                raise bad_request("A message needs a type", "missing_required_parameter", "type")

    def _current(self) -> TextSession:
        if self._session is None or self._speaking is None or self._speaking.done():
            return self._begin()
        return self._session

    def _begin(self) -> TextSession:
        start = self._start
        if start.sample_rate is not None and start.sample_rate not in RATES_HZ:
            known = ", ".join(map(str, RATES_HZ))
            raise bad_request(f"sample_rate is {start.sample_rate}, use one of {known}", "invalid_value", "sample_rate")
        style = self._service.style(
            start.voice, start.rate, start.pitch, start.prosody, start.temperature, start.seed, start.pauses
        )
        delay_s = None if start.sentence_delay_ms is None else start.sentence_delay_ms / 1000
        self._session = TextSession(self._service, style, "stream", delay_s=delay_s)
        self._speaking = asyncio.create_task(self._speak(self._session, start))
        return self._session

    async def _speak(self, session: TextSession, start: Start) -> None:
        socket = self._socket
        try:
            rate_hz = start.sample_rate or session.rate_hz
            coder = encoder(start.format, session.rate_hz, rate_hz)
            await socket.send_json({"type": "started", "format": start.format, "sample_rate": rate_hz})
            await socket.send_bytes(coder.begin())
            async with aclosing(session.events()) as events:
                async for event in events:
                    if isinstance(event, Flushed):
                        await socket.send_json({"type": "flushed", "id": event.id, "audio_s": round(session.sent_s, 4)})
                        continue
                    if not isinstance(event, Sound):
                        continue
                    if start.marks and (event.words or event.points):
                        points = [{"name": name, "time": time_s} for name, time_s in event.points]
                        words, sentences = as_json(event.words), as_json(event.sentences)
                        await socket.send_json(
                            {"type": "marks", "words": words, "sentences": sentences, "marks": points}
                        )
                    await socket.send_bytes(coder.encode(event.chunk.samples))
            await socket.send_bytes(coder.finish())
            await socket.send_json({"type": "done", "audio_s": round(session.sent_s, 4)})
        except ServiceError as error:
            # Bad text is the end of this speech alone; the connection stays for the next.
            await socket.send_json({"type": "error", **error_body(error)})

    async def _cancel(self, played_s: float | None) -> None:
        session = self._session
        await self._stop()
        last = session.last_word(played_s) if session else None
        await self._socket.send_json(
            {
                "type": "cancelled",
                "audio_s": round(session.sent_s, 4) if session else 0.0,
                "last_word": as_json([last])[0] if last else None,
            }
        )

    async def _stop(self) -> None:
        if self._speaking:
            self._speaking.cancel()
            await asyncio.gather(self._speaking, return_exceptions=True)
        self._speaking = self._session = None

    async def _refuse(self, error: ServiceError) -> None:
        await self._stop()
        await self._socket.send_json({"type": "error", **error_body(error)})
        await self._socket.close(close_code(error), error.message)

"""Deepgram's speak interface: `/v1/speak` over WebSocket and HTTP."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Sequence
from contextlib import aclosing, suppress
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.formats import RATES_HZ, encoder, media_type
from vivavoce.serve.requests import LenientModel, read_json, validate
from vivavoce.serve.service import Service
from vivavoce.serve.session import Flushed, Sound, TextSession
from vivavoce.serve.sockets import HungUpError, Socket, close_code
from vivavoce.serve.streaming import StreamedResponse, with_first
from vivavoce.serve.synthesis import Speaker, Style

PATHS = ("/v1/speak",)
MODEL = re.compile(r"aura(-2)?-[a-z]+-([a-z]{2})")
"""Their voices, which we do not have: the default speaker answers."""
_ENCODINGS = {
    "linear16": "pcm",
    "mulaw": "mulaw",
    "alaw": "alaw",
    "mp3": "mp3",
    "opus": "opus",
    "flac": "flac",
    "aac": "aac",
}
_WAV = {"pcm": "wav", "mulaw": "wav_mulaw", "alaw": "wav_alaw"}
_MODEL_ID = str(uuid.uuid5(uuid.NAMESPACE_DNS, "vivavoce"))


class Speak(LenientModel):
    """Text to be spoken."""

    text: str


class Query(LenientModel):
    """What stands in the URL."""

    model: str = "aura-2-thalia-en"
    encoding: Literal["linear16", "mulaw", "alaw", "mp3", "opus", "flac", "aac"] = "linear16"
    container: Literal["none", "wav", "ogg"] | None = None
    sample_rate: Annotated[int, Field(ge=8000, le=48000)] | None = None
    speed: Annotated[float, Field(ge=0.25, le=4)] = 1.0
    bit_rate: Annotated[int, Field(ge=4_000, le=650_000)] | None = None

    def style(self, service: Service) -> Style:
        """Their names end with the language."""
        match = MODEL.fullmatch(self.model)
        speaker = service.voices.find(self.model, MODEL, match[2] if match else None)
        return service.style(speaker, self.speed)


class Deepgram:
    """The endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        return [
            WebSocketRoute("/v1/speak", self.connect),
            Route("/v1/speak", self.speak, methods=["POST"]),
        ]

    async def connect(self, websocket: WebSocket) -> None:
        with suppress(HungUpError):
            await _Connection(Socket(websocket, self._service), self._service).run()

    async def speak(self, request: Request) -> Response:
        query = _query(request.query_params, default="mp3")
        asked = validate(Speak, await read_json(request))
        name = _ENCODINGS[query.encoding]
        if query.container == "wav" or (name == "pcm" and query.container is None):
            name = _WAV.get(name, name)
        session = TextSession(self._service, query.style(self._service), "deepgram")
        coder = encoder(name, session.rate_hz, query.sample_rate, query.bit_rate)
        session.write(asked.text)
        session.end()
        sound = session.sound(coder)
        headers = {
            "dg-request-id": str(uuid.uuid4()),
            "dg-model-name": query.model,
            "dg-model-uuid": _MODEL_ID,
            "dg-char-count": str(len(asked.text)),
        }
        return StreamedResponse(with_first(await anext(sound), sound), media_type(name), headers)


class _Connection:
    def __init__(self, socket: Socket, service: Service) -> None:
        self._socket, self._service = socket, service
        self._session: TextSession | None = None
        self._speaking: asyncio.Task[None] | None = None
        self._sequence = 0

    async def run(self) -> None:
        try:
            self._query = _query(self._socket.websocket.query_params, default="linear16")
            self._style = self._query.style(self._service)
        except ServiceError as error:
            await self._socket.deny(error)
        await self._socket.accept()
        await self._socket.send_json(
            {"type": "Metadata", "request_id": str(uuid.uuid4()), "model_name": self._query.model,
             "model_version": "1", "model_uuid": _MODEL_ID, "additional_model_uuids": []}
        )  # fmt: skip
        try:
            while await self._take(await self._socket.receive()):
                pass
            if self._session and self._speaking:
                self._session.end()
                await self._speaking
            await self._socket.close()
        except ServiceError as error:
            await self._socket.send_json({"type": "Error", "description": error.message, "code": error.code})
            await self._socket.close(close_code(error), error.message)
        finally:
            await self._stop()

    async def _take(self, message: dict[str, Any]) -> bool:
        """Follow one message; False for the last."""
        match message.get("type"):
            case "Speak":
                text = validate(Speak, message).text
                if len(text) > self._service.settings.max_characters:
                    await self._warn("The text is too long", "DATA-0001")
                else:
                    self._current().write(text)
            case "Flush":
                self._current().flush(self._next())
            case "Clear":
                await self._stop()
                await self._socket.send_json({"type": "Cleared", "sequence_id": self._next()})
            case "Close":
                return False
            case _:
                await self._warn(f"Unknown message type {str(message.get('type'))[:40]!r}", "DATA-0000")
        return True

    async def _warn(self, description: str, code: str) -> None:
        await self._socket.send_json({"type": "Warning", "description": description, "code": code})

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    def _current(self) -> TextSession:
        if self._session is None or self._speaking is None or self._speaking.done():
            # Deepgram speaks at a flush; a pause in the text alone says nothing.
            self._session = TextSession(self._service, self._style, "deepgram", delay_s=self._service.settings.idle_s)
            self._speaking = asyncio.create_task(self._speak(self._session))
        return self._session

    async def _speak(self, session: TextSession) -> None:
        coder = encoder(_ENCODINGS[self._query.encoding], session.rate_hz, self._query.sample_rate)
        try:
            await self._socket.send_bytes(coder.begin())
            async with aclosing(session.events()) as events:
                async for event in events:
                    if isinstance(event, Flushed):
                        await self._socket.send_json({"type": "Flushed", "sequence_id": event.id})
                    elif isinstance(event, Sound):
                        await self._socket.send_bytes(coder.encode(event.chunk.samples))
            await self._socket.send_bytes(coder.finish())
        except ServiceError as error:
            await self._warn(error.message, (error.code or "error").upper())

    async def _stop(self) -> None:
        if self._speaking:
            self._speaking.cancel()
            await asyncio.gather(self._speaking, return_exceptions=True)
        self._speaking = self._session = None


def models(speakers: Sequence[Speaker]) -> dict[str, Any]:
    """What `GET /v1/models` answers to their programs."""
    return {
        "stt": [],
        "tts": [
            {"name": speaker.name, "canonical_name": speaker.id, "architecture": "vivavoce", "version": "1",
             "languages": [speaker.language[:2], speaker.language],
             "uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, speaker.id)),
             "metadata": {"accent": speaker.language, "tags": [speaker.gender] if speaker.gender else []}}
            for speaker in speakers
        ],
    }  # fmt: skip


def error_response(error: ServiceError) -> dict[str, str]:
    """Deepgram's form of an error over HTTP."""
    return {
        "err_code": (error.code or "error").upper(), "err_msg": error.message, "request_id": str(uuid.uuid4()),
    }  # fmt: skip


def _query(parameters: QueryParams, default: str) -> Query:
    values: dict[str, Any] = {"encoding": default, **parameters}
    for name in {"sample_rate", "speed", "bit_rate"} & values.keys():
        try:
            number = float(values[name])
            values[name] = number if name == "speed" else int(number)
        except (ValueError, OverflowError):
            raise bad_request(f"{name} is not a number", "invalid_value", name) from None
    query = validate(Query, values)
    if query.sample_rate is not None and query.sample_rate not in RATES_HZ:
        raise bad_request(f"sample_rate {query.sample_rate} is not supported", "invalid_value", "sample_rate")
    return query

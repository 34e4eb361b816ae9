"""ElevenLabs' text to speech over HTTP; the WebSockets and the lists have modules of their own."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from vivavoce.serve.errors import bad_request
from vivavoce.serve.protocols.elevenlabs_account import ElevenLabsAccount
from vivavoce.serve.protocols.elevenlabs_messages import (
    DEFAULT_FORMAT,
    Alignment,
    Convert,
    OutputFormat,
    error_response,
    sound_and_times,
    style,
)
from vivavoce.serve.protocols.elevenlabs_socket import SpeechSocket
from vivavoce.serve.requests import read_json, validate
from vivavoce.serve.service import Service
from vivavoce.serve.session import TextSession
from vivavoce.serve.sockets import HungUpError, Socket
from vivavoce.serve.streaming import StreamedResponse, with_first

__all__ = ["PREFIXES", "ElevenLabs", "error_response"]

PREFIXES = ("/v1/text-to-speech/", "/v1/voices/", "/v2/voices", "/v1/user", "/v1/history")


class ElevenLabs:
    """The endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        base = "/v1/text-to-speech/{voice}"
        return [
            WebSocketRoute(f"{base}/stream-input", self.connect),
            WebSocketRoute(f"{base}/multi-stream-input", self.connect_multi),
            Route(base, self.convert, methods=["POST"]),
            Route(f"{base}/stream", self.convert, methods=["POST"]),
            Route(f"{base}/with-timestamps", self.convert_with_timestamps, methods=["POST"]),
            Route(f"{base}/stream/with-timestamps", self.stream_with_timestamps, methods=["POST"]),
            *ElevenLabsAccount(self._service).routes(),
        ]

    async def connect(self, websocket: WebSocket) -> None:
        with suppress(HungUpError):
            await SpeechSocket(Socket(websocket, self._service), self._service, multiple=False).run()

    async def connect_multi(self, websocket: WebSocket) -> None:
        with suppress(HungUpError):
            await SpeechSocket(Socket(websocket, self._service), self._service, multiple=True).run()

    async def convert(self, request: Request) -> Response:
        session, form = await self._begin(request)
        sound = session.sound(form.encoder(session.rate_hz))
        return StreamedResponse(with_first(await anext(sound), sound), form.media_type)

    async def stream_with_timestamps(self, request: Request) -> Response:
        """A line of JSON for each piece of sound, and one after each sentence with its characters."""
        session, form = await self._begin(request)

        async def parts() -> AsyncGenerator[bytes]:
            async with aclosing(sound_and_times(session, form.encoder(session.rate_hz))) as messages:
                async for audio, spoken in messages:
                    yield json.dumps(_message(audio, Alignment.of(spoken, 0.0) if spoken else None)).encode() + b"\n"

        sent = parts()
        return StreamedResponse(with_first(await anext(sent), sent), "application/json")

    async def convert_with_timestamps(self, request: Request) -> Response:
        session, form = await self._begin(request)
        whole, times = list[bytes](), Alignment()
        async with aclosing(sound_and_times(session, form.encoder(session.rate_hz))) as messages:
            async for audio, spoken in messages:
                whole.append(audio)
                if spoken:
                    times.extend(Alignment.of(spoken, 0.0))
        return Response(json.dumps(_message(b"".join(whole), times)), media_type="application/json")

    async def _begin(self, request: Request) -> tuple[TextSession, OutputFormat]:
        asked = validate(Convert, await read_json(request))
        if len(asked.text) > self._service.settings.max_characters:
            raise bad_request("The text is too long", "max_character_limit_exceeded", "text")
        form = OutputFormat.parse(request.query_params.get("output_format", DEFAULT_FORMAT))
        voice = request.path_params["voice"]
        manner = style(self._service, voice, asked.voice_settings, asked.language_code, asked.seed or 0)
        session = TextSession(self._service, manner, "elevenlabs")
        session.write(asked.text)
        session.end()
        return session, form


def _message(audio: bytes, times: Alignment | None) -> dict[str, Any]:
    shown = times.as_seconds() if times else None
    return {"audio_base64": base64.b64encode(audio).decode(), "alignment": shown, "normalized_alignment": shown}

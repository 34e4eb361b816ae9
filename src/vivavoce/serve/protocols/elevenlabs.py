"""ElevenLabs' text to speech: `stream-input` and `multi-stream-input` over WebSocket, and its HTTP endpoints."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from vivavoce.serve.captions import TimedText
from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.formats import RATES_HZ, AudioEncoder, encoder, media_type
from vivavoce.serve.requests import LenientModel, read_json, validate
from vivavoce.serve.service import Service
from vivavoce.serve.session import Sound, Spoken, TextSession
from vivavoce.serve.sockets import HungUpError, Socket, close_code
from vivavoce.serve.streaming import StreamedResponse, with_first
from vivavoce.serve.synthesis import Style
from vivavoce.serve.tokens import is_known

PREFIXES = ("/v1/text-to-speech/",)
VOICE_ID = re.compile(r"[A-Za-z0-9]{20}")
"""Of their voices, which we do not have: the default speaker answers."""
_FORMATS = {"pcm": "pcm", "mp3": "mp3", "ulaw": "mulaw", "alaw": "alaw", "opus": "opus", "wav": "wav"}
_MOST_CONTEXTS = 5


class VoiceSettings(LenientModel):
    """How it is said; the rest of theirs has no counterpart."""

    speed: float | None = None


class Convert(LenientModel):
    """The body of the HTTP endpoints."""

    text: str
    voice_settings: VoiceSettings | None = None


class Message(LenientModel):
    """What comes over a WebSocket."""

    text: str | None = None
    voice_settings: VoiceSettings | None = None
    xi_api_key: str | None = None
    authorization: str | None = None
    context_id: str | None = None
    contextId: str | None = None  # noqa: N815 - their spelling
    flush: bool | None = None
    try_trigger_generation: bool | None = None
    close_context: bool | None = None
    close_socket: bool | None = None

    @property
    def context(self) -> str:
        return self.context_id or self.contextId or "default"


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
        ]

    async def connect(self, websocket: WebSocket) -> None:
        with suppress(HungUpError):
            await _Connection(Socket(websocket, self._service), self._service, multiple=False).run()

    async def connect_multi(self, websocket: WebSocket) -> None:
        with suppress(HungUpError):
            await _Connection(Socket(websocket, self._service), self._service, multiple=True).run()

    async def convert(self, request: Request) -> Response:
        session, coder, kind = await self._begin(request)

        async def parts() -> AsyncGenerator[bytes]:
            begin = coder.begin()
            async with aclosing(session.events()) as events:
                async for event in events:
                    if isinstance(event, Sound):
                        yield begin + coder.encode(event.chunk.samples)
                        begin = b""
            yield begin + coder.finish()

        sound = parts()
        return StreamedResponse(with_first(await anext(sound), sound), kind)

    async def stream_with_timestamps(self, request: Request) -> Response:
        session, coder, _ = await self._begin(request)

        async def parts() -> AsyncGenerator[bytes]:
            async with aclosing(_stream_with_alignment(session, coder, absolute=True)) as messages:
                async for audio, alignment in messages:
                    yield json.dumps(_snake(audio, alignment)).encode() + b"\n"

        sent = parts()
        return StreamedResponse(with_first(await anext(sent), sent), "application/json")

    async def convert_with_timestamps(self, request: Request) -> Response:
        session, coder, _ = await self._begin(request)
        whole: list[bytes] = []
        joined: dict[str, list[Any]] = {"chars": [], "charStartTimesMs": [], "charDurationsMs": []}
        async with aclosing(_stream_with_alignment(session, coder, absolute=True)) as messages:
            async for audio, alignment in messages:
                whole.append(audio)
                for name in joined:
                    joined[name] += (alignment or {}).get(name, [])
        return Response(json.dumps(_snake(b"".join(whole), joined)), media_type="application/json")

    async def _begin(self, request: Request) -> tuple[TextSession, AudioEncoder, str]:
        asked = validate(Convert, await read_json(request))
        if len(asked.text) > self._service.settings.max_characters:
            raise bad_request("The text is too long", "max_character_limit_exceeded", "text")
        name, rate_hz = output_format(request.query_params.get("output_format", "mp3_44100_128"))
        style = _style(self._service, request.path_params["voice"], asked.voice_settings)
        session = TextSession(self._service, style, "elevenlabs")
        session.write(asked.text)
        session.end()
        return session, encoder(name, session.rate_hz, rate_hz), media_type(name)


class _Connection:
    """Contexts by name; `stream-input` has one, which ends the connection."""

    def __init__(self, socket: Socket, service: Service, *, multiple: bool) -> None:
        self._socket, self._service, self._multiple = socket, service, multiple
        self._contexts: dict[str, TextSession] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        refusal = self._socket.refusal
        if refusal and refusal.status != 401:
            await self._socket.deny(refusal)
        await self._socket.websocket.accept()
        try:
            query = self._socket.websocket.query_params
            self._format = output_format(query.get("output_format", "mp3_44100_128"))
            voice = self._socket.websocket.path_params["voice"]
            message = validate(Message, await self._socket.receive())
            if refusal and not self._is_known(message):
                raise refusal
            self._style = _style(self._service, voice, message.voice_settings)
            while self._take(message):
                message = validate(Message, await self._socket.receive())
            await asyncio.gather(*self._tasks.values())
            await self._socket.close()
        except ServiceError as error:
            await self._tell(error)
            await self._socket.close(close_code(error), error.message)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _is_known(self, message: Message) -> bool:
        """The first message may hold the key, for browsers."""
        candidates = [message.xi_api_key or "", (message.authorization or "").removeprefix("Bearer ")]
        return is_known(candidates, self._service.settings.tokens)

    def _take(self, message: Message) -> bool:
        """Follow one message; False for the last."""
        name = message.context if self._multiple else "default"
        if message.close_socket:
            self._end_all()
            return False
        if message.close_context:
            self._end(name)
            return True
        if message.text == "" and not self._multiple:
            self._end_all()
            return False
        if message.text:
            self._context(name).write(message.text)
        if message.flush or (message.try_trigger_generation and name in self._contexts):
            self._context(name).flush()
        return True

    def _context(self, name: str) -> TextSession:
        if name not in self._contexts:
            if len(self._contexts) >= _MOST_CONTEXTS:
                raise ServiceError(429, f"More than {_MOST_CONTEXTS} contexts at once", "max_contexts_exceeded")
            session = self._contexts[name] = TextSession(self._service, self._style, "elevenlabs")
            self._tasks[name] = asyncio.create_task(self._speak(name, session))
        return self._contexts[name]

    def _end(self, name: str) -> None:
        session = self._contexts.pop(name, None)
        if session:
            session.end()

    def _end_all(self) -> None:
        for name in list(self._contexts):
            self._end(name)

    async def _speak(self, name: str, session: TextSession) -> None:
        extra = {"contextId": name} if self._multiple else {}
        coder = encoder(self._format[0], session.rate_hz, self._format[1])
        try:
            async with aclosing(_stream_with_alignment(session, coder, absolute=False)) as messages:
                async for audio, alignment in messages:
                    data = base64.b64encode(audio).decode()
                    await self._socket.send_json(
                        {
                            "audio": data,
                            "isFinal": None,
                            "alignment": alignment,
                            "normalizedAlignment": alignment,
                            **extra,
                        }
                    )
            final = {"isFinal": True, "is_final": True} if self._multiple else {"isFinal": True}
            await self._socket.send_json({"audio": None, **final, **extra})
        except ServiceError as error:
            await self._tell(error)

    async def _tell(self, error: ServiceError) -> None:
        await self._socket.send_json(
            {"message": error.message, "error": error.code or "error", "code": close_code(error)}
        )


async def _stream_with_alignment(
    session: TextSession, coder: AudioEncoder, *, absolute: bool
) -> AsyncGenerator[tuple[bytes, dict[str, list[Any]] | None]]:
    """Sound, and after each sentence its alignment, whose times begin with its sound unless `absolute`."""
    begin = coder.begin()
    async with aclosing(session.events()) as events:
        async for event in events:
            if isinstance(event, Spoken):
                if event.words:
                    yield b"", alignment(event.words, 0.0 if absolute else event.begin_s, event.end_s)
            elif isinstance(event, Sound):
                data = begin + coder.encode(event.chunk.samples)
                begin = b""
                if data:
                    yield data, None
    if rest := begin + coder.finish():
        yield rest, None


def alignment(words: tuple[TimedText, ...], start_s: float, end_s: float) -> dict[str, list[Any]]:
    """Characters with times from `start_s` on: those of a word share its time evenly, a space lasts until the next
    word, the last until `end_s`, so that what clients add up stays in step with the sound."""
    characters: list[str] = []
    starts: list[int] = []
    durations: list[int] = []
    for number, word in enumerate(words):
        following = words[number + 1].start if number + 1 < len(words) else end_s
        edges = [word.start + (word.end - word.start) * i / len(word.text) for i in range(len(word.text))] + [word.end]
        times = [*zip(edges, edges[1:], word.text, strict=False), (word.end, following, " ")]
        for begin, end, character in times:
            characters.append(character)
            starts.append(round((begin - start_s) * 1000))
            durations.append(max(0, round((end - start_s) * 1000) - starts[-1]))
    return {"chars": characters, "charStartTimesMs": starts, "charDurationsMs": durations}


def output_format(text: str) -> tuple[str, int]:
    """`mp3_44100_128` and the like. Raises `ServiceError`."""
    kind, _, rest = text.partition("_")
    rate = rest.partition("_")[0]
    if kind not in _FORMATS or not rate.isdigit() or int(rate) not in RATES_HZ:
        raise bad_request(f"output_format {text[:40]!r} is not supported", "invalid_output_format", "output_format")
    return _FORMATS[kind], int(rate)


def _style(service: Service, voice: str, settings: VoiceSettings | None) -> Style:
    speed = settings.speed if settings and settings.speed else 1.0
    return Style(service.voices.find(voice, VOICE_ID), min(max(speed, 0.25), 4.0), prosody=service.settings.prosody)


def _snake(audio: bytes, times: dict[str, list[Any]] | None) -> dict[str, Any]:
    """The HTTP endpoints' spelling, in seconds."""
    shown = None
    if times:
        starts = [start / 1000 for start in times["charStartTimesMs"]]
        ends = [start + length / 1000 for start, length in zip(starts, times["charDurationsMs"], strict=True)]
        shown = {
            "characters": times["chars"],
            "character_start_times_seconds": starts,
            "character_end_times_seconds": ends,
        }
    return {"audio_base64": base64.b64encode(audio).decode(), "alignment": shown, "normalized_alignment": shown}


def error_response(error: ServiceError) -> dict[str, Any]:
    """ElevenLabs' form of an error over HTTP."""
    return {"detail": {"status": error.code or "error", "message": error.message}}

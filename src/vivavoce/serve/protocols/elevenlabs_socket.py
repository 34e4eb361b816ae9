"""ElevenLabs' WebSockets: `stream-input` with one context, `multi-stream-input` with several by name."""

from __future__ import annotations

import asyncio
import base64
from contextlib import aclosing

from vivavoce.serve.errors import ServiceError
from vivavoce.serve.protocols.elevenlabs_messages import (
    DEFAULT_FORMAT,
    Alignment,
    Message,
    OutputFormat,
    sound_and_times,
    style,
)
from vivavoce.serve.requests import validate
from vivavoce.serve.service import Service
from vivavoce.serve.session import TextSession
from vivavoce.serve.sockets import Socket, close_code
from vivavoce.serve.synthesis import Style
from vivavoce.serve.tokens import is_known

_MOST_CONTEXTS = 5
_ONLY = "default"


class SpeechSocket:
    """One connection. The end of a lone context ends it."""

    def __init__(self, socket: Socket, service: Service, *, multiple: bool) -> None:
        self._socket, self._service, self._multiple = socket, service, multiple
        self._contexts: dict[str, TextSession] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        refusal = self._socket.refusal
        if refusal and refusal.status != 401:
            await self._socket.deny(refusal)
        await self._socket.websocket.accept()
        try:
            query = self._socket.websocket.query_params
            self._format = OutputFormat.parse(query.get("output_format", DEFAULT_FORMAT))
            message = validate(Message, await self._socket.receive())
            if refusal and not self._is_known(message):
                raise refusal
            self._style(message)  # so that an unknown voice is told at once
            while self._take(message):
                message = validate(Message, await self._socket.receive())
            await asyncio.gather(*self._tasks)
            await self._socket.close()
        except ServiceError as error:
            await self._tell(error)
            await self._socket.close(close_code(error), error.message)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_known(self, message: Message) -> bool:
        """The first message may hold the key, for browsers."""
        candidates = [message.xi_api_key or "", (message.authorization or "").removeprefix("Bearer ")]
        return is_known(candidates, self._service.settings.tokens)

    def _style(self, message: Message) -> Style:
        websocket = self._socket.websocket
        language = websocket.query_params.get("language_code")
        return style(self._service, websocket.path_params["voice"], message.voice_settings, language)

    def _take(self, message: Message) -> bool:
        """Follow one message; False for the last."""
        name = (message.context_id or _ONLY) if self._multiple else _ONLY
        if message.close_socket or (message.text == "" and not self._multiple and not message.flush):
            for context in list(self._contexts):
                self._end(context)
            return False
        if message.text:
            is_greeting = name not in self._contexts and message.text.isspace()
            context = self._context(name, message)
            if not is_greeting:
                context.write(message.text)
        if message.flush and name in self._contexts:
            self._contexts[name].flush()
        if message.close_context:
            self._end(name)
        return True

    def _context(self, name: str, message: Message) -> TextSession:
        """The context of a name, which its first message begins and says how to speak."""
        if name not in self._contexts:
            if len(self._contexts) >= _MOST_CONTEXTS:
                raise ServiceError(429, f"More than {_MOST_CONTEXTS} contexts at once", "max_contexts_exceeded")
            session = self._contexts[name] = TextSession(self._service, self._style(message), "elevenlabs")
            task = asyncio.create_task(self._speak(name, session))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self._contexts[name]

    def _end(self, name: str) -> None:
        session = self._contexts.pop(name, None)
        if session:
            session.end()

    async def _speak(self, name: str, session: TextSession) -> None:
        extra = {"contextId": name} if self._multiple else {}
        try:
            coder = self._format.encoder(session.rate_hz)
            async with aclosing(sound_and_times(session, coder)) as messages:
                async for audio, spoken in messages:
                    times = Alignment.of(spoken, spoken.begin_s).end_with_space().as_milliseconds() if spoken else None
                    data = base64.b64encode(audio).decode()
                    told = {"audio": data, "isFinal": None, "alignment": times, "normalizedAlignment": times}
                    await self._socket.send_json({**told, **extra})
            final = {"isFinal": True, "is_final": True} if self._multiple else {"isFinal": True}
            await self._socket.send_json({"audio": None, **final, **extra})
        except ServiceError as error:
            await self._tell(error, extra)

    async def _tell(self, error: ServiceError, extra: dict[str, str] | None = None) -> None:
        told = {"message": error.message, "error": error.code or "error", "code": close_code(error)}
        await self._socket.send_json({**told, **(extra or {})})

"""OpenAI's speech API, and the few endpoints that its self-hosted kin have beside it."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vivavoce.serve.captions import MarkReader, as_json, srt, vtt
from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.formats import encoder, media_type, whole_file
from vivavoce.serve.instructions import Manner, read_instructions
from vivavoce.serve.requests import StrictModel, read_json, validate
from vivavoce.serve.service import Service
from vivavoce.serve.streaming import StreamedResponse, server_sent_event, with_first
from vivavoce.serve.synthesis import PROSODY_SYSTEMS, Chunk, SpeechMark, concatenate

PCM_RATE_HZ = 24_000
"""Of `pcm`, by OpenAI's promise."""
OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-12-15")
OWN_MODELS = ("vivavoce", *(f"vivavoce-{name}" for name in PROSODY_SYSTEMS))
"""The prosody model that the server is set to, or one of choice."""
CAPTIONS = {"srt": (srt, "application/x-subrip"), "vtt": (vtt, "text/vtt")}
_RELEASED = 1_764_288_000


class VoiceId(StrictModel):
    """A voice given as an object instead of a name."""

    id: str = Field(max_length=200)


class SpeechRequest(StrictModel):
    """`POST /v1/audio/speech`. What follows `stream_format` is ours."""

    model: str = Field(max_length=200)
    input: str = Field(min_length=1)
    voice: str | VoiceId
    instructions: str = Field("", max_length=4096)
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm", "srt", "vtt"] = "mp3"
    speed: Annotated[float, Field(ge=0.25, le=4.0)] = 1.0
    stream_format: Literal["audio", "sse", "json"] = "audio"
    timestamps: bool = False
    pitch: Annotated[float, Field(ge=-24, le=24)] = 0.0
    prosody: str | None = None
    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**31)] = 0
    pauses: Annotated[float, Field(ge=0, le=5)] | None = None


class OpenAi:
    """The endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        return [
            Route("/v1/audio/speech", self.speech, methods=["POST"]),
            Route("/v1/models/{model}", self.model, methods=["GET"]),
            Route("/v1/audio/models", self.audio_models, methods=["GET"]),
            Route("/v1/audio/voices", self.voices, methods=["GET"]),
        ]

    async def speech(self, request: Request) -> Response:
        asked = validate(SpeechRequest, await read_json(request))
        self._check(asked)
        manner = read_instructions(asked.instructions)
        reader = MarkReader(asked.input)
        chunks = self._chunks(asked, manner)
        headers = _manner_headers(asked, manner)
        if asked.response_format in CAPTIONS:
            write, kind = CAPTIONS[asked.response_format]
            spoken = await _all(chunks)
            return Response(write(asked.input, reader.words(spoken.marks)), media_type=kind, headers=headers)
        if asked.stream_format == "json" or (asked.timestamps and asked.stream_format == "audio"):
            return JSONResponse(_whole(asked, reader, await _all(chunks), self._rate_hz), headers=headers)
        if asked.stream_format == "sse":
            parts, kind = self._events(asked, reader, chunks), "text/event-stream"
        else:
            parts, kind = self._sound(asked, chunks), media_type(asked.response_format)
        first = await anext(parts)
        return StreamedResponse(with_first(first, parts), kind, headers)

    def _check(self, asked: SpeechRequest) -> None:
        most = self._service.settings.max_characters
        if len(asked.input) > most:
            raise bad_request(
                f"Invalid 'input': string too long. Expected a string with maximum length {most}, but got a string with"
                f" length {len(asked.input)} instead.", "string_above_max_length", "input",
            )  # fmt: skip
        if asked.model not in OPENAI_MODELS + OWN_MODELS:
            raise ServiceError(404, f"The model {asked.model!r} does not exist", "model_not_found", "model")
        if asked.prosody is not None and asked.prosody not in PROSODY_SYSTEMS:
            known = ", ".join(repr(name) for name in PROSODY_SYSTEMS)
            raise bad_request(
                f"Invalid value: {asked.prosody!r}. Supported values are: {known}.", "invalid_value", "prosody"
            )

    @property
    def _rate_hz(self) -> int:
        return self._service.engine.rate_hz

    def _chunks(self, asked: SpeechRequest, manner: Manner) -> AsyncGenerator[Chunk]:
        """Everything that can be refused is refused here."""
        voice = asked.voice if isinstance(asked.voice, str) else asked.voice.id
        prosody = asked.prosody or (asked.model.removeprefix("vivavoce-") if asked.model in OWN_MODELS[1:] else None)
        if prosody is None and manner.temperature and self._service.settings.prosody == "none":
            prosody = "auto"  # only a model that samples can be livelier
        style = self._service.style(
            voice,
            min(max(asked.speed * manner.rate, 0.25), 4.0),
            min(max(asked.pitch + manner.pitch_semitones, -24.0), 24.0),
            prosody,
            manner.temperature if asked.temperature is None else asked.temperature,
            asked.seed,
            asked.pauses,
        )
        return self._service.say(self._service.speech(style), asked.input, "openai")

    async def _sound(self, asked: SpeechRequest, chunks: AsyncGenerator[Chunk]) -> AsyncGenerator[bytes]:
        async with aclosing(chunks):
            to_hz = PCM_RATE_HZ if asked.response_format == "pcm" else None
            coder = encoder(asked.response_format, self._rate_hz, to_hz)
            begin = coder.begin()
            async for chunk in chunks:
                yield begin + coder.encode(chunk.samples)
                begin = b""
            yield begin + coder.finish()

    async def _events(
        self, asked: SpeechRequest, reader: MarkReader, chunks: AsyncGenerator[Chunk]
    ) -> AsyncGenerator[bytes]:
        """Server-sent events; an error in the middle is one too."""
        samples, is_begun = 0, False
        async with aclosing(chunks):
            try:
                to_hz = PCM_RATE_HZ if asked.response_format == "pcm" else None
                coder = encoder(asked.response_format, self._rate_hz, to_hz)
                begin = coder.begin()
                async for chunk in chunks:
                    event = b""
                    if asked.timestamps and chunk.marks:
                        event = server_sent_event(_timestamps(reader, chunk.marks))
                    event += _delta(begin + coder.encode(chunk.samples))
                    samples, begin, is_begun = samples + len(chunk.samples), b"", True
                    yield event
                yield _delta(coder.finish()) + server_sent_event(_done_event(asked, samples / self._rate_hz))
            except ServiceError as error:
                if not is_begun:
                    raise
                yield server_sent_event({"type": "error", **error_body(error)})

    async def model(self, request: Request) -> Response:
        name = request.path_params["model"]
        if name not in OPENAI_MODELS + OWN_MODELS:
            raise ServiceError(404, f"The model {name[:60]!r} does not exist", "model_not_found", "model")
        return JSONResponse(_model(name))

    async def audio_models(self, request: Request) -> Response:
        return JSONResponse({"models": [{"id": name} for name in OPENAI_MODELS + OWN_MODELS]})

    async def voices(self, request: Request) -> Response:
        own = [
            {"id": speaker.id, "name": speaker.name, "language": speaker.language, "addon": speaker.voice}
            for speaker in self._service.voices.speakers
        ]
        aliases = [
            {"id": name, "name": f"{name} ({speaker.name})", "language": speaker.language, "speaker": speaker.id}
            for name, speaker in self._service.voices.aliases()
        ]
        return JSONResponse({"voices": own + aliases})


def models() -> dict[str, object]:
    """What `GET /v1/models` answers."""
    return {"object": "list", "data": [_model(name) for name in OPENAI_MODELS + OWN_MODELS]}


def error_body(error: ServiceError) -> dict[str, object]:
    """OpenAI's form of an error."""
    kind = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(error.status)
    kind = kind or ("invalid_request_error" if error.status < 500 else "server_error")
    return {"error": {"message": error.message, "type": kind, "param": error.param, "code": error.code}}


def _delta(data: bytes) -> bytes:
    if not data:
        return b""
    return server_sent_event({"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()})


def _timestamps(reader: MarkReader, marks: tuple[SpeechMark, ...]) -> dict[str, object]:
    sentences = as_json(reader.sentences(marks))
    return {"type": "speech.audio.timestamps", "words": as_json(reader.words(marks)), "sentences": sentences}


def _done_event(asked: SpeechRequest, seconds: float) -> dict[str, object]:
    """Tokens as OpenAI counts them, nearly: four characters of text, and a twentieth of a second of sound."""
    read, said = -(-len(asked.input) // 4), round(20 * seconds)
    usage = {"input_tokens": read, "output_tokens": said, "total_tokens": read + said}
    return {"type": "speech.audio.done", "usage": usage}


def _whole(asked: SpeechRequest, reader: MarkReader, spoken: Chunk, rate_hz: int) -> dict[str, object]:
    to_hz = PCM_RATE_HZ if asked.response_format == "pcm" else rate_hz
    return {
        "audio": base64.b64encode(whole_file(asked.response_format, spoken.samples, rate_hz, to_hz)).decode(),
        "format": asked.response_format,
        "sample_rate": to_hz,
        "duration": round(len(spoken.samples) / rate_hz, 4),
        "words": as_json(reader.words(spoken.marks)),
        "sentences": as_json(reader.sentences(spoken.marks)),
    }


async def _all(chunks: AsyncGenerator[Chunk]) -> Chunk:
    async with aclosing(chunks):
        return concatenate([chunk async for chunk in chunks])


def _manner_headers(asked: SpeechRequest, manner: Manner) -> dict[str, str]:
    """What became of `instructions`."""
    if not asked.instructions:
        return {}
    applied = f"rate={manner.rate:.2f}, pitch={manner.pitch_semitones:+.1f}st, temperature={manner.temperature:.1f}"
    ignored = "; ".join(manner.ignored).encode("ascii", "replace").decode()[:400]
    return {"x-instructions-applied": applied, **({"x-instructions-ignored": ignored} if ignored else {})}


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _RELEASED, "owned_by": "vivavoce"}

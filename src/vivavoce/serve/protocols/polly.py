"""Amazon Polly's interface: `POST /v1/speech` and `GET /v1/voices`, for programs that have its SDK."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Literal

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.formats import RATES_HZ, encoder
from vivavoce.serve.requests import LenientModel, read_json, validate
from vivavoce.serve.service import Service
from vivavoce.serve.streaming import StreamedResponse, with_first
from vivavoce.serve.synthesis import Chunk, Speaker, polly_lines

PATHS = ("/v1/speech", "/v1/voices", "/v1/lexicons", "/v1/synthesisTasks")
PREFIXES = ("/v1/lexicons/", "/v1/synthesisTasks/")
_TYPES = {
    "mp3": ("mp3", "audio/mpeg"),
    "ogg_vorbis": ("vorbis", "audio/ogg"),
    "ogg_opus": ("opus", "audio/ogg"),
    "pcm": ("pcm", "audio/pcm"),
    "mulaw": ("mulaw", "audio/mulaw"),
    "alaw": ("alaw", "audio/alaw"),
}
_DEFAULT_RATES_HZ = {"pcm": 16_000, "mulaw": 8_000, "alaw": 8_000, "ogg_opus": 48_000}
_MARKS = ("sentence", "word", "ssml", "viseme")
_NAMES = {
    "Joanna": "af_heart", "Salli": "kathleen", "Ruth": "af_bella", "Matthew": "am_michael", "Stephen": "am_fenrir",
    "Amy": "bf_emma", "Brian": "bm_george",
}  # fmt: skip
"""Voices that programs of Polly have built in, to ours."""


_NO_LEXICONS = ServiceError(404, "There are no lexicons on this server", "lexicon", "LexiconNames")


class SpeechRequest(LenientModel):
    """`SynthesizeSpeech`."""

    Text: str
    VoiceId: str
    OutputFormat: Literal["mp3", "ogg_opus", "pcm", "json", "ogg_vorbis", "mulaw", "alaw"]
    Engine: str | None = None
    LanguageCode: str | None = None
    SampleRate: str | None = None
    SpeechMarkTypes: list[Literal["sentence", "word", "ssml", "viseme"]] | None = None
    TextType: Literal["text", "ssml"] = "text"
    LexiconNames: list[str] | None = None


class Polly:
    """The endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/speech", self.speech, methods=["GET", "POST"]),
            Route("/v1/lexicons", self.lexicons, methods=["GET"]),
            Route("/v1/lexicons/{name}", self.lexicon, methods=["GET", "PUT", "DELETE"]),
            Route("/v1/synthesisTasks", self.tasks, methods=["GET", "POST"]),
            Route("/v1/synthesisTasks/{task}", self.task, methods=["GET"]),
        ]

    async def speech(self, request: Request) -> Response:
        """In a URL that was signed for somebody else everything stands in it."""
        in_url = "Text" in request.query_params
        value = _from_query(request.query_params) if in_url else await read_json(request)
        asked = validate(SpeechRequest, value)
        self._check(asked)
        style = self._service.style(_NAMES.get(asked.VoiceId, asked.VoiceId))
        speech = self._service.speech(style)
        chunks = self._service.say(speech, asked.Text, "polly", markup=asked.TextType == "ssml")
        parts = _marks(asked, chunks) if asked.OutputFormat == "json" else _sound(asked, chunks, speech.rate_hz)
        kind = "application/x-json-stream" if asked.OutputFormat == "json" else _TYPES[asked.OutputFormat][1]
        headers = {"x-amzn-requestcharacters": str(len(asked.Text))}
        return StreamedResponse(with_first(await anext(parts), parts), kind, headers)

    async def lexicons(self, request: Request) -> Response:
        return JSONResponse({"Lexicons": []})

    async def lexicon(self, request: Request) -> Response:
        if request.method == "PUT":
            raise bad_request("Lexicons are not kept here: write <phoneme> in SSML", "invalid_value", "Content")
        raise _NO_LEXICONS

    async def tasks(self, request: Request) -> Response:
        if request.method == "POST":
            raise bad_request("There is no bucket for tasks here: use SynthesizeSpeech, which streams", "invalid_value")
        return JSONResponse({"SynthesisTasks": []})

    async def task(self, request: Request) -> Response:
        raise ServiceError(400, "There is no such task", "task")

    def _check(self, asked: SpeechRequest) -> None:
        if len(asked.Text) > self._service.settings.max_characters:
            raise ServiceError(400, "Maximum text length has been exceeded", "string_above_max_length", "Text")
        if (asked.OutputFormat == "json") != bool(asked.SpeechMarkTypes):
            raise ServiceError(
                400, "Speech marks need OutputFormat json, and json needs them", "marks", "SpeechMarkTypes"
            )
        if asked.SpeechMarkTypes and "viseme" in asked.SpeechMarkTypes:
            raise ServiceError(400, "There are no viseme marks here", "marks", "SpeechMarkTypes")
        if asked.LexiconNames:
            raise _NO_LEXICONS
        _rate_hz(asked)


def voices(speakers: Sequence[Speaker], language: str | None) -> list[dict[str, Any]]:
    """What `GET /v1/voices` answers: those who speak `language`, if one is wanted, and the names of Polly's own."""
    speakers = [speaker for speaker in speakers if language in (None, speaker.language)]
    names = {ours: theirs for theirs, ours in _NAMES.items()}
    theirs = [_voice(speaker, names[speaker.name]) for speaker in speakers if speaker.name in names]
    return [_voice(speaker, speaker.id) for speaker in speakers] + theirs


async def _sound(asked: SpeechRequest, chunks: AsyncGenerator[Chunk], rate_hz: int) -> AsyncGenerator[bytes]:
    async with aclosing(chunks):
        coder = encoder(_TYPES[asked.OutputFormat][0], rate_hz, _rate_hz(asked))
        begin = coder.begin()
        async for chunk in chunks:
            yield begin + coder.encode(chunk.samples)
            begin = b""
        yield begin + coder.finish()


async def _marks(asked: SpeechRequest, chunks: AsyncGenerator[Chunk]) -> AsyncGenerator[bytes]:
    wanted, source = set(asked.SpeechMarkTypes or ()), asked.Text.encode("utf-8", "surrogatepass")
    async with aclosing(chunks):
        async for chunk in chunks:
            lines = polly_lines([mark for mark in chunk.marks if mark.type in wanted], source)
            yield "".join(f"{line}\n" for line in lines).encode()


def _from_query(query: QueryParams) -> dict[str, Any]:
    lists = {name: query.getlist(name) for name in ("SpeechMarkTypes", "LexiconNames") if name in query}
    return {**{name: value for name, value in query.items() if not name.startswith("X-Amz-")}, **lists}


def _rate_hz(asked: SpeechRequest) -> int:
    text = asked.SampleRate
    if text is None:
        return _DEFAULT_RATES_HZ.get(asked.OutputFormat, 24_000)
    rate_hz = next((known for known in RATES_HZ if str(known) == text), None)
    if rate_hz is None or (asked.OutputFormat == "pcm" and rate_hz > 24_000):
        raise ServiceError(400, f"SampleRate {text[:20]!r} does not go with that format", "sample_rate", "SampleRate")
    return rate_hz


def _voice(speaker: Speaker, identity: str) -> dict[str, Any]:
    language = "British English" if speaker.language == "en-GB" else "US English"
    return {
        "Id": identity, "Name": speaker.name, "Gender": (speaker.gender or "Female").capitalize(),
        "LanguageCode": speaker.language, "LanguageName": language, "SupportedEngines": ["neural", "standard"],
    }  # fmt: skip


def error_response(error: ServiceError) -> JSONResponse:
    """Polly's form of an error."""
    kind = "ServiceFailureException" if error.status >= 500 else "ValidationException"
    if error.code in ("string_above_max_length", "sample_rate", "marks", "lexicon", "task"):
        kind = {
            "string_above_max_length": "TextLengthExceededException",
            "sample_rate": "InvalidSampleRateException",
            "marks": "MarksNotSupportedForFormatException",
            "lexicon": "LexiconNotFoundException",
            "task": "SynthesisTaskNotFoundException",
        }[error.code]
    elif error.param == "input":
        kind = "InvalidSsmlException"
    elif error.status in (401, 403):
        kind = "UnrecognizedClientException"
    elif error.status == 429:
        kind = "ThrottlingException"
    return JSONResponse({"message": error.message}, error.status, {"x-amzn-errortype": kind})

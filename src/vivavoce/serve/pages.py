"""The page at `/`, and what only it asks for: pitch, speech through loss, a file inspected."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import tempfile
import time
from collections.abc import Callable
from contextlib import aclosing
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vivavoce.audio import Audio
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ, pitch
from vivavoce.serve.captions import MarkReader, as_json
from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.formats import whole_file
from vivavoce.serve.protected import play_through_loss
from vivavoce.serve.requests import StrictModel, read_json, validate
from vivavoce.serve.service import Service
from vivavoce.serve.synthesis import PROSODY_SYSTEMS, Chunk, concatenate

Result = TypeVar("Result")

MOST_CHARACTERS = 600
"""Of a text that is drawn or sent through loss: all of it is in memory at once."""
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " media-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
}


class PageRequest(StrictModel):
    """What stands on the page."""

    input: str = Field(min_length=1, max_length=MOST_CHARACTERS)
    voice: str
    prosody: str = "none"
    speed: Annotated[float, Field(ge=0.25, le=4)] = 1.0
    pitch: Annotated[float, Field(ge=-24, le=24)] = 0.0
    pauses: Annotated[float, Field(ge=0, le=5)] = 1.0
    loss: Annotated[float, Field(ge=0, le=0.9)] = 0.0


class Pages:
    """The endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._inspecting = asyncio.Semaphore(1)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.page, methods=["GET"]),
            Route("/page/systems.json", self.systems, methods=["GET"]),
            Route("/page/{name}", self.page, methods=["GET"]),
            Route("/v1/pitch", self.pitch, methods=["POST"]),
            Route("/v1/loss", self.loss, methods=["POST"]),
            Route("/v1/inspect", self.inspect, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        is_cartesia = "cartesia-version" in request.headers
        if request.url.path == "/" and (is_cartesia or request.headers.get("accept") == "application/json"):
            return JSONResponse({"ok": True, "version": version("vivavoce")})  # as Cartesia's programs ask
        if name not in _page():
            raise ServiceError(404, "There is no such page", "unknown_url")
        data, kind, tag = _page()[name]
        headers = {**_HEADERS, "etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(data, media_type=kind, headers=headers)

    async def systems(self, request: Request) -> Response:
        return JSONResponse(PROSODY_SYSTEMS)

    async def pitch(self, request: Request) -> Response:
        asked = validate(PageRequest, await read_json(request))
        spoken, rate_hz = await self._speak(asked)
        track = await self._in_thread(lambda: pitch(Audio(spoken.samples, rate_hz).resampled(RATE_HZ)))
        voiced = track[track > 0]
        reader = MarkReader(asked.input)
        return JSONResponse(
            {
                "audio": _wav(spoken.samples, rate_hz),
                "words": as_json(reader.words(spoken.marks)),
                "pitch": [round(float(value), 1) for value in track],
                "median_hz": round(float(np.median(voiced)), 1) if len(voiced) else 100.0,
            }
        )

    async def loss(self, request: Request) -> Response:
        asked = validate(PageRequest, await read_json(request))
        spoken, rate_hz = await self._speak(asked)
        played = await self._in_thread(lambda: play_through_loss(Audio(spoken.samples, rate_hz), asked.loss))
        return JSONResponse(
            {
                "packets": played.packets,
                "lost": played.lost,
                "plain": _wav(played.plain.samples, played.plain.rate_hz),
                "protected": _wav(played.protected.samples, played.protected.rate_hz),
            }
        )

    async def inspect(self, request: Request) -> Response:
        """A media file as the body; only its suffix is taken from `name`."""
        from vivavoce.inspection import inspect_file, require_pyav

        try:
            require_pyav()
        except InputError as error:
            raise ServiceError(501, str(error), "not_installed") from error
        suffix = Path(request.query_params.get("name", "")).suffix
        suffix = suffix if suffix[1:].isalnum() and len(suffix) <= 6 else ""
        with tempfile.TemporaryDirectory(prefix="vivavoce-") as folder:
            path = Path(folder) / f"file{suffix}"
            await self._receive(request, path)
            async with self._inspecting:
                found = await asyncio.to_thread(inspect_file, path)
        if found.error:
            raise bad_request(found.error.replace(str(path), "the file"), "invalid_value", "file")
        notes = [*(f"{name} did not run: {why}" for name, why in found.skipped.items()), *found.notices]
        shown = [{**event.as_json(), "severity": event.severity.name.lower()} for event in found.events]
        return JSONResponse({"events": shown, "notes": notes})

    async def _receive(self, request: Request, path: Path) -> None:
        """Write the body to a file. Raises `ServiceError` where it is too long or does not come."""
        size, most = 0, self._service.settings.max_upload_bytes
        stream = request.stream()
        with open(path, "wb") as file:
            while True:
                try:
                    async with asyncio.timeout(self._service.settings.stall_s):
                        part = await anext(stream, None)
                except TimeoutError:
                    raise ServiceError(408, "The body did not come", "timeout") from None
                if part is None:
                    return
                size += len(part)
                if size > most:
                    raise ServiceError(413, f"The file has more than {most} bytes", "body_too_large")
                file.write(part)

    async def _speak(self, asked: PageRequest) -> tuple[Chunk, int]:
        style = self._service.style(asked.voice, asked.speed, asked.pitch, asked.prosody, pauses=asked.pauses)
        speech = self._service.speech(style)
        async with aclosing(self._service.say(speech, asked.input, "page")) as chunks:
            return concatenate([chunk async for chunk in chunks]), speech.rate_hz

    async def _in_thread(self, job: Callable[[], Result]) -> Result:
        """Where voices run, after whatever a listener waits for."""
        return await self._service.engine.scheduler.run(job, time.monotonic() + 1.0)


def _wav(samples: np.ndarray, rate_hz: int) -> str:
    return base64.b64encode(whole_file("wav", samples, rate_hz)).decode()


@cache
def _page() -> dict[str, tuple[bytes, str, str]]:
    """Bytes, kind and tag of each file of the page; a name that is not among them is not looked for."""
    found: dict[str, Any] = {}
    for item in files("vivavoce.serve").joinpath("page").iterdir():
        kind = _TYPES.get(Path(item.name).suffix)
        if kind:
            data = item.read_bytes()
            found[item.name] = (data, kind, f'"{hashlib.sha256(data).hexdigest()[:16]}"')
    return found

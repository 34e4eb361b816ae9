"""Addresses at which programs of several services ask for different things."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vivavoce.serve.protocols import deepgram, elevenlabs_account, openai, polly
from vivavoce.serve.service import Service


class SharedPaths:
    """The endpoints. Who asks is told by the header in which the key is sent."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/models", self.models, methods=["GET"]),
            Route("/v1/voices", self.voices, methods=["GET"]),
        ]

    async def models(self, request: Request) -> Response:
        if "xi-api-key" in request.headers:
            return JSONResponse(elevenlabs_account.models())
        if request.headers.get("authorization", "").lower().startswith("token "):
            return JSONResponse(deepgram.models(self._service.voices.speakers))
        return JSONResponse(openai.models())

    async def voices(self, request: Request) -> Response:
        """Polly's list and ElevenLabs', whose names differ in their first letter alone."""
        theirs = [elevenlabs_account.shown_voice(speaker) for speaker in self._service.voices.speakers]
        wanted = request.query_params.get("LanguageCode")
        return JSONResponse({"Voices": polly.voices(self._service.voices.speakers, wanted), "voices": theirs})

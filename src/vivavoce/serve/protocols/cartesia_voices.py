"""Cartesia's list of voices, a page at a time."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.service import Service
from vivavoce.serve.synthesis import Speaker

_LAST_VERSION_WITHOUT_PAGES = "2024-06-10"
_CREATED = "2026-01-01T00:00:00Z"
_GENDERS = {"female": ("female", "feminine"), "male": ("male", "masculine")}
"""Ours to what older and newer versions call it."""


class CartesiaVoices:
    """The endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/voices", self.voices, methods=["GET"]),
            Route("/voices/", self.voices, methods=["GET"]),
            Route("/voices/{voice}", self.voice, methods=["GET"]),
        ]

    async def voices(self, request: Request) -> Response:
        """Those after `starting_after` or before `ending_before`, at most `limit`, whose name or identity has `q`."""
        query = request.query_params
        speakers = [speaker for speaker in self._service.voices.speakers if _fits(speaker, request)]
        if request.headers.get("cartesia-version", "") == _LAST_VERSION_WITHOUT_PAGES:
            return JSONResponse([_voice(speaker) for speaker in speakers])
        limit = query.get("limit", "100")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= 100:
            raise bad_request("limit is 1 to 100", "invalid_limit", "limit")
        names = [speaker.id for speaker in speakers]
        if (after := query.get("starting_after")) is not None:
            speakers = speakers[_place(names, after) + 1 :]
        if (before := query.get("ending_before")) is not None:
            speakers = speakers[: _place(names, before)][-int(limit) :]
        page, has_more = speakers[: int(limit)], len(speakers) > int(limit)
        shown = [_voice(speaker) for speaker in page]
        return JSONResponse({"data": shown, "has_more": has_more, "next_page": page[-1].id if has_more else None})

    async def voice(self, request: Request) -> Response:
        name = request.path_params["voice"]
        for speaker in self._service.voices.speakers:
            if speaker.id == name:
                return JSONResponse(_voice(speaker))
        raise ServiceError(404, f"There is no voice {name[:60]!r}", "voice_not_found")


def _fits(speaker: Speaker, request: Request) -> bool:
    query = request.query_params
    wanted = query.get("q", "").lower()
    if wanted and wanted not in f"{speaker.id} {speaker.name} {speaker.language}".lower():
        return False
    if query.get("is_owner", "").lower() == "true":
        return False
    gender = query.get("gender")
    return gender is None or gender in _GENDERS.get(speaker.gender.lower(), ("gender_neutral",))


def _place(names: list[str], name: str) -> int:
    if name not in names:
        raise bad_request(f"There is no voice {name[:60]!r}", "invalid_cursor")
    return names.index(name)


def _voice(speaker: Speaker) -> dict[str, Any]:
    gender = _GENDERS.get(speaker.gender.lower(), (None, "gender_neutral"))[1]
    return {
        "id": speaker.id, "name": speaker.name, "description": f"{speaker.name}, {speaker.language}", "tagline": "",
        "language": speaker.language[:2], "gender": gender, "country": speaker.language.partition("-")[2] or None,
        "locales": [{"locale": speaker.language, "is_native": True}], "access": "public", "visibility": "all",
        "is_public": True, "is_owner": False, "is_starred": False, "user_id": "", "created_at": _CREATED,
    }  # fmt: skip

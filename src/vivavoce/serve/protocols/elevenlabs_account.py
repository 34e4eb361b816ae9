"""What ElevenLabs' programs ask for beside speech: voices, models, and an account that has no limits and no history."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vivavoce.serve.errors import ServiceError, bad_request
from vivavoce.serve.service import Service
from vivavoce.serve.synthesis import Speaker

_SETTINGS = {"stability": 0.5, "similarity_boost": 0.75, "style": 0.0, "use_speaker_boost": False, "speed": 1.0}
_MODELS = ("eleven_multilingual_v2", "eleven_turbo_v2_5", "eleven_flash_v2_5", "eleven_v3")
"""Any model is answered by the same voice; these are the names that programs look for."""
_NO_LIMIT = 1_000_000_000


class ElevenLabsAccount:
    """The endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/voices/settings/default", self.settings, methods=["GET"]),
            Route("/v1/voices/{voice}", self.voice, methods=["GET"]),
            Route("/v1/voices/{voice}/settings", self.settings, methods=["GET"]),
            Route("/v2/voices", self.search, methods=["GET"]),
            Route("/v1/user", self.user, methods=["GET"]),
            Route("/v1/user/subscription", self.subscription, methods=["GET"]),
            Route("/v1/history", self.history, methods=["GET"]),
        ]

    async def voice(self, request: Request) -> Response:
        return JSONResponse(shown_voice(self._speaker(request)))

    async def settings(self, request: Request) -> Response:
        if "voice" in request.path_params:
            self._speaker(request)
        return JSONResponse(_SETTINGS)

    async def search(self, request: Request) -> Response:
        """A page of the voices whose name has `search`; its token is the place where the next begins."""
        query = request.query_params
        wanted, size, token = (
            query.get("search", "").lower(),
            query.get("page_size", "10"),
            query.get("next_page_token"),
        )
        numbers = (size, token or "0")
        if not all(number.isascii() and number.isdigit() and len(number) < 6 for number in numbers) or int(size) < 1:
            raise bad_request("page_size and next_page_token are numbers", "invalid_page", "page_size")
        speakers = [
            speaker for speaker in self._service.voices.speakers
            if wanted in f"{speaker.id} {speaker.name} {speaker.language} {speaker.gender}".lower()
        ]  # fmt: skip
        begin, end = int(token or 0), int(token or 0) + int(size)
        more = end < len(speakers)
        page = [shown_voice(speaker) for speaker in speakers[begin:end]]
        told = {"voices": page, "has_more": more, "total_count": len(speakers)}
        return JSONResponse({**told, "next_page_token": str(end) if more else None})

    async def user(self, request: Request) -> Response:
        return JSONResponse(
            {"user_id": "local", "workspace_id": "local", "is_new_user": False, "xi_api_key": "",
             "can_use_delayed_payment_methods": False, "is_onboarding_completed": True,
             "is_onboarding_checklist_completed": True, "first_name": "", "created_at": 0,
             "seat_type": "workspace_admin", "subscription": _subscription()}
        )  # fmt: skip

    async def subscription(self, request: Request) -> Response:
        return JSONResponse(_subscription())

    async def history(self, request: Request) -> Response:
        """Nothing is kept."""
        return JSONResponse({"history": [], "has_more": False, "last_history_item_id": None, "scanned_until": None})

    def _speaker(self, request: Request) -> Speaker:
        name = request.path_params["voice"]
        for speaker in self._service.voices.speakers:
            if speaker.id == name:
                return speaker
        raise ServiceError(404, f"There is no voice {name[:60]!r}", "voice_not_found", "voice_id")


def models() -> list[dict[str, Any]]:
    """What `GET /v1/models` answers to their programs."""
    return [
        {"model_id": name, "name": name, "description": "Spoken by vivavoce", "can_do_text_to_speech": True,
         "can_do_voice_conversion": False, "can_be_finetuned": False, "can_use_style": False,
         "can_use_speaker_boost": False, "serves_pro_voices": False, "requires_alpha_access": False,
         "token_cost_factor": 0.0, "languages": [{"language_id": "en", "name": "English"}],
         "max_characters_request_free_user": 4096, "max_characters_request_subscribed_user": 4096,
         "maximum_text_length_per_request": 4096, "model_rates": {"character_cost_multiplier": 0.0},
         "concurrency_group": "standard"}
        for name in _MODELS
    ]  # fmt: skip


def shown_voice(speaker: Speaker) -> dict[str, Any]:
    """A speaker as one of their voices."""
    labels = {"gender": speaker.gender, "language": speaker.language[:2], "accent": speaker.language}
    return {
        "voice_id": speaker.id, "name": speaker.name, "category": "premade", "description": None, "preview_url": None,
        "labels": {name: value for name, value in labels.items() if value}, "samples": None, "sharing": None,
        "fine_tuning": None, "available_for_tiers": [], "high_quality_base_model_ids": [], "settings": _SETTINGS,
        "verified_languages": [], "is_owner": False, "is_legacy": False, "is_mixed": False, "created_at_unix": None,
    }  # fmt: skip


def _subscription() -> dict[str, Any]:
    return {
        "tier": "local", "character_count": 0, "character_limit": _NO_LIMIT, "max_character_limit_extension": None,
        "max_credit_limit_extension": "unlimited", "can_extend_character_limit": False,
        "allowed_to_extend_character_limit": False, "next_character_count_reset_unix": None, "voice_slots_used": 0,
        "professional_voice_slots_used": 0, "professional_voice_slots_used_in_workspace": 0, "voice_limit": 0,
        "max_voice_add_edits": None, "voice_add_edit_counter": 0, "professional_voice_limit": 0,
        "can_extend_voice_limit": False, "can_use_instant_voice_cloning": False,
        "can_use_professional_voice_cloning": False, "currency": None, "status": "active", "billing_period": None,
        "character_refresh_period": None, "current_overage": {"amount": "0", "currency": "usd"},
        "next_invoice": None, "open_invoices": [], "has_open_invoices": False,
    }  # fmt: skip

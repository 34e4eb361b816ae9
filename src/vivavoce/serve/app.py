"""The ASGI application: every protocol over HTTP and WebSocket."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from vivavoce.serve.errors import ServiceError
from vivavoce.serve.guard import Guard
from vivavoce.serve.metrics import CONTENT_TYPE
from vivavoce.serve.pages import Pages
from vivavoce.serve.protocols import cartesia, deepgram, elevenlabs, polly
from vivavoce.serve.protocols.cartesia import Cartesia
from vivavoce.serve.protocols.deepgram import Deepgram
from vivavoce.serve.protocols.elevenlabs import ElevenLabs
from vivavoce.serve.protocols.openai import OpenAi, error_body
from vivavoce.serve.protocols.polly import Polly
from vivavoce.serve.protocols.shared_paths import SharedPaths
from vivavoce.serve.protocols.stream import Stream
from vivavoce.serve.protocols.whep import Whep
from vivavoce.serve.service import Service

PROTOCOLS = (OpenAi, Stream, Cartesia, Deepgram, ElevenLabs, Polly, SharedPaths, Whep, Pages)


def create_app(service: Service) -> ASGIApp:
    """The application over a service whose voices are loaded."""
    routes = [route for protocol in PROTOCOLS for route in protocol(service).routes()] + _operation(service)
    router = Router(routes, redirect_slashes=False)
    app = ExceptionMiddleware(router, {ServiceError: _service_error, HTTPException: _http_error})

    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = router  # starlette then raises what is not found, so that it is worded as all errors are
        await app(scope, receive, send)

    return Guard(routed, service.settings, error_page)


def error_page(path: str, error: ServiceError) -> Response:
    """An error in the dialect of the protocol that a path belongs to."""
    if path in polly.PATHS or path.startswith(polly.PREFIXES):
        return polly.error_response(error)
    headers = {} if error.retry_after_s is None else {"retry-after": str(error.retry_after_s)}
    if path.startswith(cartesia.PREFIXES):
        body = cartesia.error_message(error, None)
    elif path.startswith(elevenlabs.PREFIXES):
        body = elevenlabs.error_response(error)
    elif path in deepgram.PATHS:
        body = deepgram.error_response(error)
    else:
        body = error_body(error)
    return JSONResponse(body, error.status, headers)


def _operation(service: Service) -> list[BaseRoute]:
    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        if service.admission.is_draining:
            return JSONResponse({"status": "shutting down"}, 503)
        return JSONResponse({"status": "ready", "streams": service.admission.speaking})

    async def metrics(request: Request) -> Response:
        service.metrics.tasks.set(len(asyncio.all_tasks()))
        return PlainTextResponse(service.metrics.exposition(), headers={"content-type": CONTENT_TYPE})

    return [
        Route("/health", health, methods=["GET"]),
        Route("/ready", ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


async def _service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return error_page(request.url.path, error)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        refusal = ServiceError(405, f"Not allowed to {request.method} on {request.url.path[:60]}", "method_not_allowed")
    elif error.status_code == 404:
        refusal = ServiceError(404, f"Invalid URL ({request.method} {request.url.path[:60]})", "unknown_url")
    else:
        refusal = ServiceError(error.status_code, str(error.detail))
    response = error_page(request.url.path, refusal)
    response.headers.update(error.headers or {})
    return response

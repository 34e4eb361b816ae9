"""The listening room on the web: a page for listeners and the four requests that it makes."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from vivavoce.errors import InputError
from vivavoce.json_types import is_object
from vivavoce.listening.hall import Hall, RefusalError

MOST_BODY = 64 << 10
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def application(hall: Hall) -> Starlette:
    """The ASGI application of a hall; all its addresses are relative, so it may stand under any path."""
    page = {path.name: path.read_bytes() for path in _page_files()}

    async def asset(request: Request) -> Response:
        name = request.path_params.get("name") or "index.html"
        if name not in page:
            raise HTTPException(404)
        return Response(page[name], headers=HEADERS, media_type=TYPES[Path(name).suffix])

    async def session(request: Request) -> Response:
        body = await _body(request)
        state = await run_in_threadpool(hall.enter, body.get("token"), body.get("simulated") is True)
        return JSONResponse(state, headers=HEADERS)

    async def answer(request: Request) -> Response:
        body = await _body(request)
        given = (body.get("token"), body.get("lease"), body.get("page"), body.get("answer"))
        return JSONResponse(await run_in_threadpool(hall.answer, *given), headers=HEADERS)

    async def sound(request: Request) -> Response:
        query = request.query_params
        number = query.get("page", "")
        if not number.isdecimal() or len(number) > 6:
            raise RefusalError(404, "no such sound")
        path = hall.sound(query.get("token"), int(number), query.get("slot", ""))
        return FileResponse(path, headers=HEADERS, media_type="audio/flac")

    routes = [
        Route("/", asset),
        Route("/api/session", session, methods=["POST"]),
        Route("/api/answer", answer, methods=["POST"]),
        Route("/api/sound", sound),
        Route("/{name}", asset),
    ]
    handlers: dict[Any, Any] = {InputError: _answer_refusal, HTTPException: _answer_failure, OSError: _unwritten}
    return Starlette(routes=routes, exception_handlers=handlers)


def _page_files() -> list[Path]:
    folder = Path(str(files("vivavoce.listening").joinpath("page")))
    return [path for path in sorted(folder.iterdir()) if path.suffix in TYPES]


def free_socket(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any that is free. Raises `InputError` where it is taken."""
    try:
        return socket.create_server((host, port), backlog=512)
    except (OSError, OverflowError) as error:
        raise InputError(f"{host}:{port}: {getattr(error, 'strerror', error)}, choose another --port") from None


@contextmanager
def serving(hall: Hall, host: str = "127.0.0.1", port: int = 0) -> Generator[str, None, None]:
    """The hall's address while it is served in a thread."""
    listening = free_socket(host, port)
    config = uvicorn.Config(application(hall), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{listening.getsockname()[1]}/"  # connections wait in the socket until it is ready
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


async def _body(request: Request) -> dict[str, Any]:
    """A JSON object of bounded size. Raises `RefusalError`."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MOST_BODY:
        raise RefusalError(413, f"over {MOST_BODY >> 10} kB are no answer")
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BODY:
            raise RefusalError(413, f"over {MOST_BODY >> 10} kB are no answer")
    try:
        value = json.loads(bytes(data))
    except (ValueError, RecursionError):
        raise RefusalError(400, "expected JSON") from None
    if not is_object(value):
        raise RefusalError(400, "expected a JSON object")
    return value


async def _answer_refusal(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusalError) else 422
    more = {"Connection": "close"} if status == 413 else {}
    return JSONResponse({"error": str(error)}, status, headers={**HEADERS, **more})


async def _answer_failure(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return JSONResponse({"error": "not here"}, status, headers=HEADERS)


async def _unwritten(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": "your answer could not be kept just now, please try again"}, 503, headers=HEADERS)

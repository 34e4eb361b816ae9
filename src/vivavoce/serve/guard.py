"""What stands before every protocol: hosts, origins, tokens, sizes, stalled clients, one log line a request."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from vivavoce.serve.errors import INTERNAL, ServiceError
from vivavoce.serve.settings import Settings, is_loopback
from vivavoce.serve.tokens import is_known, is_signed, tokens_of

ABORT = "vivavoce.abort"
"""Key of `scope["extensions"]`: ends the connection at once, whatever waits to be sent."""
REFUSAL = "vivavoce.refusal"
"""Key of a WebSocket's scope: the `ServiceError` that its protocol has to tell."""
OPEN_PATHS = frozenset({"/", "/health", "/ready", "/v1/audio/models", "/v1/audio/voices"})
OPEN_FOLDER = "/page/"
UPLOAD_PATHS = frozenset({"/v1/inspect"})
"""Whose bodies are files, which the endpoint reads and bounds."""
_EXPOSED = "Location, ETag, Link, X-Request-Id, Retry-After"
_METHODS = "GET, POST, PATCH, DELETE, OPTIONS"

ErrorPage = Callable[[str, ServiceError], Response]

access_log = logging.getLogger("vivavoce.serve.access")
logger = logging.getLogger("vivavoce.serve")


class StalledError(Exception):
    """A client that neither reads nor writes."""


class Guard:
    """ASGI middleware. `error_page` words an error in the dialect of a path."""

    def __init__(self, app: ASGIApp, settings: Settings, error_page: ErrorPage) -> None:
        self._app, self._settings, self._error_page = app, settings, error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        begun_s = time.perf_counter()
        headers = Headers(scope=scope)
        exchange = _Exchange(scope, receive, send, self._settings, self._allowed_origin(headers))
        try:
            await self._answer(scope, headers, exchange)
        except (StalledError, ClientDisconnect, WebSocketDisconnect):
            await exchange.abort()
        except Exception as error:
            if not isinstance(error.__cause__, ServiceError):  # which was logged where it arose
                logger.exception("%s failed", scope["path"][:60])
            if exchange.status or scope["type"] == "websocket":
                await exchange.abort()
            else:
                await self._error_page(scope["path"], INTERNAL)(scope, receive, exchange.send)
        self._log(scope, exchange, time.perf_counter() - begun_s)

    async def _answer(self, scope: Scope, headers: Headers, exchange: _Exchange) -> None:
        refusal = self._refusal(scope, headers)
        is_preflight = scope["type"] == "http" and scope["method"] == "OPTIONS"
        if is_preflight and (refusal is None or refusal.status == 401):
            await _preflight(headers)(scope, exchange.receive, exchange.send)
            return
        if scope["type"] == "websocket":
            scope[REFUSAL] = refusal
            await self._app(scope, exchange.receive, exchange.send)
            return
        is_signed = headers.get("authorization", "").startswith("AWS4-") or b"X-Amz-Signature=" in scope["query_string"]
        may_be_signed = is_signed and bool(self._settings.tokens)
        is_upload = refusal is None and scope["path"] in UPLOAD_PATHS
        if (refusal is None and not is_upload) or (refusal and refusal.status == 401 and may_be_signed):
            try:
                body = await exchange.body()
            except ServiceError as error:
                refusal = error
            else:
                if refusal and self._is_signed(scope, headers, body):
                    refusal = None
        if refusal:
            await self._error_page(scope["path"], refusal)(scope, exchange.receive, exchange.send)
            return
        if is_upload:  # which reads its own body
            await self._app(scope, exchange.receive, exchange.send)
        else:
            await exchange.follow(self._app(scope, exchange.receive, exchange.send))

    def _refusal(self, scope: Scope, headers: Headers) -> ServiceError | None:
        if _is_unix(scope):
            return None
        if not self._is_allowed_host(headers.get("host", "")):
            return ServiceError(403, "This server is not called by that name; see allowed_hosts", "host_not_allowed")
        if "origin" in headers and self._allowed_origin(headers) is None:
            return ServiceError(403, "Pages of that origin may not call; see allowed_origins", "origin_not_allowed")
        path = scope["path"]
        if not self._settings.tokens or path in OPEN_PATHS or path.startswith(OPEN_FOLDER):
            return None
        candidates = tokens_of(headers, scope["query_string"].decode("latin-1"))
        if is_known(candidates, self._settings.tokens):
            return None
        message = "Incorrect API key provided." if candidates else "You didn't provide an API key."
        return ServiceError(401, f"{message} Send it as Authorization: Bearer KEY.", "invalid_api_key")

    def _is_signed(self, scope: Scope, headers: Headers, body: bytes) -> bool:
        query = scope["query_string"].decode("latin-1")
        return is_signed(scope["method"], scope["path"], query, headers, body, self._settings.tokens)

    def _is_allowed_host(self, host: str) -> bool:
        name = _host_name(host)
        if name in self._settings.allowed_hosts:
            return True
        return (not self._settings.allowed_hosts and bool(self._settings.tokens)) or is_loopback(name)

    def _allowed_origin(self, headers: Headers) -> str | None:
        origin = headers.get("origin")
        if origin is None:
            return None
        try:
            parts = urlsplit(origin)
        except ValueError:  # an address in brackets that is none
            return None
        same = bool(parts.netloc) and parts.netloc == headers.get("host")
        local = is_loopback(self._settings.host) and is_loopback(parts.hostname or "")
        listed = {origin, "*"} & set(self._settings.allowed_origins)
        return origin if same or local or listed else None

    def _log(self, scope: Scope, exchange: _Exchange, seconds: float) -> None:
        fields = {
            "request": exchange.id,
            "method": scope.get("method", "WS"),
            "path": scope["path"][:80],
            "status": exchange.status,
            "ms": round(seconds * 1000, 1),
            "bytes": exchange.sent_bytes,
        }
        access_log.info(" ".join(f"{name}=%({name})s" for name in fields), fields)


class _Exchange:
    """One request on its way: what is read is bounded, what stalls ends."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, settings: Settings, origin: str | None) -> None:
        self.id = f"req_{secrets.token_hex(12)}"
        self.status = 0
        self.sent_bytes = 0
        self._is_complete = False
        self._scope, self._receive, self._send = scope, receive, send
        self._settings, self._origin = settings, origin
        self._body: list[Message] | None = None

    async def body(self) -> bytes:
        """The whole body, which is handed on. Raises `ServiceError` 413 or 408."""
        most = self._settings.max_body_bytes
        too_large = ServiceError(413, f"The body has more than {most} bytes", "body_too_large")
        length = Headers(scope=self._scope).get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 20) or int(length) > most:
            raise too_large
        parts: list[bytes] = []
        while True:
            try:
                async with asyncio.timeout(self._settings.stall_s):
                    message = await self._receive()
            except TimeoutError:
                raise ServiceError(408, "The body did not come", "timeout") from None
            if message["type"] == "http.disconnect":
                self._body = [message]
                return b""
            parts.append(message.get("body", b""))
            if sum(map(len, parts)) > most:
                raise too_large
            if not message.get("more_body"):
                break
        body = b"".join(parts)
        self._body = [{"type": "http.request", "body": body, "more_body": False}]
        return body

    async def receive(self) -> Message:
        if self._body:
            return self._body.pop(0)
        return await self._receive()

    async def send(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start", "websocket.accept"):
            self.status = message.get("status", 101)
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            headers["x-request-id"] = self.id
            headers["x-content-type-options"] = "nosniff"
            if self._origin:
                headers["access-control-allow-origin"] = self._origin
                headers["access-control-expose-headers"] = _EXPOSED
                headers.add_vary_header("Origin")
        self.sent_bytes += len(message.get("body") or message.get("bytes") or message.get("text") or b"")
        try:
            async with asyncio.timeout(self._settings.stall_s):
                await self._send(message)
        except TimeoutError:
            raise StalledError from None
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._is_complete = True

    async def follow(self, answering: Awaitable[None]) -> None:
        """Let the application answer a request whose body is read; when the client hangs up it is cancelled at once,
        also where it still waits for its turn to speak. Raises `ClientDisconnect` then."""
        task = asyncio.ensure_future(answering)
        listening = asyncio.ensure_future(self._hung_up())
        try:
            await asyncio.wait((task, listening), return_when=asyncio.FIRST_COMPLETED)
            if not (task.done() or self._is_complete):
                raise ClientDisconnect
            await task
        finally:
            for started in (task, listening):
                started.cancel()
            await asyncio.gather(task, listening, return_exceptions=True)

    async def _hung_up(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def abort(self) -> None:
        """End the connection so that the client knows of it. Raises `ConnectionAbortedError` where another program than
        ours holds it, which then ends it."""
        abort = self._scope.get("extensions", {}).get(ABORT)
        if not abort:
            raise ConnectionAbortedError
        abort()
        await asyncio.sleep(0)


def _preflight(headers: Headers) -> Response:
    allowed = headers.get("access-control-request-headers", "authorization, content-type")
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": _METHODS,
            "access-control-allow-headers": allowed,
            "access-control-max-age": "600",
            "accept-post": "application/sdp",
            "accept-patch": "application/trickle-ice-sdpfrag",
        },
    )


def _host_name(host: str) -> str:
    """The name of "name:port" or "[address]:port"."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _is_unix(scope: Scope) -> bool:
    """Whether the request came through the Unix socket, whose file says who may."""
    server = scope.get("server")
    return bool(server) and server[1] is None

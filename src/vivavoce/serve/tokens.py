"""Whether a request carries one of the server's tokens, in any of the ways in which clients of other services do."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from starlette.datastructures import Headers

_SCHEMES = ("bearer ", "token ")
_HEADERS = ("xi-api-key", "x-api-key", "api-key")
_PARAMETERS = ("api_key", "access_token", "token", "xi-api-key", "authorization", "single_use_token")
"""For browsers, whose WebSockets cannot send headers."""
_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/,]*/(?P<scope>[^,]+), ?SignedHeaders=(?P<headers>[^,]+), ?"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)


def tokens_of(headers: Headers, query: str = "") -> list[str]:
    """Everything in a request that may be a token."""
    found = [headers[name] for name in _HEADERS if name in headers]
    authorization = headers.get("authorization", "")
    found += [authorization[len(scheme) :] for scheme in _SCHEMES if authorization.lower().startswith(scheme)]
    found += [value for name, value in parse_qsl(query) if name.lower() in _PARAMETERS]
    protocols = [item.strip() for item in headers.get("sec-websocket-protocol", "").split(",")]
    if len(protocols) == 2 and protocols[0].lower() in ("token", "bearer"):
        found.append(protocols[1])
    return [item.strip() for item in found if item.strip()]


def is_known(candidates: Iterable[str], tokens: Sequence[str]) -> bool:
    """Whether any candidate is a token; takes as long whichever it is, and wherever they differ."""
    digests = [_digest(token) for token in tokens]
    found = False
    for candidate in candidates:
        for digest in digests:
            found |= hmac.compare_digest(_digest(candidate), digest)
    return found


def is_signed(method: str, path: str, query: str, headers: Headers, body: bytes, tokens: Sequence[str]) -> bool:
    """Whether a request, or the URL alone, is signed (AWS Signature Version 4) with a token as the secret key."""
    pairs = parse_qsl(query, keep_blank_values=True)
    signature = _signature_in_url(dict(pairs)) or _signature_in_header(headers)
    if signature is None:
        return False
    canonical_headers = "".join(f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in signature.headers)
    pairs = sorted(pair for pair in pairs if pair[0] != "X-Amz-Signature")
    canonical_query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    payload, names = hashlib.sha256(body).hexdigest(), ";".join(signature.headers)
    parts = [method, quote(path, safe="/-_.~"), canonical_query, canonical_headers, names, payload]
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", signature.date, signature.scope, digest])
    found = False
    for token in tokens:
        key = f"AWS4{token}".encode()
        for part in signature.scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        found |= hmac.compare_digest(expected, signature.value)
    return found


@dataclass(frozen=True, slots=True)
class _Signature:
    value: str
    scope: str
    headers: Sequence[str]
    date: str


def _signature_in_header(headers: Headers) -> _Signature | None:
    match = _SIGNATURE.fullmatch(headers.get("authorization", "").strip())
    date = headers.get("x-amz-date", "")
    if not match or not date:
        return None
    return _Signature(match["signature"], match["scope"], match["headers"].split(";"), date)


def _signature_in_url(query: dict[str, str]) -> _Signature | None:
    """None where there is none, and where its time is over."""
    try:
        signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        lifetime = timedelta(seconds=min(int(query["X-Amz-Expires"]), 7 * 86_400))
        _, _, scope = query["X-Amz-Credential"].partition("/")
        names, value = query["X-Amz-SignedHeaders"].split(";"), query["X-Amz-Signature"]
        now = datetime.now(UTC)
        is_fresh = signed <= now + timedelta(minutes=15) and now <= signed + lifetime
    except (KeyError, ValueError, OverflowError):
        return None
    return _Signature(value, scope, names, query["X-Amz-Date"]) if is_fresh and value.isascii() else None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

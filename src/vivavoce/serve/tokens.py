"""Whether a request carries one of the server's tokens, in any of the ways in which clients of other services do."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
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
    """Whether a request is signed (AWS Signature Version 4) with one of the tokens as the secret key."""
    match = _SIGNATURE.fullmatch(headers.get("authorization", "").strip())
    date = headers.get("x-amz-date", "")
    if not match or not date:
        return False
    names = match["headers"].split(";")
    signed = "".join(f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in names)
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    canonical_query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    canonical = "\n".join(
        [method, quote(path, safe="/-_.~"), canonical_query, signed, match["headers"], hashlib.sha256(body).hexdigest()]
    )
    scope = match["scope"]
    text = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    found = False
    for token in tokens:
        key = f"AWS4{token}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        found |= hmac.compare_digest(expected, match["signature"])
    return found


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

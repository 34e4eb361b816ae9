"""Session descriptions (RFC 8866) of one Opus stream: what another program needs to play or to send it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vivavoce.errors import InputError
from vivavoce.transport import rtp

_MAX_CHARACTERS = 1 << 16
_DRED = re.compile(r"ext(\d{1,3})-dred-duration")


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """Where a stream goes, and what its packets may hold."""

    host: str
    port: int
    payload_type: int = rtp.PAYLOAD_TYPE
    red_payload_type: int | None = None
    lbrr: bool = False
    dtx: bool = False
    dred_extension: int | None = None
    """The number of the extension that carries DRED, if the receiver takes it or the sender sends it."""
    dred_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.port < 65_536:
            raise InputError(f"port {self.port}: give 1 to 65535")
        for payload_type in (self.payload_type, self.red_payload_type):
            if payload_type is not None and not 0 <= payload_type < 128:
                raise InputError(f"payload type {payload_type}: give 0 to 127")


def write_sdp(session: SessionDescription) -> str:
    """The description as a file. Opus is always announced with two channels (RFC 7587)."""
    family = "IP6" if ":" in session.host else "IP4"
    own, copies = session.payload_type, session.red_payload_type
    parameters = ["minptime=20", "sprop-maxcapturerate=16000"]
    parameters += [f"useinbandfec={int(session.lbrr)}", f"usedtx={int(session.dtx)}"]
    if session.dred_extension is not None:
        parameters.append(f"ext{session.dred_extension}-dred-duration={round(1000 * session.dred_s)}")
    types = [own] if copies is None else [copies, own]
    lines = [
        "v=0",
        f"o=- 0 0 IN {family} {session.host}",
        "s=vivavoce",
        f"c=IN {family} {session.host}",
        "t=0 0",
        f"m=audio {session.port} RTP/AVP {' '.join(map(str, types))}",
        f"a=rtpmap:{own} opus/{rtp.CLOCK_HZ}/2",
        f"a=fmtp:{own} {';'.join(parameters)}",
        "a=ptime:20",
    ]
    if copies is not None:
        lines += [f"a=rtpmap:{copies} red/{rtp.CLOCK_HZ}/2", f"a=fmtp:{copies} {own}/{own}"]
    return "\r\n".join(lines) + "\r\n"


def read_sdp(text: str, name: str) -> SessionDescription:
    """The first Opus stream of a description. Raises `InputError` naming the file and what it lacks."""
    if len(text) > _MAX_CHARACTERS or not text.startswith("v=0"):
        raise InputError(f"{name}: not a session description, the first line is to be v=0")
    host, media_host, port = "127.0.0.1", None, None
    types: dict[str, int] = {}
    parameters: dict[int, str] = {}
    for line in text.splitlines():
        kind, _, value = line.strip().partition("=")
        if kind == "c" and len(words := value.split()) == 3:
            address = words[2].partition("/")[0]
            host, media_host = (host, address) if port is not None else (address, media_host)
        elif kind == "m" and port is None:
            port = _port(value, name)
        elif kind == "m":
            break
        elif found := re.match(r"rtpmap:(\d{1,3}) ([\w-]+)/", value):
            types[found[2].lower()] = int(found[1])
        elif found := re.match(r"fmtp:(\d{1,3}) (.+)", value):
            parameters[int(found[1])] = found[2]
    if port is None or "opus" not in types:
        raise InputError(f"{name}: describes no Opus stream")
    own = types["opus"]
    parts = [part.strip().partition("=") for part in parameters.get(own, "").split(";")]
    said = {key: value for key, _, value in parts}
    dred = next(((int(found[1]), value) for key, value in said.items() if (found := _DRED.fullmatch(key))), None)
    try:
        return SessionDescription(
            media_host or host,
            port,
            own,
            types.get("red"),
            said.get("useinbandfec") == "1",
            said.get("usedtx") == "1",
            dred[0] if dred else None,
            int(dred[1]) / 1000 if dred and dred[1].isdecimal() and len(dred[1]) < 6 else 0.0,
        )
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _port(media: str, name: str) -> int | None:
    """The port of an audio line, None for other media. Raises `InputError` where it is encrypted."""
    words = media.split()
    if len(words) < 4 or words[0] != "audio":
        return None
    if "SAVP" in words[2]:
        raise InputError(f"{name}: {words[2]} is encrypted: for WebRTC there is vivavoce.transport.webrtc")
    port = words[1].partition("/")[0]
    return int(port) if port.isdecimal() and len(port) < 6 else None

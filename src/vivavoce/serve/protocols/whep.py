"""WHEP: a browser or any player hears a session through WebRTC, in Opus packets that carry their own past."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from vivavoce.serve.errors import DRAINING, ServiceError, bad_request, busy
from vivavoce.serve.protected import PacketStream, most_redundancy_s
from vivavoce.serve.requests import StrictModel, read_json, validate
from vivavoce.serve.service import Service
from vivavoce.serve.session import Sound, TextSession

CLOCK_HZ = 48_000
AHEAD_S = 2.0
"""So much may be made before it is sent."""
MOST_SESSIONS = 64
MOST_OFFER_BYTES, MOST_MEDIA = 1 << 16, 8
MOST_CANDIDATES = 64
"""Of a session. Each is an address that the server calls upon."""
CONNECT_S = 20.0
"""How long a listener may take to connect after its offer; one that never does would be kept for ever."""

logger = logging.getLogger("vivavoce.serve")


class More(StrictModel):
    """`POST` to a session: more text."""

    text: str = Field(min_length=1)


class Whep:
    """The endpoints. A session is at the address that the answer's `Location` tells."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._sessions: dict[str, _Session] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/whep", self.offer, methods=["POST"]),
            Route("/whep/{session}", self.change, methods=["POST", "PATCH", "DELETE"]),
        ]

    async def offer(self, request: Request) -> Response:
        """An SDP offer; `text`, `voice` and `redundancy` (seconds of the past in each packet) stand in the URL."""
        if not find_spec("aiortc"):
            raise ServiceError(501, 'WHEP needs aiortc: pip install "vivavoce[webrtc]"', "not_installed")
        _check_type(request, "application/sdp")
        if self._service.admission.is_draining:
            raise DRAINING
        if len(self._sessions) >= MOST_SESSIONS:
            raise busy()
        query = request.query_params
        try:
            redundancy_s = float(query.get("redundancy", "1"))
        except ValueError:
            redundancy_s = -1.0
        most_s = await asyncio.to_thread(_load)
        if not 0 <= redundancy_s <= most_s:
            raise bad_request(f"redundancy is in seconds, 0 to {most_s:g}", "invalid_value", "redundancy")
        style = self._service.style(query.get("voice"))
        speech = TextSession(self._service, style, "whep")
        session = _Session(self._service, speech, redundancy_s)
        try:
            answer = await session.answer((await request.body()).decode("utf-8", "replace"))
            if text := query.get("text"):
                session.speech.write(text)
                session.speech.flush()
        except BaseException:  # also where the client hangs up meanwhile
            await session.close()
            raise
        self._sessions[session.id] = session
        session.on_end = lambda: self._sessions.pop(session.id, None)
        headers = {
            "location": str(request.url.replace(path=f"/whep/{session.id}", query="")),
            "etag": session.tag,
            "accept-patch": "application/trickle-ice-sdpfrag",
        }
        return Response(answer, 201, headers, "application/sdp")

    async def change(self, request: Request) -> Response:
        session = self._sessions.get(request.path_params["session"])
        if session is None:
            raise ServiceError(404, "There is no such session", "unknown_session")
        if request.method == "DELETE":
            await session.close()
            return Response(status_code=200)
        if request.method == "POST":
            session.speech.write(validate(More, await read_json(request)).text)
            session.speech.flush()
            return Response(status_code=202)
        _check_type(request, "application/trickle-ice-sdpfrag")
        if request.headers.get("if-match", session.tag) not in (session.tag, "*"):
            raise ServiceError(412, "That session has another ETag", "precondition_failed")
        await session.add_candidates((await request.body()).decode("utf-8", "replace"))
        return Response(status_code=204)


class _Session:
    """One listener: a peer connection, a speech, and the packets between them."""

    def __init__(self, service: Service, speech: TextSession, redundancy_s: float) -> None:
        from aiortc import RTCConfiguration, RTCPeerConnection

        self.id, self.tag = secrets.token_urlsafe(18), f'"{secrets.token_hex(8)}"'
        self.speech = speech
        self.on_end: Callable[[], object] = lambda: None
        self._service = service
        self._stream = PacketStream(speech.rate_hz, redundancy_s)
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))  # no foreign host is asked for our address
        self._peer.on("connectionstatechange", self._on_state_change)
        self._speaking: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._connecting: asyncio.TimerHandle | None = None
        self._candidates = 0

    async def answer(self, offer: str) -> str:
        """The SDP answer. Raises `ServiceError` for an offer that cannot be answered."""
        from aiortc import RTCSessionDescription
        from aiortc.sdp import SessionDescription

        try:
            if len(offer) > MOST_OFFER_BYTES:
                raise ValueError("more than any browser offers")
            described = SessionDescription.parse(offer).media
            if len(described) > MOST_MEDIA or sum(len(media.ice_candidates) for media in described) > MOST_CANDIDATES:
                raise ValueError("more than one listener needs")
            if not all(media.dtls and media.dtls.fingerprints for media in described):
                raise ValueError("no fingerprint, which aiortc would miss only when the listener connects")
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            self._peer.addTrack(_track(self._next_packet))
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except Exception as error:  # aiortc raises whatever its parser meets
            raise bad_request("That SDP offer cannot be answered with Opus", "invalid_sdp", "body") from error
        if "a=sendonly" not in self._peer.localDescription.sdp and "a=sendrecv" not in self._peer.localDescription.sdp:
            raise bad_request("That SDP offer asks for no sound", "invalid_sdp", "body")
        self._speaking = asyncio.create_task(self._speak())
        self._connecting = asyncio.get_running_loop().call_later(CONNECT_S, self._end)
        return self._peer.localDescription.sdp

    async def add_candidates(self, fragment: str) -> None:
        """Raises `ServiceError` for lines that are none."""
        from aiortc.sdp import candidate_from_sdp

        middle: str | None = "0"
        for line in fragment.splitlines():
            if line.startswith("a=mid:"):
                middle = line[6:].strip()
            if line.startswith("a=candidate:"):
                self._candidates += 1
                if self._candidates > MOST_CANDIDATES:
                    raise bad_request(f"More than {MOST_CANDIDATES} candidates", "invalid_candidate", "body")
                try:
                    candidate = candidate_from_sdp(line[12:].strip())
                    candidate.sdpMid = middle
                    await self._peer.addIceCandidate(candidate)
                except Exception as error:
                    raise bad_request("That is no ICE candidate", "invalid_candidate", "body") from error

    async def close(self) -> None:
        self.on_end()
        self._stop_timer()
        if self._speaking:
            self._speaking.cancel()
            await asyncio.gather(self._speaking, return_exceptions=True)
        await self._peer.close()

    def _on_state_change(self) -> None:
        match self._peer.connectionState:
            case "connected":
                self._stop_timer()
            case "failed" | "closed":
                self._end()
            case _:
                pass

    def _end(self) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self.close())

    def _stop_timer(self) -> None:
        if self._connecting:
            self._connecting.cancel()

    async def _speak(self) -> None:
        """Speech to frames, never more than two seconds ahead of what is sent."""
        while True:
            try:
                async with aclosing(self.speech.events()) as events:
                    async for event in events:
                        if isinstance(event, Sound):
                            self._stream.add(event.chunk.samples)
                        while self._stream.waiting_s > AHEAD_S:
                            await asyncio.sleep(PacketStream.seconds)
            except ServiceError as error:
                logger.info("WHEP: %s", error.code)  # there is no way to tell a listener; more text may follow

    async def _next_packet(self) -> bytes:
        """What is sent now: speech, or silence that goes on carrying the past."""
        frame = self._stream.take()
        return await self._service.engine.scheduler.run(lambda: self._stream.packet(frame), time.monotonic())


def _track(next_packet: Callable[[], Awaitable[bytes]]) -> Any:
    """A track that hands aiortc ready packets, one each 20 ms."""
    from aiortc import MediaStreamTrack
    from av import Packet

    class SpeechTrack(MediaStreamTrack):
        kind = "audio"

        def __init__(self) -> None:
            super().__init__()
            self._begun_s, self._count = 0.0, 0

        async def recv(self) -> Packet[Any]:
            now_s = time.monotonic()
            self._begun_s = self._begun_s or now_s
            await asyncio.sleep(max(0.0, self._begun_s + self._count * PacketStream.seconds - now_s))
            packet = Packet(await next_packet())
            packet.pts = round(self._count * PacketStream.seconds * CLOCK_HZ)
            packet.time_base = Fraction(1, CLOCK_HZ)
            self._count += 1
            return packet

    return SpeechTrack()


def _load() -> float:
    """What only WHEP needs, in a thread, because the first listener's half second would be everybody's silence; the
    most seconds of redundancy there are."""
    import aiortc  # noqa: F401  # pyright: ignore[reportUnusedImport]

    return most_redundancy_s()


def _check_type(request: Request, wanted: str) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != wanted:
        raise ServiceError(415, f"Content-Type is {kind[:60] or 'missing'}, send {wanted}", "unsupported_media_type")

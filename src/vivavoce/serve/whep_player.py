"""Our own listener to a WHEP session: what the network loses is filled from what came later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request, urlopen

import numpy as np

from vivavoce.audio import Audio, Samples
from vivavoce.transport.opus_codec import FRAME_S, RATE_HZ
from vivavoce.transport.receiver import Receiver


@dataclass(slots=True)
class Heard:
    """What was played, at 16 kHz, and what came and did not."""

    pieces: list[Samples] = field(default_factory=list[Samples])
    came: int = 0
    dropped: int = 0

    @property
    def audio(self) -> Audio:
        return Audio(np.concatenate(self.pieces) if self.pieces else np.zeros(0, np.float32), RATE_HZ)


async def listen(
    url: str, seconds: float, *, token: str | None = None, is_lost: Callable[[], bool] = lambda: False
) -> Heard:
    """Hear a session for so many seconds after its first packet; `is_lost` is asked of each packet.

    Raises `OSError` where nobody answers, `TimeoutError` when no packet comes in ten seconds.
    """
    from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = peer.addTransceiver("audio", direction="recvonly")
    heard, receiver = Heard(), Receiver.load()
    first = asyncio.Event()
    _tap(transceiver.receiver, receiver, heard, is_lost, first)
    await peer.setLocalDescription(await peer.createOffer())
    headers = {"Content-Type": "application/sdp", **({"Authorization": f"Bearer {token}"} if token else {})}
    try:
        answer, location = await asyncio.to_thread(_post, url, peer.localDescription.sdp, headers)
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(10):
            await first.wait()
        begun_s = time.monotonic()
        for number in range(round(seconds / FRAME_S)):
            await asyncio.sleep(max(0.0, begun_s + number * FRAME_S - time.monotonic()))
            heard.pieces.append(receiver.pull(begun_s + number * FRAME_S))
        await asyncio.to_thread(_delete, location, headers)
    finally:
        await peer.close()
    return heard


def _tap(rtp: Any, receiver: Receiver[Any], heard: Heard, is_lost: Callable[[], bool], first: asyncio.Event) -> None:
    """Take packets before aiortc decodes them, which knows nothing of the past in them."""
    handle = rtp._handle_rtp_packet

    async def tapped(packet: Any, arrival_time_ms: int) -> None:
        if is_lost():
            heard.dropped += 1
        else:
            heard.came += 1
            receiver.arrive(packet.serialize(), time.monotonic())
            first.set()
        await handle(packet, arrival_time_ms)

    rtp._handle_rtp_packet = tapped


def _post(url: str, offer: str, headers: dict[str, str]) -> tuple[str, str]:
    with urlopen(Request(url, offer.encode(), headers, method="POST"), timeout=30) as response:
        return response.read().decode(), response.headers["Location"]


def _delete(location: str, headers: dict[str, str]) -> None:
    with urlopen(Request(location, headers=headers, method="DELETE"), timeout=30):
        pass

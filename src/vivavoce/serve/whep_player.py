"""Our own listener to a WHEP session: what the network loses is filled from what came later."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request, urlopen

import numpy as np

from vivavoce.audio import Audio, Samples
from vivavoce.transport.jitter_buffer import JitterSettings
from vivavoce.transport.opus_codec import FRAME_S, RATE_HZ
from vivavoce.transport.receiver import Receiver

DELAY_S = 0.3
"""How long packets wait before they are played: what a burst of loss took comes with the packet after it, in time if
the burst is shorter. With less, playing stands still at each burst and runs after it."""


@dataclass(slots=True)
class Heard:
    """What was played, at 16 kHz, and what came and did not."""

    pieces: list[Samples] = field(default_factory=list[Samples])
    came: int = 0
    dropped: int = 0
    sources: Counter[str] = field(default_factory=Counter[str])
    """Units of 20 ms by what they were made of, from the first packet to the last."""

    @property
    def audio(self) -> Audio:
        return Audio(np.concatenate(self.pieces) if self.pieces else np.zeros(0, np.float32), RATE_HZ)


async def listen(
    url: str,
    seconds: float,
    *,
    token: str | None = None,
    delay_s: float = DELAY_S,
    is_lost: Callable[[int], bool] = lambda number: False,
) -> Heard:
    """Hear a session for so many seconds after its first packet, `delay_s` behind the network at its quickest;
    `is_lost` is asked of each packet by its number, 0 for the first.

    Raises `OSError` where nobody answers, `TimeoutError` when no packet comes in ten seconds.
    """
    from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = peer.addTransceiver("audio", direction="recvonly")
    heard, receiver = Heard(), Receiver.load(JitterSettings(min_delay_s=delay_s))
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
        heard.sources.update({str(source): count for source, count in receiver.played_in_call.items()})
        await asyncio.to_thread(_delete, location, headers)
    finally:
        await peer.close()
    return heard


def _tap(rtp: Any, receiver: Receiver[Any], heard: Heard, is_lost: Callable[[int], bool], first: asyncio.Event) -> None:
    """Take packets before aiortc decodes them, which knows nothing of the past in them."""
    handle, begin = rtp._handle_rtp_packet, list[int]()

    async def tapped(packet: Any, arrival_time_ms: int) -> None:
        if not begin:
            begin.append(packet.sequence_number)
        if is_lost(packet.sequence_number - begin[0] & 0xFFFF):
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

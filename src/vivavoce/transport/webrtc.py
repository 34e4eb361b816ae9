"""Protected speech over WebRTC with aiortc (`pip install vivavoce[webrtc]`).

aiortc's own encoder knows no redundancy and its jitter buffer drops packets that came. So packets go in as they are,
and what arrives is taken before that buffer sees it.

    track = ProtectedTrack(rate_hz=24_000)
    connection.addTrack(track)                       # and then: await track.push(samples), as speech is made
    speech = ReceivedSpeech(transceiver.receiver)    # and then: await speech.pull(), again and again
"""

from __future__ import annotations

import asyncio
import time
from fractions import Fraction
from typing import Any

from aiortc import MediaStreamTrack, RTCRtpReceiver
from aiortc.mediastreams import MediaStreamError
from av.packet import Packet

from vivavoce.audio import Samples
from vivavoce.transport.jitter_buffer import JitterSettings
from vivavoce.transport.opus_codec import FRAME_S
from vivavoce.transport.packet_stream import PacketStream
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.rtp import CLOCK_HZ, FRAME_TICKS, RtpPacket, pack
from vivavoce.transport.sender import ProtectedPacket, ProtectionSettings

_LATE_S = 0.2
_MAX_WAITING = 500
"""Packets, ten seconds: whoever pushes more waits."""


class ProtectedTrack(MediaStreamTrack):
    """An audio track of packets that carry their own past; they leave in real time, none while nothing is pushed."""

    kind = "audio"

    def __init__(self, rate_hz: int, settings: ProtectionSettings | None = None) -> None:
        super().__init__()
        self._stream = PacketStream(rate_hz, settings=settings)
        self._outgoing: asyncio.Queue[ProtectedPacket] = asyncio.Queue(_MAX_WAITING)
        self._began_s: float | None = None
        self._packets = 0

    async def push(self, samples: Samples) -> None:
        """Send (samples,) float32 at the track's rate, after what was pushed before."""
        for packet in await asyncio.to_thread(self._stream.push, samples):
            await self._outgoing.put(packet)

    async def flush(self) -> None:
        """Send what is left of the speech; nothing can be pushed after it."""
        for packet in self._stream.flush():
            await self._outgoing.put(packet)

    async def recv(self) -> Packet[Any]:
        """The next packet, when its time has come; aiortc calls it."""
        if self.readyState != "live":
            raise MediaStreamError
        packet = Packet((await self._outgoing.get()).data)
        now_s = time.monotonic()
        if self._began_s is None or now_s - self._began_s - self._packets * FRAME_S > _LATE_S:
            # After a pause the clock has gone on: timestamps count the time, not the packets.
            self._began_s = now_s if self._began_s is None else self._began_s
            self._packets = round((now_s - self._began_s) / FRAME_S)
        await asyncio.sleep(max(0.0, self._began_s + self._packets * FRAME_S - now_s))
        packet.pts, packet.time_base = self._packets * FRAME_TICKS, Fraction(1, CLOCK_HZ)
        self._packets += 1
        return packet


class ReceivedSpeech:
    """What an aiortc receiver gets, played by ours: late and lost packets are filled from what came after them."""

    def __init__(self, source: RTCRtpReceiver, settings: JitterSettings | None = None) -> None:
        """Takes the packets of `source` from now on; its own track stays silent."""
        self.receiver: Receiver[Any] = Receiver.load(settings)
        self._due_s: float | None = None
        source._handle_rtp_packet = self._take  # type: ignore[method-assign]  # the only way past its jitter buffer

    async def pull(self) -> Samples:
        """The next 20 ms, (320,) at 16 kHz, when their time has come."""
        now_s = time.monotonic()
        self._due_s = now_s if self._due_s is None else max(self._due_s + FRAME_S, now_s - _LATE_S)
        await asyncio.sleep(max(0.0, self._due_s - now_s))
        return await asyncio.to_thread(self.receiver.pull, self._due_s)

    async def _take(self, packet: Any, arrival_time_ms: int) -> None:
        """A packet of aiortc's, decrypted."""
        rtp = RtpPacket(packet.sequence_number, packet.timestamp, packet.payload, packet.ssrc, packet.payload_type)
        self.receiver.arrive(pack(rtp), time.monotonic())

"""Packets of a stream as RTP datagrams; what a pause leaves empty is not sent."""

from __future__ import annotations

from vivavoce.audio import Samples
from vivavoce.transport.rtp import FRAME_TICKS, RtpPacket, pack
from vivavoce.transport.sender import Protector


class PacketSender:
    """Numbers the packets of one stream. The first packet of a pause is sent, so that the receiver knows of it."""

    def __init__(self, protector: Protector, ssrc: int) -> None:
        self._protector = protector
        self._source = ssrc
        self._sequence = self._timestamp = 0
        self._pausing = False

    @property
    def lookahead(self) -> int:
        """Samples by which the decoded sound comes later than the sound that was encoded."""
        return self._protector.lookahead

    def step(self, samples: Samples) -> bytes | None:
        """The datagram for 20 ms, (320,) at 16 kHz; None where there is nothing to send."""
        packet = self._protector.step(samples)
        announced, self._pausing = self._pausing, packet.silent
        timestamp = self._timestamp
        self._timestamp += FRAME_TICKS
        if packet.silent and announced:
            return None
        self._sequence += 1
        marker = announced and not packet.silent
        return pack(RtpPacket(self._sequence, timestamp, packet.data, self._source, marker=marker))

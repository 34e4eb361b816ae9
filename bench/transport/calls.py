"""Calls up to a moment at which something hostile may come."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from vivavoce.audio import Samples, read_audio
from vivavoce.redundancy.codec.payload_codec import load_codec
from vivavoce.transport.opus_codec import FRAME_S, RATE_HZ, OpusSettings
from vivavoce.transport.receiver import Receiver, ReceiverState
from vivavoce.transport.rtp import FRAME_TICKS, RtpPacket, pack
from vivavoce.transport.sender import ProtectionSettings, Protector, chunks

SPEECH = Path(__file__).parents[2] / "tests" / "data" / "kathleen.opus"
KINDS = (("dred", OpusSettings()), ("vivavoce", OpusSettings()), ("dred", OpusSettings(40_000, lbrr=True)))
PLACES = (60, 85, 110)
"""Packets after which something comes; speech is going on there."""
PULLS = 5
"""20 ms each that are heard from there on."""


@dataclass(frozen=True)
class Call:
    """A call as it stands after `place` packets that all came."""

    packets: tuple[bytes, ...]
    place: int
    receiver: Receiver[Any]
    before: ReceiverState[Any]
    loudest: float
    """Root mean square of the loudest 20 ms of the whole recording."""

    def packet(self, later: int) -> RtpPacket:
        """The packet that the sender sent so many after this moment."""
        number = self.place + later
        return RtpPacket(number, FRAME_TICKS * number, self.packets[number], 7)

    def play(self, lost: int, datagram: bytes) -> tuple[Receiver[Any], Samples, float]:
        """What is heard when `lost` packets do not come, then `datagram` does, then the rest of the call.

        -> the receiver after it, (320 * PULLS,), and the processor time of the slowest call in seconds.
        """
        self.receiver.state = self.before
        coming = {lost: datagram, **{n: pack(self.packet(n)) for n in range(lost + 1, PULLS)}}
        heard: list[Samples] = []
        spent_s = [0.0]
        for tick in range(PULLS):
            now_s = (self.place + tick) * FRAME_S
            start_s = process_time()
            if tick in coming:
                self.receiver.arrive(coming[tick], now_s)
            arrived_s = process_time()
            heard.append(self.receiver.pull(now_s))
            spent_s += [arrived_s - start_s, process_time() - arrived_s]
        return self.receiver, np.concatenate(heard), max(spent_s)

    @cached_property
    def healthy(self) -> Samples:
        """What is heard where nothing is lost or damaged, (320 * PULLS,)."""
        return self.play(0, pack(self.packet(0)))[1]


def loudest(sound: Samples) -> float:
    """Root mean square of the loudest 20 ms of (320 * n,)."""
    return float(np.sqrt((sound.reshape(-1, 320) ** 2).mean(axis=1).max()))


@cache
def calls() -> list[Call]:
    """Every kind of protection at every place."""
    frames = list(chunks([read_audio(SPEECH, RATE_HZ).samples]))
    most = loudest(np.concatenate(frames))
    found: list[Call] = []
    for name, opus in KINDS:
        protector, receiver = Protector(load_codec(name), ProtectionSettings(opus)), Receiver.load()
        packets = tuple(protector.step(frame).data for frame in frames)
        for number in range(max(PLACES)):
            packet = RtpPacket(number, FRAME_TICKS * number, packets[number], 7)
            receiver.arrive(pack(packet), number * FRAME_S)
            receiver.pull(number * FRAME_S)
            if number + 1 in PLACES:
                found.append(Call(packets, number + 1, receiver, receiver.state, most))
    return found

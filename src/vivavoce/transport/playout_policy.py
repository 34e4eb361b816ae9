"""What is played for a packet's 20 ms: the packet, else what later packets say of it, else a guess.

In this order: the packet itself; the LBRR of the very next; the redundancy of later ones, the nearest first because
it is the finest; prediction. A packet may carry any of them, or something foreign, and each is looked at afresh.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property

import numpy as np

from vivavoce.audio import Samples
from vivavoce.errors import InputError
from vivavoce.redundancy.features import features
from vivavoce.transport import opus_extension
from vivavoce.transport.interfaces import DecodedRedundancy, RedundancyDecoder
from vivavoce.transport.opus_codec import FRAME, FRAME_S, PacketError
from vivavoce.transport.opus_extension import ExtensionId, extract
from vivavoce.transport.opus_packet import Packet, parse

MAX_BACK = 256
"""Packets; no payload describes more than five seconds."""


class Source(StrEnum):
    """Where 20 ms of sound came from."""

    PACKET = "packet"
    LBRR = "LBRR"
    REDUNDANCY = "redundancy"
    PREDICTION = "prediction"
    PAUSE = "pause"
    """The sender said nothing and sent nothing (DTX)."""


@dataclass(frozen=True, slots=True)
class PlayoutDecision:
    """What to play for one packet; `carrier` is the number of the packet it comes from."""

    source: Source
    carrier: int | None = None
    features: Samples | None = None
    """(2, 20) for redundancy."""


@dataclass
class ReceivedPacket:
    """A packet that came, and what it turns out to hold. `data` may be anything."""

    number: int
    data: bytes
    redundancy: RedundancyDecoder | None = None
    tag: ExtensionId = opus_extension.OURS
    damaged: bool = False
    """Whether its sound proved undecodable; what it carries may be whole all the same."""
    _pasts: dict[int, DecodedRedundancy | None] = field(default_factory=dict, repr=False)

    @cached_property
    def packet(self) -> Packet | None:
        """The packet taken apart; None when it is not an Opus packet, or too long."""
        try:
            packet = parse(self.data)
        except PacketError:
            return None
        return packet if packet.duration_ms <= 20.0 else None

    @property
    def audible(self) -> bool:
        """Whether there is sound in it."""
        return self.packet is not None and not self.damaged

    @property
    def payload(self) -> bytes | None:
        """The payload of our kind, if any."""
        return extract(self.packet, self.tag) if self.packet else None

    def features(self, number: int) -> Samples | None:
        """What this packet says of packet `number` before it, (2, 20); None where it says nothing."""
        back = self.number - number
        past = self._past(back) if 0 < back <= MAX_BACK else None
        if past is None:
            return None
        described = past.packet(back)
        if described is None and (past.silent or back < past.offset):
            return _silence()
        return described

    def _past(self, back: int) -> DecodedRedundancy | None:
        """The payload decoded as far back as `back`; the first who asks wants the most, later ones share it."""
        known = max(self._pasts, default=0)
        if known < back:
            self._pasts[back] = self._decode(back)
            known = back
        return self._pasts[known]

    def _decode(self, back: int) -> DecodedRedundancy | None:
        payload = self.payload
        if payload is None or self.redundancy is None:
            return None
        try:
            return self.redundancy.decode(payload, seconds=back * FRAME_S)
        except InputError:
            return None


def choose(
    number: int, arrived: Mapping[int, ReceivedPacket], *, lbrr: bool = True, in_dtx: bool = False
) -> PlayoutDecision:
    """What to play for packet `number`, given the packets that are there.

    `in_dtx` says that the last packet played announced a pause, so that nothing is missed where nothing came.
    """
    own = arrived.get(number)
    if own and own.audible:
        return PlayoutDecision(Source.PACKET, number)
    following = arrived.get(number + 1)
    if lbrr and following and following.audible and following.packet and following.packet.has_lbrr:
        return PlayoutDecision(Source.LBRR, number + 1)
    return find_redundancy(number, arrived) or PlayoutDecision(Source.PAUSE if in_dtx else Source.PREDICTION)


def find_redundancy(number: int, arrived: Mapping[int, ReceivedPacket]) -> PlayoutDecision | None:
    """What the nearest later packet that says anything of packet `number` says."""
    for carrier in range(number + 1, number + MAX_BACK + 1):
        packet = arrived.get(carrier)
        features = packet.features(number) if packet else None
        if features is not None:
            return PlayoutDecision(Source.REDUNDANCY, carrier, features)
    return None


@cache
def _silence() -> Samples:
    return features(np.zeros(FRAME, np.float32))

"""What is played for a packet's 20 ms: the packet, else what later packets say of it, else a guess.

In this order: the packet itself, or a copy of it in RED (RFC 2198); the LBRR of the very next; the redundancy of later
ones, the nearest first because it is the finest; prediction. A packet may carry any of them, or something foreign, and
each is looked at afresh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property

import numpy as np

from vivavoce.audio import Samples
from vivavoce.errors import InputError
from vivavoce.redundancy.features import features
from vivavoce.transport.interfaces import DecodedRedundancy, PayloadCodec
from vivavoce.transport.opus_codec import FRAME, FRAME_S, PacketError
from vivavoce.transport.opus_extension import ExtensionId, extensions
from vivavoce.transport.opus_packet import Packet, parse

MAX_BACK = 256
"""Packets; no payload describes more than five seconds."""
_MUTE_CARRIERS = 2
"""Carriers that say nothing of a packet, after which later ones, which reach less far back, are not asked."""


class Source(StrEnum):
    """Where 20 ms of sound came from."""

    PACKET = "packet"
    RED = "RED"
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
    codecs: Sequence[PayloadCodec] = ()
    """Payloads that are understood."""
    is_copy: bool = False
    """Whether it came inside a later packet (RED)."""
    damaged: bool = False
    """Whether its sound proved undecodable; what it carries may be whole all the same."""
    _decoded: dict[int, DecodedRedundancy | None] = field(
        default_factory=dict[int, DecodedRedundancy | None], repr=False
    )

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

    @cached_property
    def payload(self) -> tuple[PayloadCodec, bytes] | None:
        """The first payload that is understood, and whose it is."""
        if self.packet is None or not self.packet.padding:
            return None
        for number, content in extensions(self.packet):
            for codec in self.codecs:
                extension = ExtensionId.of(codec)
                if number == extension.number and content.startswith(extension.prefix):
                    return codec, content[len(extension.prefix) :]
        return None

    def features(self, number: int) -> Samples | None:
        """What this packet says of packet `number`, itself or before it, (2, 20); None where it says nothing."""
        back = self.number - number
        decoded = self._decode(back) if 0 <= back <= MAX_BACK else None
        if decoded is None:
            return None
        described = decoded.packet(back)
        if described is None and back and (decoded.silent or back < decoded.offset):
            return _silence()
        return described

    def _decode(self, back: int) -> DecodedRedundancy | None:
        """The payload decoded as far back as `back`; the first who asks wants the most, later ones share it."""
        known = max(self._decoded, default=-1)
        if known < back:
            self._decoded[back] = self._decode_payload(back)
            known = back
        return self._decoded[known]

    def _decode_payload(self, back: int) -> DecodedRedundancy | None:
        if self.payload is None:
            return None
        codec, payload = self.payload
        try:
            return codec.decoder.decode(payload, seconds=(back + 1) * FRAME_S)
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
        return PlayoutDecision(Source.RED if own.is_copy else Source.PACKET, number)
    following = arrived.get(number + 1)
    if lbrr and following and following.audible and following.packet and following.packet.has_lbrr:
        return PlayoutDecision(Source.LBRR, number + 1)
    return find_redundancy(number, arrived) or PlayoutDecision(Source.PAUSE if in_dtx else Source.PREDICTION)


def find_redundancy(number: int, arrived: Mapping[int, ReceivedPacket]) -> PlayoutDecision | None:
    """What packet `number` itself, or else the nearest later packet that says anything of it, says of its features."""
    mute = 0
    for carrier in range(number, number + MAX_BACK + 1):
        packet = arrived.get(carrier)
        if packet is None or packet.payload is None:
            continue
        features = packet.features(number)
        if features is not None:
            return PlayoutDecision(Source.REDUNDANCY, carrier, features)
        mute += carrier > number
        if mute == _MUTE_CARRIERS:
            return None
    return None


@cache
def _silence() -> Samples:
    return features(np.zeros(FRAME, np.float32))

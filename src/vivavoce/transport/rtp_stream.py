"""Which RTP stream on a port is played, and the numbers of its packets. Pure: a state and a packet go in.

A stream begins with two packets that fit one another, as RFC 3550 (A.1) has it, so noise begins none. Packets of other
streams are passed by, until one of them comes alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vivavoce.transport.rtp import FRAME_TICKS, RtpPacket, unwrap

_RIVAL_PACKETS = 5
"""So many packets in a row of another stream, with none of this between, and it is followed instead."""
_IN_TIME = 50 * FRAME_TICKS
"""By how much the first two packets of a stream may differ."""
_MOST_CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class NumberedPacket:
    """A packet of the stream that is played."""

    packet: RtpPacket
    at_s: float
    """When it came."""
    number: int
    """In units of 20 ms since the first."""
    begins: bool = False
    """Whether a stream begins with it."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """The stream that is played, and how its timestamps count. A value: nothing changes it."""

    ssrc: int | None = None
    """None before one has begun."""
    first: int = 0
    newest: int = 0
    """Timestamps, unwrapped."""
    rival: int = 0
    rival_packets: int = 0
    """Packets in a row of another stream."""
    candidates: Mapping[int, tuple[RtpPacket, float]] = field(default_factory=dict[int, tuple[RtpPacket, float]])
    """While there is no stream: the last packet of each SSRC and when it came, until the next one confirms it."""


def arrive(state: StreamState, packet: RtpPacket, at_s: float) -> tuple[StreamState, list[NumberedPacket], int]:
    """Take in a packet -> the state after it, what is to be played now, and how many packets were of no stream."""
    if state.ssrc is None:
        return _confirm(state, packet, at_s)
    if state.ssrc != packet.ssrc:
        return _pass_by(state, packet, at_s)
    state, numbered = _number(state, packet, at_s)
    return state, [numbered], 0


def _confirm(state: StreamState, packet: RtpPacket, at_s: float) -> tuple[StreamState, list[NumberedPacket], int]:
    """This packet and the one before it, where both are of one stream; until then it is kept."""
    others, refused = dict(state.candidates), 0
    earlier = others.pop(packet.ssrc, None)
    if earlier is not None:
        apart = unwrap(packet.timestamp, earlier[0].timestamp, bits=32) - earlier[0].timestamp
        if abs(apart) <= _IN_TIME:
            begun, first = _begin(*earlier)
            begun, second = _number(begun, packet, at_s)
            return begun, [first, second], len(others)
        refused += 1
    if len(others) == _MOST_CANDIDATES:
        del others[next(iter(others))]
        refused += 1
    return replace(state, candidates={**others, packet.ssrc: (packet, at_s)}), [], refused


def _pass_by(state: StreamState, packet: RtpPacket, at_s: float) -> tuple[StreamState, list[NumberedPacket], int]:
    """A packet of another stream, which is followed if nothing else has come of late."""
    rivals = state.rival_packets + 1 if state.rival == packet.ssrc else 1
    if rivals < _RIVAL_PACKETS:
        return replace(state, rival=packet.ssrc, rival_packets=rivals), [], 1
    state, first = _begin(packet, at_s)
    return state, [first], 0


def _begin(packet: RtpPacket, at_s: float) -> tuple[StreamState, NumberedPacket]:
    state = StreamState(packet.ssrc, packet.timestamp, packet.timestamp)
    return state, NumberedPacket(packet, at_s, 0, begins=True)


def _number(state: StreamState, packet: RtpPacket, at_s: float) -> tuple[StreamState, NumberedPacket]:
    whole = unwrap(packet.timestamp, state.newest, bits=32)
    # Some senders' first timestamp, or all, are a little beside the grid of 20 ms.
    number = (whole - state.first + FRAME_TICKS // 2) // FRAME_TICKS
    return StreamState(state.ssrc, state.first, max(state.newest, whole)), NumberedPacket(packet, at_s, number)

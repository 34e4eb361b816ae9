"""A call that was captured, heard again: the datagrams at their times into a receiver, and what a report needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport import red
from vivavoce.transport.jitter_buffer import Move, lag
from vivavoce.transport.opus_codec import FRAME_S
from vivavoce.transport.pcap import CapturedDatagram
from vivavoce.transport.playout_policy import ReceivedPacket
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.rtp import FRAME_TICKS, RtpError, unpack, unwrap

_AFTER_S = 1.2
_MAX_PACKETS = 500_000
"""Nearly three hours; a timestamp that leaps further is not of this call."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What was played, and how long it had waited."""

    samples: Samples
    """(samples,) at 16 kHz, as long as something was sent."""
    delay_s: float
    """Mean time from when a packet could have been there at the earliest to when it was played."""
    underruns: int
    """20 ms for which nothing was there in time, so that the sound before had to be stretched."""


def replay(datagrams: Sequence[CapturedDatagram], receiver: Receiver[Any]) -> Replay:
    """Play the datagrams of one stream as they came."""
    waiting = sorted(datagrams, key=lambda datagram: datagram.at_s)
    start_s, end_s = waiting[0].at_s, waiting[-1].at_s + _AFTER_S
    pieces: list[Samples] = []
    delays_s: list[float] = []
    place = 0
    for tick in range(int((end_s - start_s) / FRAME_S) + 1):
        now_s = start_s + tick * FRAME_S
        while place < len(waiting) and waiting[place].at_s <= now_s:
            receiver.arrive(waiting[place].data, waiting[place].at_s)
            place += 1
        jitter = receiver.state.jitter
        if jitter.started and jitter.waiting:
            delays_s.append(lag(jitter, now_s))
        pieces.append(receiver.pull(now_s))
    samples = np.concatenate(pieces)
    heard = samples[: len(samples) - receiver.idle_samples]
    delay_s = float(np.mean(delays_s)) if delays_s else 0.0
    return Replay(heard, delay_s, receiver.played_in_call.get(Move.EXPAND, 0))


def packets_of(datagrams: Sequence[CapturedDatagram]) -> tuple[bytes, ...]:
    """The Opus packets of a stream by their timestamps, empty where none came; damaged ones as they are.

    Copies in RED are not among them: a packet of which only a copy came was lost.
    """
    found: dict[int, bytes] = {}
    first = newest = None
    for datagram in datagrams:
        try:
            packet = unpack(datagram.data)
            own, _ = red.split_copies(packet, red.PAYLOAD_TYPE)
        except RtpError:
            continue
        first = packet.timestamp if first is None else first
        newest = packet.timestamp if newest is None else newest
        whole = unwrap(packet.timestamp, newest, bits=32)
        newest = max(newest, whole)
        opus = ReceivedPacket(0, own).packet
        if opus is not None and opus.duration_ms == 1000 * FRAME_S:
            found.setdefault((whole - first + FRAME_TICKS // 2) // FRAME_TICKS, own)
    if not found:
        return ()
    earliest = min(found)
    count = min(max(found) - earliest + 1, _MAX_PACKETS)
    return tuple(found.get(earliest + number, b"") for number in range(count))

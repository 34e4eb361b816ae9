"""A call that was captured, heard again: the datagrams at their times into a receiver, and what a report needs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport import red
from vivavoce.transport.jitter_buffer import RESTART, Move, lag
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


@dataclass(frozen=True, slots=True)
class StreamPackets:
    """The Opus packets of a captured stream in order, a place for each 20 ms."""

    packets: tuple[bytes, ...]
    """Empty where none came; damaged ones as they are. Copies in RED are not among them."""
    lost: tuple[bool, ...]
    """Where one was sent and did not come; in a pause nothing is sent (DTX, a call on hold)."""


def packets_of(datagrams: Sequence[CapturedDatagram]) -> StreamPackets:
    """What came of a stream, by timestamps, and what did not, by sequence numbers."""
    found = _numbered(datagrams)
    if not found:
        return StreamPackets((), ())
    numbers = sorted(found)
    count = min(numbers[-1] - numbers[0] + 1, _MAX_PACKETS)
    packets, lost = [b""] * count, [False] * count
    before, sequence_before = numbers[0], found[numbers[0]][0]
    for number in numbers[: bisect_left(numbers, numbers[0] + count)]:
        sequence, packets[number - numbers[0]] = found[number]
        missing = min(max(sequence - sequence_before, 1), number - before) - 1
        lost[number - numbers[0] - max(missing, 0) : number - numbers[0]] = [True] * max(missing, 0)
        before, sequence_before = number, sequence
    return StreamPackets(tuple(packets), tuple(lost))


def _numbered(datagrams: Sequence[CapturedDatagram]) -> dict[int, tuple[int, bytes]]:
    """Opus packets by their places in units of 20 ms, with their sequence numbers, unwrapped."""
    found: dict[int, tuple[int, bytes]] = {}
    first, newest, sequence, latest, latest_s = 0, 0, 0, 0, 0.0
    for datagram in datagrams:
        try:
            packet = unpack(datagram.data)
            own, _ = red.split_copies(packet, red.PAYLOAD_TYPE)
        except RtpError:
            continue
        opus = ReceivedPacket(0, own).packet
        if opus is None or opus.duration_ms != 1000 * FRAME_S:
            continue
        if not found:
            first = newest = packet.timestamp
            sequence, latest_s = packet.sequence, datagram.at_s
        whole = unwrap(packet.timestamp, newest, bits=32)
        number = (whole - first + FRAME_TICKS // 2) // FRAME_TICKS
        expected = latest + round((datagram.at_s - latest_s) / FRAME_S)
        if abs(number - latest) > RESTART and abs(number - expected) > RESTART:
            # The sender began anew, and its timestamps elsewhere; the call went on.
            number = max(latest, expected) + 1
            first, newest = whole - number * FRAME_TICKS, whole
        newest, sequence = max(newest, whole), unwrap(packet.sequence, sequence, bits=16)
        latest, latest_s = number, datagram.at_s
        found.setdefault(number, (sequence, own))
    return found

"""A stream that was sent whole, heard through a loss: every gap is filled from whatever came later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport.interfaces import Concealer, PayloadCodec
from vivavoce.transport.opus_codec import OpusDecoder, PacketError
from vivavoce.transport.playback import Playback, PlayedSegment
from vivavoce.transport.playout_policy import MAX_BACK, ReceivedPacket, Source

State = TypeVar("State")

_AHEAD = MAX_BACK + 16
"""Packets: a gap is filled in pieces of fewer than 16, each by packets up to `MAX_BACK` later."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Packets in a row that did not come, from packet `first` on, and what each was filled from."""

    first: int
    sources: tuple[Source, ...]


def simulate_loss(
    packets: Sequence[bytes],
    lost: Sequence[bool],
    concealer: Concealer[State],
    codecs: Sequence[PayloadCodec] = (),
    *,
    lbrr: bool = True,
) -> PlayedSegment:
    """Play `packets` but for those `lost`, waiting at each gap for what comes after it."""
    return _concatenate(list(play_through_loss(packets, lost, concealer, codecs, lbrr=lbrr)))


def play_through_loss(
    packets: Sequence[bytes],
    lost: Sequence[bool],
    concealer: Concealer[State],
    codecs: Sequence[PayloadCodec] = (),
    *,
    lbrr: bool = True,
) -> Iterator[PlayedSegment]:
    """The same packet by packet and gap by gap, of which nothing is kept."""
    playback = Playback(concealer, lbrr=lbrr)
    state = playback.initial_state()
    arrived: dict[int, ReceivedPacket] = {}
    number = known = 0
    while number < len(packets):
        # Of a long recording no more is held than a gap may ask for, so an hour costs what sixty minutes cost.
        for ahead in range(known, min(number + _AHEAD, len(packets))):
            if not lost[ahead]:
                arrived[ahead] = ReceivedPacket(ahead, packets[ahead], codecs)
        known = max(known, number + _AHEAD)
        state, segment = playback.play(state, number, arrived, len(packets))
        yield segment
        for played in range(number, number + len(segment.sources)):
            arrived.pop(played, None)
        number += len(segment.sources)


def simulate_loss_classic(packets: Sequence[bytes], lost: Sequence[bool], *, lbrr: bool = False) -> PlayedSegment:
    """The same through libopus alone: its own concealment, and its LBRR if asked for."""
    decoder = OpusDecoder()
    segments: list[PlayedSegment] = []
    for number, missing in enumerate(lost):
        following = packets[number + 1] if number + 1 < len(packets) and not lost[number + 1] else None
        try:
            if not missing:
                segments.append(PlayedSegment(decoder.decode(packets[number]), (Source.PACKET,)))
                continue
            if lbrr and following is not None and _has_lbrr(following):
                segments.append(PlayedSegment(decoder.decode_previous(following), (Source.LBRR,)))
                continue
        except PacketError:
            pass
        segments.append(PlayedSegment(decoder.conceal(), (Source.PREDICTION,)))
    return _concatenate(segments)


def find_gaps(sources: Sequence[Source], lost: Sequence[bool]) -> list[Gap]:
    """The gaps of a loss, in order."""
    groups = (list(group) for _, group in groupby(range(len(lost)), key=lambda number: lost[number]))
    return [Gap(group[0], tuple(sources[number] for number in group)) for group in groups if lost[group[0]]]


def trim_to_played(samples: Samples, pre_skip: int, length: int) -> Samples:
    """What a player lets be heard of a decoded file; `pre_skip` and `length` count at 48 kHz."""
    start = pre_skip // 3
    return samples[start : start + -(-length // 3)]


def _has_lbrr(data: bytes) -> bool:
    packet = ReceivedPacket(0, data).packet
    return packet is not None and packet.has_lbrr


def _concatenate(segments: Sequence[PlayedSegment]) -> PlayedSegment:
    samples = [segment.samples for segment in segments]
    sources = tuple(source for segment in segments for source in segment.sources)
    return PlayedSegment(np.concatenate(samples) if samples else np.zeros(0, np.float32), sources)

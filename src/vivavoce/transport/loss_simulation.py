"""A stream that was sent whole, heard through a loss: every hole is refilled from whatever came later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport import opus_extension
from vivavoce.transport.interfaces import Concealer, RedundancyDecoder
from vivavoce.transport.opus_codec import OpusDecoder, PacketError
from vivavoce.transport.opus_extension import ExtensionId
from vivavoce.transport.playback import Playback, PlayedSegment
from vivavoce.transport.playout_policy import ReceivedPacket, Source

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Gap:
    """Packets in a row that did not come, from packet `first` on, and what each was refilled from."""

    first: int
    sources: tuple[Source, ...]


def simulate_loss(
    packets: Sequence[bytes],
    lost: Sequence[bool],
    concealer: Concealer[State],
    redundancy: RedundancyDecoder | None,
    *,
    lbrr: bool = True,
    tag: ExtensionId = opus_extension.OURS,
) -> PlayedSegment:
    """Play `packets` but for those `lost`, waiting at each hole for what comes after it."""
    arrived = {
        number: ReceivedPacket(number, data, redundancy, tag)
        for number, (data, missing) in enumerate(zip(packets, lost, strict=True))
        if not missing
    }
    playback = Playback(concealer, lbrr=lbrr)
    passages: list[PlayedSegment] = []
    number = 0
    while number < len(packets):
        passages.append(playback.play(number, arrived, len(packets)))
        number += len(passages[-1].sources)
    return _concatenate(passages)


def simulate_loss_classic(packets: Sequence[bytes], lost: Sequence[bool], *, lbrr: bool = False) -> PlayedSegment:
    """The same through libopus alone: its own concealment, and its LBRR if asked for."""
    decoder = OpusDecoder()
    passages: list[PlayedSegment] = []
    for number, missing in enumerate(lost):
        following = packets[number + 1] if number + 1 < len(packets) and not lost[number + 1] else None
        try:
            if not missing:
                passages.append(PlayedSegment(decoder.decode(packets[number]), (Source.PACKET,)))
                continue
            if lbrr and following is not None and _has_lbrr(following):
                passages.append(PlayedSegment(decoder.decode_previous(following), (Source.LBRR,)))
                continue
        except PacketError:
            pass
        passages.append(PlayedSegment(decoder.conceal(), (Source.PREDICTION,)))
    return _concatenate(passages)


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


def _concatenate(passages: Sequence[PlayedSegment]) -> PlayedSegment:
    samples = [passage.samples for passage in passages]
    sources = tuple(source for passage in passages for source in passage.sources)
    return PlayedSegment(np.concatenate(samples) if samples else np.zeros(0, np.float32), sources)

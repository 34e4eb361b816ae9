"""A stream that was sent whole, heard through a loss: every hole is refilled from whatever came later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np

from vivavoce.audio import Samples
from vivavoce.link import carriage
from vivavoce.link.carriage import Tag
from vivavoce.link.codec import OpusDecoder, PacketError
from vivavoce.link.playback import Passage, Playback
from vivavoce.link.policy import Arrived, Source
from vivavoce.link.roles import Concealer, RedundancyDecoder

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Hole:
    """Packets in a row that did not come, from packet `first` on, and what each was refilled from."""

    first: int
    sources: tuple[Source, ...]


def recover(
    packets: Sequence[bytes],
    lost: Sequence[bool],
    concealer: Concealer[State],
    redundancy: RedundancyDecoder | None,
    *,
    lbrr: bool = True,
    tag: Tag = carriage.OURS,
) -> Passage:
    """Play `packets` but for those `lost`, waiting at each hole for what comes after it."""
    arrived = {
        number: Arrived(number, data, redundancy, tag)
        for number, (data, missing) in enumerate(zip(packets, lost, strict=True))
        if not missing
    }
    playback = Playback(concealer, lbrr=lbrr)
    passages: list[Passage] = []
    number = 0
    while number < len(packets):
        passages.append(playback.play(number, arrived, len(packets)))
        number += len(passages[-1].sources)
    return _joined(passages)


def recover_classic(packets: Sequence[bytes], lost: Sequence[bool], *, lbrr: bool = False) -> Passage:
    """The same through libopus alone: its own concealment, and its LBRR if asked for."""
    decoder = OpusDecoder()
    passages: list[Passage] = []
    for number, missing in enumerate(lost):
        following = packets[number + 1] if number + 1 < len(packets) and not lost[number + 1] else None
        try:
            if not missing:
                passages.append(Passage(decoder.decode(packets[number]), (Source.PACKET,)))
                continue
            if lbrr and following is not None and _has_lbrr(following):
                passages.append(Passage(decoder.decode_previous(following), (Source.LBRR,)))
                continue
        except PacketError:
            pass
        passages.append(Passage(decoder.conceal(), (Source.PREDICTION,)))
    return _joined(passages)


def holes(sources: Sequence[Source], lost: Sequence[bool]) -> list[Hole]:
    """The holes of a loss, in order."""
    groups = (list(group) for _, group in groupby(range(len(lost)), key=lambda number: lost[number]))
    return [Hole(group[0], tuple(sources[number] for number in group)) for group in groups if lost[group[0]]]


def played(samples: Samples, pre_skip: int, length: int) -> Samples:
    """What a player lets be heard of a decoded file; `pre_skip` and `length` count at 48 kHz."""
    start = pre_skip // 3
    return samples[start : start + -(-length // 3)]


def _has_lbrr(data: bytes) -> bool:
    packet = Arrived(0, data).packet
    return packet is not None and packet.has_lbrr


def _joined(passages: Sequence[Passage]) -> Passage:
    samples = [passage.samples for passage in passages]
    sources = tuple(source for passage in passages for source in passage.sources)
    return Passage(np.concatenate(samples) if samples else np.zeros(0, np.float32), sources)

"""Sound from what arrived: the Opus decoder for what came, the concealer for what did not, and no seam between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport.interfaces import Concealer
from vivavoce.transport.opus_codec import FRAME, OpusDecoder, PacketError
from vivavoce.transport.playout_policy import PlayoutDecision, ReceivedPacket, Source, choose, find_redundancy
from vivavoce.transport.priming import MOST, prime

State = TypeVar("State")

_ROWS = 2
"""Feature frames of a packet."""
_WIDTH = 20
_LISTENINGS = 2
_AUDIBLE = (Source.PACKET, Source.LBRR, Source.PAUSE)


@dataclass(frozen=True, slots=True)
class PlayedSegment:
    """The sound of some packets in a row, (320 * packets,), and where each one's came from."""

    samples: Samples
    sources: tuple[Source, ...]


class Playback(Generic[State]):
    """The sound of one stream, passage by passage."""

    def __init__(self, concealer: Concealer[State], *, lbrr: bool = True) -> None:
        self._opus = OpusDecoder()
        self._concealer = concealer
        self._state = concealer.initial_state()
        self._lbrr = lbrr
        self._received = np.zeros(FRAME, np.float32)
        """The 20 ms that the decoder heard last."""
        self._made = np.zeros(0, np.float32)
        """What was made of packets since then."""
        self.in_dtx = False
        """Whether the last packet heard announced a pause."""

    def play(self, number: int, arrived: Mapping[int, ReceivedPacket], end: int) -> PlayedSegment:
        """Packet `number`, or the hole that begins with it and the packet after the hole, up to `end`."""
        missing: list[PlayoutDecision] = []
        for place in range(number, end):
            choice = choose(place, arrived, lbrr=self._lbrr, in_dtx=self.in_dtx)
            while choice.source in _AUDIBLE:
                following = find_redundancy(place, arrived) if missing else None
                samples = self._bridge_gap(missing, choice, following, arrived)
                if samples is not None:
                    return PlayedSegment(samples, (*(lost.source for lost in missing), choice.source))
                choice = choose(place, arrived, lbrr=self._lbrr, in_dtx=self.in_dtx)
            missing.append(choice)
        self._state, made = self._fill_gap(missing, None, None)
        self._made = np.concatenate([self._made, made])[-MOST * FRAME :]
        return PlayedSegment(made, tuple(lost.source for lost in missing))

    def expand(self) -> Samples:
        """20 ms more of what was heard last, fading, while there is nothing to play yet: (320,)."""
        self._state, made = self._concealer.fill(self._state, _ROWS)
        return np.clip(made, -1.0, 1.0)

    def _bridge_gap(
        self,
        missing: Sequence[PlayoutDecision],
        choice: PlayoutDecision,
        following: PlayoutDecision | None,
        arrived: Mapping[int, ReceivedPacket],
    ) -> Samples | None:
        """A hole and the audible packet after it; None where that proves undecodable, which is then marked."""
        made = np.zeros(0, np.float32)
        if missing or len(self._made):
            # What follows the hole is listened to before it is filled, so that the two can meet; what it sounds like
            # depends on what is before it, so once more.
            state, decoder = self._state, self._conceal_gap(len(missing))
            for _ in range(_LISTENINGS):
                ahead = self._decode(decoder, choice, arrived)
                if ahead is None:
                    return None
                state, made = self._fill_gap(missing, following, ahead)
                decoder = self._opus.copy()
                prime(decoder, self._received, np.concatenate([self._made, made])[-MOST * FRAME :], ahead)
            self._state, self._opus = state, decoder
        heard = self._decode(self._opus, choice, arrived)
        if heard is None:
            return None
        self._received, self._made = heard, np.zeros(0, np.float32)
        return np.concatenate([made, self._play_received(heard)])

    def _conceal_gap(self, missing: int) -> OpusDecoder:
        """A decoder that is past the hole by its own means."""
        decoder = self._opus.copy()
        for _ in range(min(missing + len(self._made) // FRAME, MOST)):
            decoder.conceal()
        return decoder

    def _decode(
        self, decoder: OpusDecoder, choice: PlayoutDecision, arrived: Mapping[int, ReceivedPacket]
    ) -> Samples | None:
        """The packet's own sound, its LBRR, or comfort noise, as the choice is."""
        if choice.carrier is None:
            return decoder.conceal()
        carrier = arrived[choice.carrier]
        try:
            if choice.source is Source.LBRR:
                return decoder.decode_previous(carrier.data)
            heard = decoder.decode(carrier.data)
        except PacketError:
            carrier.damaged = True
            return None
        self.in_dtx = carrier.packet is not None and carrier.packet.is_silent
        return heard

    def _play_received(self, samples: Samples) -> Samples:
        self._state, heard = self._concealer.hear(self._state, samples)
        return np.clip(heard, -1.0, 1.0)

    def _fill_gap(
        self, missing: Sequence[PlayoutDecision], following: PlayoutDecision | None, ahead: Samples | None
    ) -> tuple[State, Samples]:
        """The sound of a hole, and the concealer after it; `following` describes the packet after it."""
        if not missing:
            return self._state, np.zeros(0, np.float32)
        unknown = np.zeros((_ROWS, _WIDTH), np.float32)
        rows = [unknown if choice.features is None else choice.features for choice in missing]
        known = [choice.features is not None for choice in missing for _ in range(_ROWS)]
        if following is not None and following.features is not None:
            rows.append(following.features[:1])
            known.append(True)
        told = (np.concatenate(rows), np.array(known)) if any(known) else (None, None)
        state, made = self._concealer.fill(self._state, _ROWS * len(missing), *told, ahead=ahead)
        # Damaged features cannot make it louder than any speech.
        return state, np.clip(made, -1.0, 1.0)

"""Sound from what arrived: the Opus decoder for what came, the concealer for what did not, and no seam between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport.interfaces import Concealer
from vivavoce.transport.level import Level, hold_down, root_mean_square
from vivavoce.transport.opus_codec import FRAME, OpusDecoder, PacketError
from vivavoce.transport.playout_policy import PlayoutDecision, ReceivedPacket, Source, choose, find_redundancy
from vivavoce.transport.priming import MAX_PACKETS, prime

State = TypeVar("State")
Packets = Mapping[int, ReceivedPacket]

_ROWS = 2
"""Feature frames of a packet."""
_WIDTH = 20
_MOST_AT_ONCE = 6
"""Packets of a gap; a longer one is filled in pieces, so that no piece takes longer than it sounds."""
_AUDIBLE = (Source.PACKET, Source.RED, Source.LBRR, Source.PAUSE)


@dataclass(frozen=True, slots=True)
class PlayedSegment:
    """The sound of some packets in a row, (320 * packets,), and where each one's came from."""

    samples: Samples
    sources: tuple[Source, ...]


class PlaybackState(NamedTuple, Generic[State]):
    """All that playing remembers. A value: nothing changes it."""

    opus: bytes
    """The Opus decoder."""
    concealer: State
    received: Samples
    """The 20 ms that the decoder heard last, (320,)."""
    filled: Samples
    """What was made of packets since then, (320 * packets,), at most `MAX_PACKETS`."""
    level: Level
    """How loud it was that was received."""
    in_dtx: bool
    """Whether the last packet heard announced a pause."""


class Playback(Generic[State]):
    """The sound of any number of streams, segment by segment."""

    def __init__(self, concealer: Concealer[State], *, lbrr: bool = True) -> None:
        self._concealer, self._lbrr = concealer, lbrr
        self._decoder = OpusDecoder()
        self._first_state = self._decoder.save()

    def initial_state(self) -> PlaybackState[State]:
        """The state before the first packet."""
        nothing = np.zeros(0, np.float32)
        silence = np.zeros(FRAME, np.float32)
        return PlaybackState(self._first_state, self._concealer.initial_state(), silence, nothing, Level(), False)

    def play(
        self, state: PlaybackState[State], number: int, arrived: Packets, end: int
    ) -> tuple[PlaybackState[State], PlayedSegment]:
        """Packet `number`, or the gap that begins with it and the packet after the gap, up to `end`.

        Of a long gap only the first packets.
        """
        missing: list[PlayoutDecision] = []
        for place in range(number, end):
            choice = choose(place, arrived, lbrr=self._lbrr, in_dtx=state.in_dtx)
            while choice.source in _AUDIBLE:
                played = self._play_after_gap(state, missing, choice, place, arrived)
                if played is not None:
                    after, samples = played
                    return after, PlayedSegment(samples, (*(lost.source for lost in missing), choice.source))
                choice = choose(place, arrived, lbrr=self._lbrr, in_dtx=state.in_dtx)
            if len(missing) == _MOST_AT_ONCE:
                break
            missing.append(choice)
        following = find_redundancy(number + len(missing), arrived)
        concealer, filled = self._fill_gap(state, missing, following, None)
        state = state._replace(concealer=concealer, filled=_remember(state, filled))
        return state, PlayedSegment(filled, tuple(lost.source for lost in missing))

    def expand(self, state: PlaybackState[State]) -> tuple[PlaybackState[State], Samples]:
        """20 ms more of what was heard last, fading, while there is nothing to play yet: (320,)."""
        concealer, samples = self._concealer.fill(state.concealer, _ROWS)
        return state._replace(concealer=concealer), np.clip(samples, -1.0, 1.0)

    def _play_after_gap(
        self,
        state: PlaybackState[State],
        missing: Sequence[PlayoutDecision],
        choice: PlayoutDecision,
        place: int,
        arrived: Packets,
    ) -> tuple[PlaybackState[State], Samples] | None:
        """A gap and the audible packet after it; None where that proves undecodable, which is then marked."""
        concealer, filled = state.concealer, np.zeros(0, np.float32)
        self._decoder.load(state.opus)
        if missing:
            following = find_redundancy(place, arrived)
            ahead = None
            if following is None:
                # Nothing describes what follows, so it is listened to as it would be after plain concealment.
                ahead = self._listen(state, len(missing), choice, arrived)
                if ahead is None:
                    return None
            concealer, filled = self._fill_gap(state, missing, following, ahead)
        unheard = _remember(state, filled)
        if len(unheard):
            prime(self._decoder, state.received, unheard, self._concealer.continue_gap(concealer))
        received = self._decode(self._decoder, choice, arrived)
        if received is None:
            return None
        opus = self._decoder.save()
        level, received = hold_down(state.level, received)
        concealer, played = self._concealer.hear(concealer, received)
        nothing = np.zeros(0, np.float32)
        pauses = self._announces_pause(state, choice, arrived)
        after = PlaybackState(opus, concealer, received, nothing, level, pauses)
        return after, np.concatenate([filled, np.clip(played, -1.0, 1.0)])

    def _listen(
        self, state: PlaybackState[State], missing: int, choice: PlayoutDecision, arrived: Packets
    ) -> Samples | None:
        """What follows a gap, after libopus's own concealment, held down to its level; the decoder is as before."""
        for _ in range(min(missing + len(state.filled) // FRAME, MAX_PACKETS)):
            self._decoder.conceal()
        ahead = self._decode(self._decoder, choice, arrived)
        self._decoder.load(state.opus)
        return None if ahead is None else hold_down(state.level, ahead)[1]

    def _decode(self, decoder: OpusDecoder, choice: PlayoutDecision, arrived: Packets) -> Samples | None:
        """The packet's own sound, its LBRR, or comfort noise, as the choice is."""
        if choice.carrier is None:
            return decoder.conceal()
        carrier = arrived[choice.carrier]
        try:
            return (
                decoder.decode_previous(carrier.data) if choice.source is Source.LBRR else decoder.decode(carrier.data)
            )
        except PacketError:
            carrier.damaged = True
            return None

    def _announces_pause(self, state: PlaybackState[State], choice: PlayoutDecision, arrived: Packets) -> bool:
        if choice.carrier is None or choice.source is Source.LBRR:
            return state.in_dtx
        packet = arrived[choice.carrier].packet
        return packet is not None and packet.is_silent

    def _fill_gap(
        self,
        state: PlaybackState[State],
        missing: Sequence[PlayoutDecision],
        following: PlayoutDecision | None,
        ahead: Samples | None,
    ) -> tuple[State, Samples]:
        """The sound of a gap, and the concealer after it; `following` describes the packet after it."""
        if not missing:
            return state.concealer, np.zeros(0, np.float32)
        decisions = [*missing, *([following] if following else [])]
        unknown = np.zeros((_ROWS, _WIDTH), np.float32)
        rows = [unknown if decision.features is None else decision.features for decision in decisions]
        known = np.repeat([decision.features is not None for decision in decisions], _ROWS)
        described = (np.concatenate(rows), known) if known.any() else (None, None)
        concealer, filled = self._concealer.fill(state.concealer, _ROWS * len(missing), *described, ahead=ahead)
        if _loudest(filled) > state.level.bound:  # what describes it, or what follows it, is damaged
            concealer, filled = self._concealer.fill(state.concealer, _ROWS * len(missing))
        return concealer, np.clip(filled, -1.0, 1.0)


def _loudest(samples: Samples) -> float:
    """Root mean square of the loudest 20 ms."""
    return max(root_mean_square(packet) for packet in samples.reshape(-1, FRAME))


def _remember(state: PlaybackState[State], filled: Samples) -> Samples:
    """What was made since the decoder last heard something, as far as it matters to priming."""
    return np.concatenate([state.filled, filled])[-MAX_PACKETS * FRAME :]

"""Sound from what arrived: the Opus decoder for what came, the concealer for what did not, and no seam between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from vivavoce.audio import Samples
from vivavoce.link.codec import OpusDecoder, PacketError
from vivavoce.link.policy import Arrived, Choice, Source, choose, described
from vivavoce.link.roles import Concealer

State = TypeVar("State")

_ROWS = 2
"""Feature frames of a packet."""
_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Passage:
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
        self.resting = False
        """Whether the last packet heard announced a pause."""

    def play(self, number: int, arrived: Mapping[int, Arrived], end: int) -> Passage:
        """Packet `number`, or the hole that begins with it and the packet after the hole, up to `end`."""
        missing: list[Choice] = []
        for place in range(number, end):
            choice, heard = self._heard(place, arrived)
            if heard is not None:
                filled = self._filled(missing, described(place, arrived) if missing else None, heard)
                sources = (*(lost.source for lost in missing), choice.source)
                return Passage(np.concatenate([filled, self._hear(heard)]), sources)
            self._opus.conceal()
            missing.append(choice)
        return Passage(self._filled(missing, None, None), tuple(lost.source for lost in missing))

    def linger(self) -> Samples:
        """20 ms more of what was heard last, fading, while there is nothing to play yet: (320,)."""
        return self._fill(_ROWS)

    def _heard(self, number: int, arrived: Mapping[int, Arrived]) -> tuple[Choice, Samples | None]:
        """The decoded sound of packet `number`, None where it has to be made."""
        choice = choose(number, arrived, lbrr=self._lbrr, resting=self.resting)
        if choice.source is Source.PAUSE:
            return choice, self._opus.conceal()
        if choice.source not in (Source.PACKET, Source.LBRR) or choice.carrier is None:
            return choice, None
        carrier = arrived[choice.carrier]
        try:
            if choice.source is Source.LBRR:
                return choice, self._opus.decode_previous(carrier.data)
            heard = self._opus.decode(carrier.data)
        except PacketError:
            carrier.damaged = True
            return self._heard(number, arrived)
        self.resting = carrier.packet is not None and carrier.packet.is_silent
        return choice, heard

    def _hear(self, samples: Samples) -> Samples:
        self._state, heard = self._concealer.hear(self._state, samples)
        return np.clip(heard, -1.0, 1.0)

    def _filled(self, missing: Sequence[Choice], following: Choice | None, ahead: Samples | None) -> Samples:
        """The sound of a hole; `following` describes the packet after it."""
        if not missing:
            return np.zeros(0, np.float32)
        unknown = np.zeros((_ROWS, _WIDTH), np.float32)
        rows = [unknown if choice.features is None else choice.features for choice in missing]
        known = [choice.features is not None for choice in missing for _ in range(_ROWS)]
        if following is not None and following.features is not None:
            rows.append(following.features[:1])
            known.append(True)
        told = (np.concatenate(rows), np.array(known)) if any(known) else (None, None)
        return self._fill(_ROWS * len(missing), *told, ahead=ahead)

    def _fill(
        self,
        frames: int,
        rows: Samples | None = None,
        known: npt.NDArray[np.bool_] | None = None,
        ahead: Samples | None = None,
    ) -> Samples:
        """What the concealer makes; damaged features cannot make it louder than any speech."""
        self._state, made = self._concealer.fill(self._state, frames, rows, known, ahead)
        return np.clip(made, -1.0, 1.0)

"""The receiver's half, live: datagrams in as they come, 20 ms of sound out whenever the loudspeaker asks."""

from __future__ import annotations

from collections import Counter
from typing import Generic, TypeVar

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport import jitter_buffer, opus_extension, time_scale
from vivavoce.transport.interfaces import Concealer, RedundancyDecoder
from vivavoce.transport.jitter_buffer import Decision, JitterSettings, JitterState, Move, TimeScale
from vivavoce.transport.opus_codec import FRAME
from vivavoce.transport.opus_extension import ExtensionId
from vivavoce.transport.playback import Playback
from vivavoce.transport.playout_policy import ReceivedPacket, Source
from vivavoce.transport.rtp import FRAME_TICKS, RtpError, unpack, unwrap

State = TypeVar("State")

_SENT = {Source.PACKET, Source.LBRR, Source.REDUNDANCY}
"""What was made of something that came; all else goes on by itself for as long as it is asked."""


class Receiver(Generic[State]):
    """Plays one stream. Times are of whatever clock the caller has."""

    def __init__(
        self,
        concealer: Concealer[State],
        redundancy: RedundancyDecoder | None = None,
        settings: JitterSettings | None = None,
        tag: ExtensionId = opus_extension.OURS,
    ) -> None:
        self._redundancy, self._tag = redundancy, tag
        self._settings = settings or JitterSettings()
        self._playback = Playback(concealer)
        self._state = JitterState()
        self._arrived: dict[int, ReceivedPacket] = {}
        self._stream: tuple[int, int, int] | None = None
        self._queue = np.zeros(0, np.float32)
        self.played: Counter[Source | Move] = Counter()
        """How often each kind of sound was played, in units of 20 ms."""
        self._made = self._sent = 0
        """Samples made, and how many of them there were when the last that something describes was among them."""
        self.refused = 0
        """Datagrams that were no packets of this stream."""

    def arrive(self, datagram: bytes, at_s: float) -> None:
        """Take in a datagram; what is no packet of 20 ms of Opus is counted and forgotten."""
        try:
            packet = unpack(datagram)
        except RtpError:
            self.refused += 1
            return
        number = self._number(packet.source, packet.timestamp)
        if number is None:
            self.refused += 1
            return
        came = ReceivedPacket(number, packet.payload, self._redundancy, self._tag)
        if came.packet is None:
            self.refused += 1
            return
        self._state = jitter_buffer.arrive(self._state, number, at_s)
        known = {**self._arrived, number: self._arrived.get(number, came)}
        self._arrived = {waiting: known[waiting] for waiting in self._state.waiting}

    def pull(self, now_s: float) -> Samples:
        """The next 20 ms to play, (320,)."""
        while len(self._queue) < FRAME:
            made = self._next(now_s)
            self._made += len(made)
            self._queue = np.concatenate([self._queue, made])
        samples, self._queue = self._queue[:FRAME], self._queue[FRAME:]
        return samples

    @property
    def idle_samples(self) -> int:
        """How many of the samples pulled last come after everything that was sent."""
        return max(0, self._made - len(self._queue) - self._sent)

    def _next(self, now_s: float) -> Samples:
        in_dtx = self._playback.in_dtx
        self._state, decision = jitter_buffer.decide(self._state, now_s, self._settings, in_dtx=in_dtx)
        if decision.move is Move.PLAY:
            return self._play(decision)
        self.played[decision.move] += 1
        return self._playback.expand() if decision.move is Move.EXPAND else np.zeros(FRAME, np.float32)

    def _play(self, decision: Decision) -> Samples:
        end = max(self._arrived, default=decision.number) + 1
        passage = self._playback.play(decision.number, self._arrived, end)
        self.played.update(passage.sources)
        following = decision.number + len(passage.sources)
        self._state = jitter_buffer.advance(self._state, following)
        self._arrived = {number: came for number, came in self._arrived.items() if number >= following}
        scale = {
            TimeScale.ACCELERATE: time_scale.accelerate,
            TimeScale.PREEMPTIVE_EXPAND: time_scale.preemptive_expand,
        }.get(decision.time_scale)
        samples = scale(passage.samples) if scale else passage.samples
        if _SENT & set(passage.sources):
            self._sent = self._made + len(samples)
        return samples

    def _number(self, source: int, timestamp: int) -> int | None:
        """The packet's number in the stream; a new source begins anew."""
        if self._stream is None or self._stream[0] != source:
            self._stream = (source, timestamp, timestamp)
            self._state, self._arrived = JitterState(), {}
        _, first, newest = self._stream
        whole = unwrap(timestamp, newest, bits=32)
        if (whole - first) % FRAME_TICKS:
            return None
        self._stream = (source, first, max(newest, whole))
        return (whole - first) // FRAME_TICKS

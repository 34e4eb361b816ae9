"""The receiver's half, live: datagrams in as they come, 20 ms of sound out whenever the loudspeaker asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport import jitter_buffer, red, rtp_stream, time_scale
from vivavoce.transport.interfaces import Concealer, PayloadCodec
from vivavoce.transport.jitter_buffer import Decision, JitterSettings, JitterState, Move, TimeScale
from vivavoce.transport.opus_codec import FRAME
from vivavoce.transport.playback import Playback, PlaybackState
from vivavoce.transport.playout_policy import ReceivedPacket, Source
from vivavoce.transport.rtp import STATIC_TYPES, RtpError, unpack
from vivavoce.transport.rtp_stream import NumberedPacket, StreamState

State = TypeVar("State")

_SENT = {Source.PACKET, Source.RED, Source.LBRR, Source.REDUNDANCY}
"""What was made of something that came; all else goes on by itself for as long as it is asked."""
_SCALES = {TimeScale.ACCELERATE: time_scale.accelerate, TimeScale.PREEMPTIVE_EXPAND: time_scale.preemptive_expand}


@dataclass(frozen=True, slots=True)
class ReceiverState(Generic[State]):
    """All that receiving remembers. A value: nothing changes it."""

    playback: PlaybackState[State]
    jitter: JitterState = field(default_factory=JitterState)
    arrived: Mapping[int, ReceivedPacket] = field(default_factory=dict[int, ReceivedPacket])
    stream: StreamState = field(default_factory=StreamState)
    queue: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    """Made and not pulled yet."""
    made: int = 0
    sent: int = 0
    """Samples made, and how many of them there were when the last that something describes was among them."""
    played: Mapping[Source | Move, int] = field(default_factory=dict["Source | Move", int])
    played_in_call: Mapping[Source | Move, int] = field(default_factory=dict["Source | Move", int])
    """The same as of then: without what was made up after the last packet."""
    refused: int = 0


class Receiver(Generic[State]):
    """Plays one stream. Times are of whatever clock the caller has.

    `arrive` takes RTP datagrams, `push` Opus packets by number; `pull` gives sound. `state` is a value: what was kept
    of it can be put back.
    """

    def __init__(
        self,
        concealer: Concealer[State],
        codecs: Sequence[PayloadCodec] = (),
        settings: JitterSettings | None = None,
        red_payload_type: int | None = red.PAYLOAD_TYPE,
    ) -> None:
        self._codecs, self._red_payload_type = codecs, red_payload_type
        self._settings = settings or JitterSettings()
        self._playback = Playback(concealer)
        self.state: ReceiverState[State] = ReceiverState(self._playback.initial_state())

    @classmethod
    def load(
        cls, settings: JitterSettings | None = None, red_payload_type: int | None = red.PAYLOAD_TYPE
    ) -> Receiver[Any]:
        """A receiver with the shipped concealment, for every payload that is shipped. Raises `InputError`."""
        from vivavoce.redundancy.codec.payload_codec import default_codecs
        from vivavoce.redundancy.concealment.concealer import Concealer as Shipped

        return Receiver(Shipped.load(), default_codecs(), settings, red_payload_type)

    @property
    def played(self) -> Mapping[Source | Move, int]:
        """How often each kind of sound was played, in units of 20 ms."""
        return self.state.played

    @property
    def played_in_call(self) -> Mapping[Source | Move, int]:
        """The same without what followed the last packet that came, when there was nothing left to play."""
        return self.state.played_in_call

    @property
    def refused(self) -> int:
        """Datagrams that were no packets of this stream."""
        return self.state.refused

    @property
    def idle_samples(self) -> int:
        """How many of the samples pulled last come after everything that was sent."""
        return max(0, self.state.made - len(self.state.queue) - self.state.sent)

    def arrive(self, datagram: bytes, at_s: float) -> None:
        """Take in an RTP datagram; what is no packet of 20 ms of Opus is counted and forgotten."""
        try:
            packet = unpack(datagram)
            if packet.payload_type in STATIC_TYPES:
                raise RtpError("of another coding")
            red.split_copies(packet, self._red_payload_type)
        except RtpError:
            self._refuse()
            return
        stream, taken, refused = rtp_stream.arrive(self.state.stream, packet, at_s)
        self.state = replace(self.state, stream=stream)
        self._refuse(refused)
        for came in taken:
            if came.begins:
                self.state = replace(self.state, jitter=JitterState(), arrived={})
            self._take(came)

    def push(self, packet: bytes, number: int, at_s: float) -> bool:
        """Take in the Opus packet of 20 ms with this number, which counts on for each 20 ms of the sender's clock.

        -> whether it was one.
        """
        came = ReceivedPacket(number, packet, self._codecs)
        if came.packet is None or came.packet.duration_ms != 20.0:
            return False
        self._keep(came, jitter_buffer.arrive(self.state.jitter, number, at_s))
        return True

    def pull(self, now_s: float) -> Samples:
        """The next 20 ms to play, (320,) at 16 kHz."""
        while len(self.state.queue) < FRAME:
            samples = self._next(now_s)
            queue = np.concatenate([self.state.queue, samples])
            self.state = replace(self.state, queue=queue, made=self.state.made + len(samples))
        samples, queue = self.state.queue[:FRAME], self.state.queue[FRAME:]
        self.state = replace(self.state, queue=queue)
        return samples

    def _take(self, came: NumberedPacket) -> None:
        own, copies = red.split_copies(came.packet, self._red_payload_type)
        if not self.push(own, came.number, came.at_s):
            self._refuse()
        for earlier, payload in copies:
            self._add_copy(came.number - earlier, payload)

    def _add_copy(self, number: int, payload: bytes) -> None:
        came = ReceivedPacket(number, payload, self._codecs, is_copy=True)
        if came.packet is not None and number not in self.state.arrived:
            self._keep(came, jitter_buffer.add(self.state.jitter, number))

    def _keep(self, came: ReceivedPacket, jitter: JitterState) -> None:
        earlier = self.state.arrived.get(came.number)
        known = {**self.state.arrived, came.number: came if earlier is None or earlier.is_copy else earlier}
        arrived = {number: known[number] for number in jitter.waiting if number in known}
        self.state = replace(self.state, jitter=jitter, arrived=arrived)

    def _refuse(self, datagrams: int = 1) -> None:
        self.state = replace(self.state, refused=self.state.refused + datagrams)

    def _next(self, now_s: float) -> Samples:
        in_dtx = self.state.playback.in_dtx
        jitter, decision = jitter_buffer.decide(self.state.jitter, now_s, self._settings, in_dtx=in_dtx)
        self.state = replace(self.state, jitter=jitter)
        if decision.move is Move.PLAY:
            return self._play(decision)
        self._count([decision.move])
        if decision.move is Move.BUFFERING:
            return np.zeros(FRAME, np.float32)
        playback, samples = self._playback.expand(self.state.playback)
        self.state = replace(self.state, playback=playback)
        return samples

    def _play(self, decision: Decision) -> Samples:
        arrived = self.state.arrived
        end = max(arrived, default=decision.number) + 1
        playback, segment = self._playback.play(self.state.playback, decision.number, arrived, end)
        following = decision.number + len(segment.sources)
        scale = _SCALES.get(decision.time_scale)
        samples = scale(segment.samples) if scale else segment.samples
        self._count(segment.sources)
        self.state = replace(
            self.state,
            playback=playback,
            jitter=jitter_buffer.advance(self.state.jitter, following),
            arrived={number: came for number, came in arrived.items() if number >= following},
        )
        if _SENT & set(segment.sources):
            self.state = replace(self.state, sent=self.state.made + len(samples), played_in_call=self.state.played)
        return samples

    def _count(self, kinds: Sequence[Source | Move]) -> None:
        self.state = replace(self.state, played=Counter(self.state.played) + Counter(kinds))

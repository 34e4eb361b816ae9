"""The receiver's half, live: datagrams in as they come, 20 ms of sound out whenever the loudspeaker asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np

from vivavoce.audio import Samples
from vivavoce.transport import jitter_buffer, red, time_scale
from vivavoce.transport.interfaces import Concealer, PayloadCodec
from vivavoce.transport.jitter_buffer import Decision, JitterSettings, JitterState, Move, TimeScale
from vivavoce.transport.opus_codec import FRAME
from vivavoce.transport.playback import Playback, PlaybackState
from vivavoce.transport.playout_policy import ReceivedPacket, Source
from vivavoce.transport.rtp import FRAME_TICKS, STATIC_TYPES, RtpError, RtpPacket, unpack, unwrap

State = TypeVar("State")

_SENT = {Source.PACKET, Source.RED, Source.LBRR, Source.REDUNDANCY}
"""What was made of something that came; all else goes on by itself for as long as it is asked."""
_RIVAL_PACKETS = 5
"""So many packets in a row of another stream, with none of this between, and it is followed instead."""
_IN_TIME = 50 * FRAME_TICKS
"""By how much the first two packets of a stream may differ; noise is no stream."""
_MOST_CANDIDATES = 8
_SCALES = {TimeScale.ACCELERATE: time_scale.accelerate, TimeScale.PREEMPTIVE_EXPAND: time_scale.preemptive_expand}


@dataclass(frozen=True, slots=True)
class StreamState:
    """Which RTP stream is played, and how its timestamps count."""

    ssrc: int
    first: int
    newest: int
    rival: int = 0
    rival_packets: int = 0
    """Packets in a row of another stream."""


@dataclass(frozen=True, slots=True)
class ReceiverState(Generic[State]):
    """All that receiving remembers. A value: nothing changes it."""

    playback: PlaybackState[State]
    jitter: JitterState = field(default_factory=JitterState)
    arrived: Mapping[int, ReceivedPacket] = field(default_factory=dict[int, ReceivedPacket])
    stream: StreamState | None = None
    candidates: Mapping[int, tuple[RtpPacket, float]] = field(default_factory=dict[int, tuple[RtpPacket, float]])
    """While there is no stream: the last packet of each SSRC and when it came. The next one confirms it, as RFC 3550
    (A.1) has it."""
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
            copies = self._copies(packet)
        except RtpError:
            self._refuse()
            return
        if self.state.stream is None:
            earlier = self._confirm(packet, at_s)
            if earlier is None:
                return
            first, first_s = earlier
            self._take(first, self._copies(first), first_s)
        self._take(packet, copies, at_s)

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

    def _confirm(self, packet: RtpPacket, at_s: float) -> tuple[RtpPacket, float] | None:
        """The packet before this one, where both are of one stream; until then this one is kept."""
        others = dict(self.state.candidates)
        earlier = others.pop(packet.ssrc, None)
        if earlier is not None:
            apart = unwrap(packet.timestamp, earlier[0].timestamp, bits=32) - earlier[0].timestamp
            if abs(apart) <= _IN_TIME:
                refused = self.state.refused + len(others)
                self.state = replace(self.state, candidates={}, refused=refused)
                return earlier
            self._refuse()
        if len(others) == _MOST_CANDIDATES:
            del others[next(iter(others))]
            self._refuse()
        self.state = replace(self.state, candidates={**others, packet.ssrc: (packet, at_s)})
        return None

    def _take(self, packet: RtpPacket, copies: Sequence[tuple[int, bytes]], at_s: float) -> None:
        number = self._follow(packet)
        if number is None or not self.push(packet.payload if not copies else copies[0][1], number, at_s):
            self._refuse()
            return
        for earlier, payload in copies[1:]:
            self._add_copy(number - earlier, payload)

    def _copies(self, packet: RtpPacket) -> list[tuple[int, bytes]]:
        """What a RED packet holds, its own packet first, each with how many packets earlier it is."""
        if packet.payload_type != self._red_payload_type:
            return []
        blocks = red.parse_red(packet.payload)
        if any(block.payload_type == self._red_payload_type for block in blocks):
            raise RtpError("RED inside RED")
        return [(block.earlier // FRAME_TICKS, block.payload) for block in reversed(blocks) if block.payload]

    def _add_copy(self, number: int, payload: bytes) -> None:
        came = ReceivedPacket(number, payload, self._codecs, is_copy=True)
        if came.packet is not None and number not in self.state.arrived:
            self._keep(came, jitter_buffer.add(self.state.jitter, number))

    def _keep(self, came: ReceivedPacket, jitter: JitterState) -> None:
        earlier = self.state.arrived.get(came.number)
        known = {**self.state.arrived, came.number: came if earlier is None or earlier.is_copy else earlier}
        arrived = {number: known[number] for number in jitter.waiting if number in known}
        self.state = replace(self.state, jitter=jitter, arrived=arrived)

    def _refuse(self) -> None:
        self.state = replace(self.state, refused=self.state.refused + 1)

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

    def _follow(self, packet: RtpPacket) -> int | None:
        """The packet's number in the stream; None for one of another stream."""
        stream = self.state.stream
        if stream is None:
            return self._begin(packet)
        if stream.ssrc != packet.ssrc:
            rivals = stream.rival_packets + 1 if stream.rival == packet.ssrc else 1
            if rivals >= _RIVAL_PACKETS:
                return self._begin(packet)
            self.state = replace(self.state, stream=replace(stream, rival=packet.ssrc, rival_packets=rivals))
            return None
        whole = unwrap(packet.timestamp, stream.newest, bits=32)
        newest = max(stream.newest, whole)
        self.state = replace(self.state, stream=StreamState(stream.ssrc, stream.first, newest))
        # Some senders' first timestamp, or all, are a little beside the grid of 20 ms.
        return (whole - stream.first + FRAME_TICKS // 2) // FRAME_TICKS

    def _begin(self, packet: RtpPacket) -> int:
        """A new stream, from its packet 0 on."""
        stream = StreamState(packet.ssrc, packet.timestamp, packet.timestamp)
        self.state = replace(self.state, stream=stream, jitter=JitterState(), arrived={})
        return 0

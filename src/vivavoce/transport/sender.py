"""The sender's half: 20 ms of speech in, a packet with the past inside out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from vivavoce.audio import Audio, AudioError, Samples
from vivavoce.errors import InputError
from vivavoce.transport import opus_extension
from vivavoce.transport.interfaces import PayloadCodec
from vivavoce.transport.opus_codec import FRAME, FRAME_S, RATE_HZ, OpusEncoder, OpusSettings, PacketError
from vivavoce.transport.opus_file import OpusFile
from vivavoce.transport.opus_packet import assemble, parse
from vivavoce.transport.rtp import CLOCK_HZ
from vivavoce.transport.trailing_zeros import TrailingZeros

MAX_REDUNDANCY_S = 2.5
_TICKS = CLOCK_HZ // RATE_HZ


@dataclass(frozen=True, slots=True)
class ProtectionSettings:
    """How speech is coded, and how much of the past each packet carries; 0 for none."""

    opus: OpusSettings = field(default_factory=OpusSettings)
    redundancy_s: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.redundancy_s <= MAX_REDUNDANCY_S:
            raise InputError(f"redundancy of {self.redundancy_s:g} s: give 0 to {MAX_REDUNDANCY_S:g}")


@dataclass(frozen=True, slots=True)
class ProtectedPacket:
    """One packet to send."""

    data: bytes
    payload_bytes: int
    """Bytes of it that describe the past."""
    silent: bool
    """Whether DTX found nothing to say."""


class Protector:
    """Turns one stream of speech into packets."""

    def __init__(self, codec: PayloadCodec | None, settings: ProtectionSettings | None = None) -> None:
        self._settings = settings or ProtectionSettings()
        self._opus = OpusEncoder(self._settings.opus)
        self._zeros = TrailingZeros()
        self._codec = codec if self._settings.redundancy_s else None
        if self._codec and self._settings.redundancy_s > self._codec.max_amount_s + 1e-9:
            amount = f"redundancy of {self._settings.redundancy_s:g} s"
            raise InputError(f"{amount}: {self._codec.name} reaches {self._codec.max_amount_s:g} s back at most")
        self._state = self._codec.encoder.initial_state() if self._codec else None
        # The decoded sound comes later by this much; features of the same delay fall on the decoder's packets.
        self._delayed = np.zeros(self._opus.lookahead, np.float32)

    @property
    def lookahead(self) -> int:
        """Samples by which the decoded sound comes later than the sound that was encoded."""
        return self._opus.lookahead

    def step(self, samples: Samples) -> ProtectedPacket:
        """The packet of 20 ms, (320,) at 16 kHz."""
        data = self._opus.encode(samples)
        heard = np.concatenate([self._delayed, np.clip(samples, -1.0, 1.0)])
        self._delayed = heard[FRAME:]
        packet = parse(data)
        if not self._codec:
            return ProtectedPacket(data, 0, packet.is_silent)
        self._state = self._codec.encoder.step(self._state, heard[:FRAME])
        whole = self._zeros.restore(packet)
        room = opus_extension.MAX_PACKET_BYTES - opus_extension.OVERHEAD_BYTES - len(assemble(whole))
        payload = self._codec.encoder.encode(self._state, self._settings.redundancy_s, limit_bytes=room)
        if not payload:
            return ProtectedPacket(data, 0, packet.is_silent)
        extension = opus_extension.ExtensionId.of(self._codec)
        data = assemble(opus_extension.embed(whole, payload, extension))
        return ProtectedPacket(data, len(payload), packet.is_silent)


def protect(audio: Audio, codec: PayloadCodec | None, settings: ProtectionSettings) -> OpusFile:
    """A whole recording as an Ogg Opus file that any player plays.

    Raises `AudioError` for samples that are not numbers.
    """
    if not np.isfinite(audio.samples).all():
        raise AudioError("the sound holds samples that are not numbers")
    protector = Protector(codec, settings)
    resampled = audio.resampled(RATE_HZ).samples
    # Resampling may round a sample off the end.
    count = -(-len(audio.samples) * RATE_HZ // audio.rate_hz)
    samples = np.pad(resampled[:count], (0, max(0, count - len(resampled))))
    packets = tuple(packet.data for packet in protect_samples(samples, protector))
    length = min(round(audio.duration_s * CLOCK_HZ), count * _TICKS)
    return OpusFile(packets, protector.lookahead * _TICKS, length, audio.rate_hz)


def protect_samples(samples: Samples, protector: Protector) -> Iterator[ProtectedPacket]:
    """Packets of a whole recording at 16 kHz, with the coder's delay flushed out at the end."""
    return (protector.step(piece) for piece in chunks([samples, np.zeros(protector.lookahead, np.float32)]))


def chunks(pieces: Iterable[Samples]) -> Iterator[Samples]:
    """Pieces of any length as pieces of 20 ms, the last filled up with silence."""
    rest = np.zeros(0, np.float32)
    for piece in pieces:
        rest = np.concatenate([rest, piece])
        whole = len(rest) // FRAME * FRAME
        yield from rest[:whole].reshape(-1, FRAME)
        rest = rest[whole:]
    if len(rest):
        yield np.pad(rest, (0, FRAME - len(rest)))


@dataclass(frozen=True, slots=True)
class PacketSize:
    """Bytes of one packet: what any decoder hears, and what is in its padding."""

    speech: int
    padding: int


def measure_packet(packet: bytes) -> PacketSize:
    """What the bytes of a packet go to; all to speech where it is no Opus packet."""
    try:
        speech = len(assemble(parse(packet).with_padding(b"")))
    except PacketError:
        return PacketSize(len(packet), 0)
    return PacketSize(speech, len(packet) - speech)


def rate_bps(sizes: Sequence[int]) -> float:
    """Mean bit rate of packets of 20 ms and these sizes in bytes."""
    return 8 * sum(sizes) / (len(sizes) * FRAME_S) if sizes else 0.0

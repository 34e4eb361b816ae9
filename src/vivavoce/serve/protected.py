"""Speech in Opus packets that carry their own past: the one place of the room that knows transport and redundancy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import soxr

from vivavoce.audio import Audio, Samples
from vivavoce.redundancy.codec.payload_codec import PayloadCodec, default_codecs, load_codec
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.transport.channel import GilbertElliott
from vivavoce.transport.loss_simulation import simulate_loss, simulate_loss_classic, trim_to_played
from vivavoce.transport.opus_codec import FRAME, FRAME_S, RATE_HZ
from vivavoce.transport.sender import ProtectionSettings, Protector, protect

MEAN_BURST_PACKETS = 4.0


@dataclass(frozen=True, slots=True)
class PlayedThroughLoss:
    """The same speech through the same loss, as libopus alone and as our receiver plays it."""

    packets: int
    lost: int
    plain: Audio
    protected: Audio


class PacketStream:
    """Sound of any rate, in pieces of any length, to protected packets of 20 ms; silence where there is none."""

    seconds = FRAME_S

    def __init__(self, rate_hz: int, redundancy_s: float = 1.0) -> None:
        settings = ProtectionSettings(redundancy_s=redundancy_s)
        self._protector = Protector(_codec() if redundancy_s else None, settings)
        self._resampler = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="float32", quality="HQ")
        self._waiting = np.zeros(0, np.float32)

    @property
    def waiting_s(self) -> float:
        """Seconds of sound that are in no packet yet."""
        return len(self._waiting) / RATE_HZ

    def add(self, samples: Samples) -> None:
        """Sound (samples,) that follows what was added before."""
        ready = self._resampler.resample_chunk(np.ascontiguousarray(samples, np.float32))
        self._waiting = np.concatenate([self._waiting, ready])

    def take(self) -> Samples:
        """The next 20 ms of sound, filled up with silence, (320,)."""
        frame, self._waiting = self._waiting[:FRAME], self._waiting[FRAME:]
        return np.pad(frame, (0, FRAME - len(frame)))

    def packet(self, frame: Samples) -> bytes:
        """The packet of a frame; in the order of `take`, by one thread at a time."""
        return self._protector.step(frame).data


def most_redundancy_s() -> float:
    """How many seconds of the past a packet may carry; the first call loads what describes them."""
    return _codec().max_amount_s


def play_through_loss(audio: Audio, loss: float, seed: int = 0) -> PlayedThroughLoss:
    """Speech through a share of packets lost in bursts, without redundancy and with a second of it."""
    file = protect(audio, _codec(), ProtectionSettings())
    lost = _trace(loss, len(file.packets), seed)
    plain = simulate_loss_classic(file.packets, lost)
    protected = simulate_loss(file.packets, lost, Concealer.load(), default_codecs())
    cut = [trim_to_played(passage.samples, file.pre_skip, file.length) for passage in (plain, protected)]
    return PlayedThroughLoss(len(lost), sum(lost), *(Audio(samples, RATE_HZ) for samples in cut))


def _trace(loss: float, count: int, seed: int) -> tuple[bool, ...]:
    if not loss:
        return (False,) * count
    least = loss / (1.0 - loss)
    model = GilbertElliott.of(loss, max(MEAN_BURST_PACKETS, least))
    chance, bad = np.random.default_rng(seed), False
    trace: list[bool] = []
    for _ in range(count):
        bad = chance.random() >= model.to_good if bad else chance.random() < model.to_bad
        trace.append(bool(bad))
    return tuple(trace)


@cache
def _codec() -> PayloadCodec:
    return load_codec("dred")

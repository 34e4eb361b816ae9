"""A model of a bad network: loss, delay, jitter, reordering, duplicates, a narrow link, a clock that runs wrong.

It has no clock and no socket: a datagram and the time it was sent go in, the times at which it arrives come out. The
same seed gives the same fate, in virtual time and as a relay alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle, repeat

import numpy as np

from vivavoce.errors import InputError

MAX_DELAY_S = 3600.0
MAX_DRIFT_PPM = 100_000.0


@dataclass(frozen=True, slots=True)
class GilbertElliott:
    """Loss in bursts: a good and a bad state, each with its own chance of loss."""

    to_bad: float
    to_good: float
    loss_good: float = 0.0
    loss_bad: float = 1.0

    def __post_init__(self) -> None:
        for name in ("to_bad", "to_good", "loss_good", "loss_bad"):
            _check_share(name, getattr(self, name))

    @classmethod
    def of(cls, loss: float, mean_burst: float | None = None) -> GilbertElliott:
        """The model of a mean loss (a share) and a mean burst in packets; without one packets are lost independently.

        Raises `InputError` for a loss that has no such bursts.
        """
        _check_share("loss", loss)
        if mean_burst is None:
            return cls(loss, 1.0 - loss)
        if not 1.0 <= mean_burst < float("inf"):
            raise InputError(f"mean burst of {mean_burst:g} packets: give 1 or more")
        if loss == 1.0:
            return cls(1.0, 0.0)
        to_bad = loss / (mean_burst * (1.0 - loss))
        if to_bad > 1.0:
            least = loss / (1.0 - loss)
            raise InputError(f"a loss of {loss:.0%} has bursts of {least:.1f} packets or more, not {mean_burst:g}")
        return cls(to_bad, 1.0 / mean_burst)


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What the network does. `loss` is a model, a trace that is begun again where it ends, or nothing."""

    loss: GilbertElliott | tuple[bool, ...] | None = None
    delay_s: float = 0.0
    jitter_s: float = 0.0
    """Mean of the delay that comes and goes; on its own it keeps the order."""
    reorder: float = 0.0
    """Share of packets that are overtaken, by those of the next `reorder_by_s`."""
    reorder_by_s: float = 0.06
    duplicate: float = 0.0
    rate_bps: float | None = None
    queue_bytes: int = 16_000
    """What waits for the narrow link; more is dropped at the tail."""
    drift_ppm: float = 0.0
    """By how much the receiver's clock runs fast."""
    seed: int = 0

    def __post_init__(self) -> None:
        _check_share("reorder", self.reorder)
        _check_share("duplicate", self.duplicate)
        for name in ("delay_s", "jitter_s", "reorder_by_s"):
            if not 0 <= getattr(self, name) <= MAX_DELAY_S:
                raise InputError(f"{name.removesuffix('_s')} of {getattr(self, name):g} s: give 0 to {MAX_DELAY_S:g}")
        if self.queue_bytes < 0:
            raise InputError(f"queue of {self.queue_bytes} bytes: give 0 or more")
        if not abs(self.drift_ppm) <= MAX_DRIFT_PPM:
            raise InputError(f"drift of {self.drift_ppm:g} parts per million: give at most {MAX_DRIFT_PPM:g}")
        if self.rate_bps is not None and not 0 < self.rate_bps < float("inf"):
            raise InputError(f"link rate of {self.rate_bps:g} bits a second: give more than 0")
        if self.loss == ():
            raise InputError("an empty loss trace")


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """A datagram and when it arrives, by the receiver's clock."""

    at_s: float
    order: int
    data: bytes


class Channel:
    """One network path and all that it remembers."""

    def __init__(self, settings: ChannelSettings) -> None:
        self._settings = settings
        self._chance = np.random.default_rng(settings.seed)
        self._losses = draw_losses(settings.loss, settings.seed)
        self._link_free_s = 0.0
        self._latest_s = 0.0
        self._count = 0

    def send(self, at_s: float, data: bytes) -> list[Delivery]:
        """When the datagram arrives: never, once, or twice. Call in the order of `at_s`."""
        settings = self._settings
        lost = next(self._losses)
        jitter, reorder, duplicate = self._chance.exponential(), self._chance.random(), self._chance.random()
        passed_s = self._through_link(at_s, len(data))
        if lost or passed_s is None:
            return []
        arrival_s = passed_s + settings.delay_s + jitter * settings.jitter_s
        if reorder < settings.reorder:
            arrival_s += settings.reorder_by_s
        else:
            arrival_s = self._latest_s = max(arrival_s, self._latest_s)
        copies = 2 if duplicate < settings.duplicate else 1
        return [self._delivery(arrival_s, data) for _ in range(copies)]

    def _through_link(self, at_s: float, size: int) -> float | None:
        """When the narrow link has passed on the last bit; None where its queue was full."""
        rate_bps = self._settings.rate_bps
        if rate_bps is None:
            return at_s
        start_s = max(at_s, self._link_free_s)
        if (start_s - at_s) * rate_bps / 8 + size > self._settings.queue_bytes:
            return None
        self._link_free_s = start_s + 8 * size / rate_bps
        return self._link_free_s

    def _delivery(self, at_s: float, data: bytes) -> Delivery:
        self._count += 1
        return Delivery(at_s * (1.0 + self._settings.drift_ppm * 1e-6), self._count, data)


def draw_losses(loss: GilbertElliott | tuple[bool, ...] | None, seed: int) -> Iterator[bool]:
    """Whether each packet is lost, without end; `loss` and `seed` as in `ChannelSettings`."""
    if loss is None:
        yield from repeat(False)
        return
    if isinstance(loss, tuple):
        yield from cycle(loss)
        return
    chance, bad = np.random.default_rng([seed, 1]), False
    while True:
        bad = chance.random() >= loss.to_good if bad else chance.random() < loss.to_bad
        yield bool(chance.random() < (loss.loss_bad if bad else loss.loss_good))


def transmit(settings: ChannelSettings, sent: Iterable[tuple[float, bytes]]) -> list[Delivery]:
    """All that arrives of the `sent` (seconds, datagram), in the order of arrival."""
    channel = Channel(settings)
    return sorted(delivery for at_s, data in sent for delivery in channel.send(at_s, data))


def _check_share(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise InputError(f"{name.replace('_', ' ')} of {value:g}: give a share from 0 to 1")

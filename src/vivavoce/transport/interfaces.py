"""What transport asks of whoever makes redundancy and whoever fills gaps. `redundancy/` fulfils it; tests use fakes."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import numpy.typing as npt

from vivavoce.audio import Samples

State = TypeVar("State")


class RedundancyEncoder(Protocol[State]):
    """Describes the past of a stream."""

    def initial_state(self) -> State: ...

    def step(self, state: State, samples: Samples) -> State:
        """Take in the 20 ms of one packet, (320,) at 16 kHz."""
        ...

    def encode(self, state: State, amount_s: float = 1.0, *, limit_bytes: int | None = None) -> bytes:
        """What came before the packet just taken in, the newest `amount_s` of it, in `limit_bytes` at most.

        Empty where there is nothing to say.
        """
        ...


class DecodedRedundancy(Protocol):
    """What a payload says of the packets before the one that carries it."""

    @property
    def offset(self) -> int:
        """How many packets back the newest described one lies; those between were silence."""
        ...

    @property
    def silent(self) -> bool:
        """Whether there was nothing but silence."""
        ...

    def packet(self, back: int) -> Samples | None:
        """Features of the packet `back` before the carrier, (2, 20), oldest first; None where none are there.

        Packet 0 is the carrier itself, which some payloads describe too.
        """
        ...


class RedundancyDecoder(Protocol):
    """Reads what an encoder described."""

    def decode(self, data: bytes, seconds: float | None = None) -> DecodedRedundancy:
        """Decode a payload. Raises `InputError` for one that is damaged or of another kind."""
        ...


class PayloadCodec(Protocol):
    """A kind of payload, both directions, and how it is known in a packet."""

    @property
    def name(self) -> str: ...

    @property
    def extension_id(self) -> int: ...

    @property
    def prefix(self) -> bytes: ...

    @property
    def max_amount_s(self) -> float: ...

    @property
    def encoder(self) -> RedundancyEncoder[Any]: ...

    @property
    def decoder(self) -> RedundancyDecoder: ...


class Concealer(Protocol[State]):
    """Makes sound for packets that did not come, continuing what was heard and going over into what comes.

    Its state is a value: the same moment can be continued in two ways.
    """

    def initial_state(self) -> State: ...

    def hear(self, state: State, samples: Samples) -> tuple[State, Samples]:
        """Sound that did come, (320,): what to play of it, faded in after a gap."""
        ...

    def fill(
        self,
        state: State,
        frames: int,
        rows: Samples | None = None,
        known: npt.NDArray[Any] | None = None,
        ahead: Samples | None = None,
    ) -> tuple[State, Samples]:
        """10 ms frames in place of what is lost, (frames * 160,).

        `rows` are their features, (frames, 20), or up to two rows more; `known` says which of them to believe; the
        others, or all, are predicted and fade. `ahead` is the sound after the gap.
        """
        ...

    def continue_gap(self, state: State) -> Samples:
        """How the filling would go on for 10 ms, (160,)."""
        ...

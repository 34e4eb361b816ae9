"""How finely each chunk of a payload is coded: finest for the newest, which is wanted most often."""

from __future__ import annotations

from dataclasses import dataclass

from vivavoce.errors import InputError
from vivavoce.redundancy.codec.payload_codec import check_rate

LEVELS = 16
"""Level 0 is the finest."""

SLOPES = (0, 2, 3, 4, 6, 8, 12, 16)
"""Eighths of a level by which each older chunk is coarser."""


@dataclass(frozen=True, slots=True)
class RateAllocation:
    """The level of chunk `i`, counted from the newest: `min(last, first + SLOPES[slope] * i // 8)`."""

    first: int = 6
    slope: int = 4
    last: int = 15

    def __post_init__(self) -> None:
        if not (0 <= self.first <= self.last < LEVELS and 0 <= self.slope < len(SLOPES)):
            raise InputError(
                f"a schedule from level {self.first} to {self.last} with slope {self.slope}: "
                f"use levels of 0 to {LEVELS - 1}, the first no coarser than the last, and slope 0 to {len(SLOPES) - 1}"
            )

    def levels(self, chunks: int) -> list[int]:
        """The level of each chunk, newest first."""
        return [min(self.last, self.first + SLOPES[self.slope] * chunk // 8) for chunk in range(chunks)]


def rates_for(bits_per_packet: float, chunks: int) -> RateAllocation:
    """The finest allocation whose payloads of `chunks` chunks take no more bits than this on average of speech.

    Raises `InputError` where the coarsest takes more.
    """
    ladder = [RateAllocation(first) for first in range(LEVELS - 1)]
    check_rate(bits_per_packet, _expected_bits(ladder[-1], chunks))
    return next((rates for rates in ladder if _expected_bits(rates, chunks) <= bits_per_packet), ladder[-1])


def _expected_bits(rates: RateAllocation, chunks: int) -> float:
    return _START_BITS + sum(_CHUNK_BITS * 2.0 ** (-level / _HALVING) for level in rates.levels(chunks))


_CHUNK_BITS, _HALVING, _START_BITS = 84.0, 6.0, 60.0
"""Bits of a latent at level 0 and the levels by which they halve, measured on held-out speech; those of the start."""

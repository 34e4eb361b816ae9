"""An addon's own clock: samples a second, and samples a frame."""

from __future__ import annotations

from dataclasses import dataclass

from vivavoce.errors import InputError

MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 48_000
LONGEST_FRAME_S = 0.1


@dataclass(frozen=True, slots=True)
class Clock:
    """Raises `InputError` for a rate or a frame that no voice has."""

    rate_hz: int
    hop: int
    """Samples of a frame."""

    def __post_init__(self) -> None:
        if not MIN_RATE_HZ <= self.rate_hz <= MAX_RATE_HZ:
            raise InputError(f"{self.rate_hz} Hz is no rate of a voice, use {MIN_RATE_HZ} to {MAX_RATE_HZ}")
        if not 1 <= self.hop <= LONGEST_FRAME_S * self.rate_hz:
            raise InputError(f"a frame of {self.hop} samples at {self.rate_hz} Hz is no frame of a voice")

    @property
    def frame_s(self) -> float:
        """Seconds of a frame."""
        return self.hop / self.rate_hz

    def frames(self, seconds: float) -> int:
        """The nearest whole number of frames."""
        return round(seconds / self.frame_s)

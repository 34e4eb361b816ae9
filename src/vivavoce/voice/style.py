"""How a whole text is said."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vivavoce.blocks.manifest import Speaker
from vivavoce.errors import InputError
from vivavoce.text.utterance import Boundary
from vivavoce.voice.acoustics import ProsodySource

SLOWEST, FASTEST = 0.25, 4.0
MOST_SEMITONES = 24.0
LONGEST_PAUSE_S = 10.0
_INSIDE = {
    ",": "comma_s", ";": "semicolon_s", ":": "colon_s", "—": "dash_s", "…": "ellipsis_s", "(": "parenthesis_s",
    ")": "parenthesis_s",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds of silence after what ends, and inside sentences after their punctuation, alike for all voices."""

    parenthesis_s: float = 0.15
    """Before what stands in parentheses, and after it."""
    comma_s: float = 0.2
    colon_s: float = 0.25
    dash_s: float = 0.25
    semicolon_s: float = 0.3
    ellipsis_s: float = 0.4
    part_s: float = 0.2
    """After a part of a sentence that is too long to be said at once."""
    sentence_s: float = 0.35
    paragraph_s: float = 0.7
    heading_s: float = 0.9
    scene_s: float = 1.5
    lead_s: float = 0.05
    """Before the first sound of all."""
    end_s: float = 0.2
    """After the last sound of all."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 0.0 <= getattr(self, name) <= LONGEST_PAUSE_S:
                raise InputError(f"pause {name} is {getattr(self, name):g} s, use 0 to {LONGEST_PAUSE_S:g}")

    def after(self, boundary: Boundary) -> float:
        """Seconds of pause after a sentence with this ending."""
        return float(getattr(self, f"{boundary}_s"))

    def inside(self, mark: str) -> float | None:
        """Seconds after a mark inside a sentence, None for one that asks for no pause."""
        name = _INSIDE.get(mark)
        return None if name is None else float(getattr(self, name))

    def scale(self, factor: float) -> Pauses:
        """All pauses but those around the whole `factor` times as long. Raises `InputError` outside 0 to 5."""
        if not 0.0 <= factor <= 5.0:
            raise InputError(f"pauses {factor:g} times as long, use 0 to 5")
        names = set(self.__slots__) - {"lead_s", "end_s"}
        return replace(self, **{name: factor * getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True)
class SpeakingStyle:
    """By whom, how many times as fast as usual, how many semitones higher, with whose prosody, and with what pauses."""

    speaker: Speaker
    rate: float = 1.0
    pitch_semitones: float = 0.0
    prosody: ProsodySource | None = None
    pauses: Pauses = Pauses()

    def __post_init__(self) -> None:
        if not SLOWEST <= self.rate <= FASTEST:
            raise InputError(f"rate is {self.rate:g}, use {SLOWEST:g} to {FASTEST:g}")
        if not abs(self.pitch_semitones) <= MOST_SEMITONES:
            raise InputError(
                f"pitch is {self.pitch_semitones:g} semitones, use -{MOST_SEMITONES:g} to {MOST_SEMITONES:g}"
            )

"""What a voice's addon says of itself beyond its stack: `details.voice` of `addon.json`."""

from __future__ import annotations

from dataclasses import dataclass, field

from vivavoce.blocks.addon import Addon
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.errors import InputError
from vivavoce.voice.alphabet import CharacterAlphabet

FARTHEST_BOUNDARY_S = 0.5
_NO_SOUND_S = 60.0
"""No sound lasts as long."""


@dataclass(frozen=True)
class VoiceDetails:
    """Every key may be left out."""

    alphabet: CharacterAlphabet | None = None
    """The characters that the networks read; without one, the tokens of `vivavoce.voice.tokens`."""
    boundary_s: float = 0.0
    """Seconds from where a token ends to where it is heard to end; negative where text lags the sound."""
    longest_end_s: float = _NO_SOUND_S
    """Seconds at most that the last sound before a gap is marked for: some models hide the pause in it."""
    kinds: tuple[str, ...] = ()
    """Kinds of sentence, as the input `kind` numbers them; the first is the neutral one."""
    median_f0_hz: dict[str, float] = field(default_factory=dict[str, float])
    """By speaker: what the range of pitch is widened about."""

    mean_energy: dict[str, float] = field(default_factory=dict[str, float])
    """By speaker: the middle of the energy that the decoder reads, where something is voiced."""

    @property
    def hides_pauses(self) -> bool:
        """Whether a pause may be in the sound before it."""
        return self.longest_end_s < _NO_SOUND_S

    def __post_init__(self) -> None:
        if not abs(self.boundary_s) <= FARTHEST_BOUNDARY_S:
            raise InputError(f"boundary_s is {self.boundary_s:g}, use -{FARTHEST_BOUNDARY_S} to {FARTHEST_BOUNDARY_S}")


def voice_details(addon: Addon) -> VoiceDetails:
    """Read `details.voice` of an addon. Raises `InputError` naming the JSON path of what is wrong."""
    found = addon.manifest.details.get("voice", {})
    return read_dataclass(VoiceDetails, found, f"{addon.path}: details.voice of addon.json")

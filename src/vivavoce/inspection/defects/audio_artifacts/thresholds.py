"""What may be set of hum, hiss, distortion and clicks, and how likely each must be to be believed."""

from __future__ import annotations

from dataclasses import dataclass

CLASSES = ("none", "hum", "hiss", "distortion", "clicks")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set. The probabilities are those of the addon where they are 0."""

    hum: float = 0.0
    hiss: float = 0.0
    distortion: float = 0.0
    clicks: float = 0.0
    mains_lines: float = 2.0
    """Multiples of 50 or 60 Hz that stand out in both halves of a second and keep their level, for hum."""
    fewest_lines: float = 2.0
    """How many must stand out in a second, or half of it, however likely hum is: between words they stand free."""
    long_lines: float = 3.0
    """How many do that stand out in the whole second."""
    many_lines: float = 4.0
    """How many do that stand out in half of it."""
    floor_spread_db: float = 1.3
    """How far the high band may fall below its median, for hiss."""
    floor_wander_db: float = 2.0
    """How far it may in the other half, where the sound has no pauses and the noise is there throughout."""
    floor_swing_db: float = 5.0
    """How far it falls in both halves of a second in which there is none."""
    unevenness_db: float = 1.2
    """How far the bins of the high band may lie below those around them, for hiss."""
    flat_tops: float = 1.12
    """How far the highest samples may stick out, for distortion."""
    round_tops: float = 1.4
    """How far they do where nothing is flat, however likely distortion is."""
    digital_silence: float = 0.2
    """Share of a second, or of eight, with no sound at all, as between those of a game: they are flat, not driven."""
    narrow: float = 0.5
    """Probability of distortion from which a narrow band will do for evidence."""
    impulses: float = 3.0
    """Impulses in a second that stand out and have no beat, for clicks."""
    lone: float = 0.26
    """Share of four and more that must be over at once where the sound has no pauses: castanets ring."""
    lone_in_pauses: float = 0.2
    """The same where it has some: keys ring too, but what a click cuts off in speech may end soon after."""
    rhythm: float = 0.45
    """Share of distances between impulses that return in two or four seconds, from which they are played."""
    sure_lines: float = 5.0
    """Multiples of the mains from which the network's word suffices for the seconds beside, for hum."""
    sure_floor_db: float = 1.2
    """The same for hiss: how far the high band may fall in both halves of a second."""
    sure_tops: float = 1.08
    """The same for distortion: how far the highest samples may stick out."""
    pauses: float = 0.25
    """Share of pauses in eight seconds from which sound has pauses, as speech has."""


@dataclass(frozen=True, slots=True)
class Trust:
    """When the network's word counts for something. All are probabilities."""

    alone: float
    """From here on it needs no evidence."""
    in_pauses: float
    """The same where the sound has pauses."""
    supported: float
    """Where the sound has none, evidence alone does not help a word under this."""
    supported_in_pauses: float = 0.0
    """The same where it has some."""
    plain: float = 0.5
    """In place of `supported` where the evidence is plain."""


NEVER = 2.0
"""More than any probability."""

TRUST = {
    "hum": Trust(alone=NEVER, in_pauses=0.7, supported=0.6),
    "hiss": Trust(alone=NEVER, in_pauses=0.95, supported=0.6),
    "distortion": Trust(alone=NEVER, in_pauses=0.9, supported=0.85),
    "clicks": Trust(alone=0.98, in_pauses=0.98, supported=0.92, supported_in_pauses=0.9),
}
"""Chosen on music and speech for development, none of which the network learned from."""

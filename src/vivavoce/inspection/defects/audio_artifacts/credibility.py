"""How far the network's word on a second of sound is believed: what is measured there, and in the seconds before."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.audio_artifacts.evidence import (
    count_steady,
    ends_at_a_cliff,
    find_impulses,
    flat_tops,
    have_a_beat,
    is_driven,
    is_flat_on_one_side,
    is_narrow,
    keep_lone,
    mains_levels,
    rhythm_share,
    unevenness_db,
)
from vivavoce.inspection.defects.audio_artifacts.noise_floor import NoiseFloor
from vivavoce.inspection.defects.audio_artifacts.pauses import Pauses
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, Samples
from vivavoce.inspection.tones import find_pure_tone

CLASSES = ("none", "hum", "hiss", "distortion", "clicks")
WORTH = 0.05
"""Probability under which nothing is looked at twice."""

RHYTHM_S = (2, 4)
"""Seconds over which impulses may have a rhythm: a roll is soon over."""

MANY = 4
"""Impulses of which a share can be told."""

BAND_S = 8.0
"""How long ago a top band was heard at most that is missing now."""


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
    narrow: float = 0.5
    """Probability of distortion from which a narrow band will do for evidence."""
    impulses: float = 3.0
    """Impulses in a second that stand out and have no beat, for clicks."""
    lone: float = 0.26
    """Share of four and more that must be over at once where the sound has no pauses: castanets ring."""
    sure_impulses: float = 4.0
    """How many make clicks plain."""
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
    "clicks": Trust(alone=0.98, in_pauses=0.98, supported=0.92, supported_in_pauses=0.9, plain=0.8),
}
"""Chosen on music and speech for development, none of which the network learned from."""


class Support(Enum):
    """What a second says to what the network says."""

    AGAINST = 0
    """It cannot be so."""
    NONE = 1
    SOME = 2
    PLAIN = 3
    """So much that the seconds beside need none of their own."""


class Credibility:
    """Weighs the network's word on one sound stream, and remembers the seconds before."""

    def __init__(self, limits: Thresholds, wide: bool) -> None:
        """Only where the stream is stored with room for a top band (`wide`) is a missing one an encoder's doing."""
        self._limits, self._wide = limits, wide
        self._pauses, self._band_s = Pauses(), float("-inf")
        self._impulses: dict[int, deque[tuple[float, npt.NDArray[np.int64]]]]
        self._impulses = defaultdict(lambda: deque(maxlen=max(RHYTHM_S)))
        self.paused = False
        """Whether the sound has pauses, as far as it was heard."""
        self._now_s = 0.0
        self._floors: defaultdict[int, NoiseFloor] = defaultdict(NoiseFloor)

    def listen(self, block: AudioBlock) -> None:
        """Take the next second, before it is weighed."""
        self._now_s = block.start_s
        self.paused = self._pauses.add(block.mono) >= self._limits.pauses

    def weigh(self, likely: npt.NDArray[np.float32], channel: int, second: Samples) -> set[str]:
        """Take back, in place, what the network says of a channel's second (samples,) and is not to be believed; the
        names of what is plain in it."""
        plain: set[str] = set()
        self._floors[channel].add(second)
        if likely[1:].max() >= WORTH and find_pure_tone(second, SAMPLE_RATE_HZ):
            likely[1:] = 0.0
        for index, name in enumerate(CLASSES):
            if not index or likely[index] < WORTH:
                continue
            said, trust = float(likely[index]), TRUST[name]
            support = self._support(name, channel, second, said)
            supported = said >= self._least(trust, support)
            alone = support is not Support.AGAINST and said >= (trust.in_pauses if self.paused else trust.alone)
            likely[index] *= supported or alone
            plain |= {name} if supported and support is Support.PLAIN else set()
        if not is_narrow(second):
            self._band_s = self._now_s
        return plain

    def _least(self, trust: Trust, support: Support) -> float:
        """How likely a defect must be to be believed for its evidence."""
        if support in (Support.AGAINST, Support.NONE):
            return NEVER
        return (
            trust.supported_in_pauses if self.paused else trust.plain if support is Support.PLAIN else trust.supported
        )

    def _support(self, name: str, channel: int, second: Samples, said: float) -> Support:
        if name == "clicks":
            return self._support_clicks(channel, second)
        limits, halves = self._limits, np.split(second[: len(second) // 2 * 2], 2)
        if name == "hum":
            levels = [mains_levels(half) for half in halves]
            lines, steady = max(map(count_steady, levels)), count_steady(*levels)
            long = count_steady(mains_levels(second))
            if max(lines, long) < limits.fewest_lines:
                return Support.AGAINST
            some = lines >= limits.many_lines or steady >= limits.mains_lines or long >= limits.long_lines
            return _grade(some, max(lines, long) >= limits.sure_lines)
        if name == "hiss":
            floor = self._floors[channel]
            spreads_db = floor.spreads_db
            if spreads_db[0] > limits.floor_swing_db or unevenness_db(second) > limits.unevenness_db:
                return Support.AGAINST
            wanders = spreads_db[1] > limits.floor_wander_db and not floor.sets_in
            if not self.paused and (wanders or not floor.is_apart):
                return Support.NONE
            return _grade(spreads_db[0] <= limits.floor_spread_db, spreads_db[1] <= limits.sure_floor_db)
        return self._support_distortion(second, halves, said)

    def _support_distortion(self, second: Samples, halves: list[Samples], said: float) -> Support:
        limits = self._limits
        every = [flat_tops(half) for half in halves]
        if min(every) > limits.round_tops and not is_narrow(second):
            return Support.AGAINST
        driven = [top if is_driven(half) else np.inf for top, half in zip(every, halves, strict=True)]
        flattest, other = sorted(driven)
        if not self.paused:
            # The crests of a bass are flat, and so may be the waves of instruments, on one side or now and then.
            crests = self._wide and is_narrow(second)
            flattest = np.inf if crests or is_flat_on_one_side(second) else flattest
        starved = said >= limits.narrow and self._lost_its_band(second)
        flat = flattest <= limits.flat_tops
        lasts = self.paused or other <= limits.flat_tops
        return _grade(starved or flat, lasts and flattest <= limits.sure_tops)

    def _support_clicks(self, channel: int, second: Samples) -> Support:
        times_ms, before = find_impulses(second), self._impulses[channel]
        before.append((self._now_s, times_ms))
        least = self._limits.impulses
        for span_s in RHYTHM_S:
            recent = [1000.0 * start_s + times for start_s, times in before if start_s > self._now_s - span_s]
            if rhythm_share(np.concatenate(recent)) >= self._limits.rhythm:
                return Support.AGAINST
        heard = len(times_ms)
        times_ms = times_ms if self.paused else keep_lone(second, times_ms)
        if len(times_ms) < (self._limits.lone * heard if heard >= MANY else min(1.0, least)):
            return Support.AGAINST
        return _grade(len(times_ms) >= least and not have_a_beat(times_ms), len(times_ms) >= self._limits.sure_impulses)

    def _lost_its_band(self, second: Samples) -> bool:
        """Whether a second has no top band and the stream has room for it; of sound without pauses, as music that is
        soft and deep, also whether there was one before, and what there is breaks off."""
        if not self._wide or not is_narrow(second):
            return False
        return self.paused or (self._now_s - self._band_s <= BAND_S and ends_at_a_cliff(second))


def _grade(some: bool, plain: bool = False) -> Support:
    return Support.PLAIN if some and plain else Support.SOME if some else Support.NONE

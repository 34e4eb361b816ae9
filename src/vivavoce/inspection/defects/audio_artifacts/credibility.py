"""How far the network's word on a second of sound is believed: what is measured there, and in the seconds before."""

from __future__ import annotations

from collections import defaultdict, deque
from enum import Enum

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.defects.audio_artifacts.impulses import (
    find_impulses,
    have_a_beat,
    have_a_pace,
    keep_lone,
    rhythm_share,
)
from vivavoce.inspection.defects.audio_artifacts.mains import count_steady, mains_levels
from vivavoce.inspection.defects.audio_artifacts.noise import unevenness_db
from vivavoce.inspection.defects.audio_artifacts.noise_floor import NoiseFloor
from vivavoce.inspection.defects.audio_artifacts.overdrive import (
    digital_silence,
    ends_at_a_cliff,
    flat_tops,
    has_top_band,
    is_driven,
    is_flat_on_one_side,
    is_narrow,
    loudest_stretch,
)
from vivavoce.inspection.defects.audio_artifacts.pauses import Pauses
from vivavoce.inspection.defects.audio_artifacts.thresholds import CLASSES, NEVER, TRUST, Thresholds, Trust
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, Samples
from vivavoce.inspection.tones import find_pure_tone

WORTH = 0.05
"""Probability under which nothing is looked at twice."""

RHYTHM_S = (2, 4)
"""Seconds over which impulses may have a rhythm: a roll is soon over."""

MANY = 4
"""Impulses of which a share can be told."""

TONE_S = 0.12
"""The shortest tone that is told from other sounds."""

BAND_S = 8.0
"""How long ago a top band was heard at most that is missing now, and for how long digital silence is remembered."""


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
        self._silent: deque[float] = deque(maxlen=round(BAND_S))
        """The share of each of the last seconds that is digital silence."""
        self._floors: defaultdict[int, NoiseFloor] = defaultdict(NoiseFloor)

    def listen(self, block: AudioBlock) -> None:
        """Take the next second, before it is weighed."""
        self._now_s = block.start_s
        self.paused = self._pauses.add(block.mono) >= self._limits.pauses
        self._silent.append(digital_silence(block.mono))

    def noise_db(self, channel: int) -> float:
        """How loud the noise of a channel's last second is, in dB; NaN where it is not noise alone."""
        return self._floors[channel].level_db

    def weigh(self, likely: npt.NDArray[np.float32], channel: int, second: Samples) -> set[str]:
        """Take back, in place, what the network says of a channel's second (samples,) and is not to be believed; the
        names of what is plain in it."""
        plain: set[str] = set()
        self._floors[channel].add(second)
        if likely[1:].max() >= WORTH and _is_tone(second):
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
        if has_top_band(second):
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
        starved = any(map(self._lost_its_band, halves))
        if min(every) > limits.round_tops and not starved:
            return Support.AGAINST
        driven = [top if is_driven(half) else np.inf for top, half in zip(every, halves, strict=True)]
        flattest, other = sorted(driven)
        if not self.paused:
            # The crests of a bass are flat, and so may be the waves of instruments, on one side or now and then.
            crests = self._wide and not has_top_band(second)
            flattest = np.inf if crests or is_flat_on_one_side(second) else flattest
        flat = flattest <= limits.flat_tops
        silent = max(self._silent[-1], float(np.mean(self._silent)))
        made = silent >= limits.digital_silence or self._is_telephone_like(second)
        if made and not flat and not starved:
            return Support.AGAINST
        lasts = self.paused or other <= limits.flat_tops
        return _grade((starved and said >= limits.narrow) or flat, lasts and flattest <= limits.sure_tops)

    def _support_clicks(self, channel: int, second: Samples) -> Support:
        times_ms, before = find_impulses(second), self._impulses[channel]
        before.append((self._now_s, times_ms))
        least = self._limits.impulses
        if have_a_pace(times_ms):
            return Support.AGAINST
        for span_s in RHYTHM_S:
            recent = [1000.0 * start_s + times for start_s, times in before if start_s > self._now_s - span_s]
            if rhythm_share(np.concatenate(recent)) >= self._limits.rhythm:
                return Support.AGAINST
        heard, lone_ms = len(times_ms), keep_lone(second, times_ms)
        share = self._limits.lone_in_pauses if self.paused else self._limits.lone
        if len(lone_ms) < share * heard and heard >= MANY:
            return Support.AGAINST
        times_ms = times_ms if self.paused else lone_ms
        if len(times_ms) < min(1.0, least):
            return Support.AGAINST
        return _grade(len(times_ms) >= least and not have_a_beat(times_ms))

    def _is_telephone_like(self, second: Samples) -> bool:
        """Whether a second has no top band, nor had any before, though the stream has room for one."""
        return self._wide and self._now_s - self._band_s > BAND_S and not has_top_band(second)

    def _lost_its_band(self, part: Samples) -> bool:
        """Whether a part of a second has no top band, the stream has room for one, and there was one before: telephone
        sound never had any. In music that is soft and deep none is missing: there, what there is must break off."""
        if not self._wide or not is_narrow(part) or self._now_s - self._band_s > BAND_S:
            return False
        return self.paused or ends_at_a_cliff(part)


def _is_tone(second: Samples) -> bool:
    """Whether all that sounds in a second (samples,) is a pure tone, as a line-up signal or a beep."""
    stretch = loudest_stretch(second)
    return len(stretch) >= TONE_S * SAMPLE_RATE_HZ and find_pure_tone(stretch, SAMPLE_RATE_HZ) is not None


def _grade(some: bool, plain: bool = False) -> Support:
    return Support.PLAIN if some and plain else Support.SOME if some else Support.NONE

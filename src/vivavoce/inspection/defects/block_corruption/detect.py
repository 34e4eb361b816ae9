"""Block corruption: wrong, displaced, smeared or missing macroblocks, as a probability map over the picture."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.content import is_chart
from vivavoce.inspection.defects.block_corruption.features import CELL, block_figures, change_steps, picture_steps
from vivavoce.inspection.defects.block_corruption.odd_pictures import OddPictures
from vivavoce.inspection.detector import Detector, Sampling
from vivavoce.inspection.event import Event
from vivavoce.inspection.event_grouper import EventGroup, EventGrouper
from vivavoce.inspection.media import MediaInfo, Plane, VideoFrame, apart

Decision = Literal["learned", "area"]

CORRUPT = 0.5
MAX_AREA = 0.07
GAP_S = 0.7
ODD_GAP_S, ODD_SCORE = 1.0, 0.9
HELD = 0.3
"""Mean change in levels under which a picture is held."""

WORDS, FEW_WORDS = 9, 4
"""Looks, three seconds of them, and the fewest, in which the network may suspect most of a texture."""

DOUBTFUL = 0.7
"""Probability from which the second look is taken."""

LEAST_RATIO = 1.1
"""How far the change steps at the borders of blocks, against inside them, at least."""

LEAST_SHARE, CLEARLY, BEYOND = 0.18, 1.5, 1.0
"""Part of the corrupt blocks, at least, at whose borders it steps clearly further: so many times and levels. Fast
close-ups, out of focus, step a little further at all of them, as their coding does."""

ON_PROBABILITY, ON_RATIO, ON_STEP, BIAS = 0.49, 1.03, 3.58, -3.79
"""Logistic regression over the logit of the probability, the logarithm of how far the change steps at the borders of
the corrupt blocks beyond inside them, and log(1 + that difference in levels), fitted to made and clean pictures."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What may be set."""

    probability: float = 0.7
    """That blocks are corrupt, after the second look."""
    exit_ratio: float = 0.6
    """Part of it that keeps an event going."""
    looks: float = 2.0
    """Corrupt looks, a third of a second apart, that make an event."""
    suspicions: float = 3.0
    """How many do of which one is corrupt after the second look, and the others by the network's word."""
    suspected: float = 0.95
    """Probability of such a word, over 7 % of the picture and more."""
    odd_pictures: float = 2.0
    """Single odd pictures, none over a second after the one before, that make an event."""


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What was seen in one picture."""

    probability: float
    """That 7 % of the picture or more is corrupt, by the learned decision."""
    area: float
    """Share of the map that is more likely corrupt than not."""
    map: npt.NDArray[np.float32]
    """Probability of corruption of each cell of 32 x 32 pixels, (rows, columns)."""
    confirmed: float = 0.0
    """That the change is one of blocks: the probability after the second look."""
    came: bool = True
    """The blocks came with this picture; False where they went, as when the picture is whole again."""


class BlockCorruption(Detector):
    """Macroblocks that were lost, displaced or decoded from damaged data, and what smears from them.

    A residual network, its last layer a 1 x 1 convolution, reads what each block of 16 x 16 pixels is like (borders,
    inside, change since the picture before) and gives a map with one value for 32 x 32 pixels (224 x 224 gives 7 x 7,
    1080p 33 x 60; cells that the picture cuts off are left out). Version 1 (`area`) calls a picture corrupt when over
    0.07 of the map is over one half; version 2 (`learned`, the default) has a decision over the map's statistics that
    was trained jointly with the map, and a second look: in the cells that the map calls corrupt the change since the
    picture before must step at the borders of blocks, as motion, texture and defocus do not. Two corrupt looks, none
    over 0.7 s after the one before, are an event, or one and two more of which the network is sure; it goes on while
    pictures come near the threshold. Looks at every
    third of a second; a picture that is held is compared with that of the look before, and stays corrupt while it is
    held.

    Parts that are wrong in one picture alone, between two that agree, are looked for in every picture: two of them
    within a second are an event.

    Limits: corruption that lasts under a second passes; under 7 % of the picture it is not meant to be found; lost
    pictures that the decoder repeats whole are a freeze; blocks that only show an older moment are hard to see.
    Blocks must lie where the encoder put them: of video that was scaled afterwards little is found.
    Coloured blocks with right luma are not seen.
    Test patterns and plain screens are passed over.
    Fails on: mosaics and pixel art that are meant, glitch transitions, confetti and split screens of hard edges;
    and misses damage that the decoder conceals well by copying a still background.
    """

    names: ClassVar[tuple[str, ...]] = ("block_corruption",)
    sampling: ClassVar[Sampling] = Sampling(every_s=0.32, burst=2)
    Thresholds = Thresholds

    def __init__(self, media: MediaInfo, thresholds: Any = None, decision: Decision = "learned") -> None:
        super().__init__(media, thresholds)
        self._network = load_learned("block_corruption", "corruption").networks["corruption"]
        self._decision = decision
        self._before: Plane | None = None
        self._before_number = -2
        self._last_look: Plane | None = None
        self._last: Observation | None = None
        self._grouper = EventGrouper(GAP_S, exit_ratio=self.thresholds.exit_ratio)
        self._worst: Observation | None = None
        self._corrupt = self._suspected = 0
        self._words: deque[bool] = deque(maxlen=WORDS)
        self._odd, self._odd_grouper = OddPictures(), EventGrouper(ODD_GAP_S)

    def judge(self, before: Plane, luma: Plane) -> Observation:
        """The luma of a picture and of an earlier one, (height, width) uint8, at least 32 x 32."""
        figures = block_figures(before, luma)
        made = self._network.run({"figures": figures[None]})
        cells, probability = made["map"][0], float(made["decision"][0])
        confirmed = second_look(figures, cells, probability) if probability >= DOUBTFUL else 0.0
        return Observation(probability, float((cells > CORRUPT).mean()), cells, confirmed, _blocks_came(figures, cells))

    def watch(self, frame: VideoFrame) -> Iterator[Event]:
        if span := self._odd.take(frame):
            for group in self._odd_grouper.add(*span, 1.0):
                yield from self._odd_event(group)

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        follows = frame.number == self._before_number + 1
        before, self._before, self._before_number = self._before, frame.luma.copy(), frame.number
        if not follows or before is None or min(frame.luma.shape) < CELL:
            return
        self._before_number = -2
        if is_chart(frame.small):
            return
        observation = self._observe(before, self._before)
        end_s = frame.time_s + frame.seconds
        ratio, suspected = self._ratio(observation), self._is_suspected(observation)
        if not self._corrupt:
            self._words.append(suspected)
        suspected = suspected and not self._is_fooled()
        for span in self._grouper.add(frame.time_s - frame.seconds, end_s, max(ratio, float(suspected))):
            yield from self._event(span.start_s, span.end_s)
        self._suspected += suspected and ratio < 1.0
        if ratio >= 1.0:
            self._corrupt += 1
            if self._worst is None or observation.probability > self._worst.probability:
                self._worst = observation

    def finish(self, end_s: float) -> Iterator[Event]:
        for span in self._grouper.finish():
            yield from self._event(span.start_s, min(span.end_s, end_s))
        for group in self._odd_grouper.finish():
            yield from self._odd_event(group)

    def _observe(self, before: Plane, luma: Plane) -> Observation:
        """A picture that is held is judged by what it changed when it came, and keeps that judgement."""
        last_look, self._last_look = self._last_look, luma
        if last_look is None or not _is_held(before, luma):
            self._last = self.judge(before, luma)
            return self._last
        if self._last is None or not _is_held(last_look, luma):
            self._last = self.judge(last_look, luma)
        if not self._last.came:
            self._last = replace(self._last, probability=0.0, area=0.0, confirmed=0.0)
        return self._last

    def _ratio(self, observation: Observation) -> float:
        if self._decision == "area":
            return observation.area / MAX_AREA
        return observation.confirmed / self.thresholds.probability

    def _is_suspected(self, observation: Observation) -> bool:
        """Whether the network is sure of a large part, whatever the second look says: beside a picture that passes it
        others are corrupt too."""
        sure = observation.probability >= self.thresholds.suspected and observation.area >= MAX_AREA
        return sure and self._decision == "learned"

    def _is_fooled(self) -> bool:
        """Whether the network has suspected most of what was seen before the event: then it is the texture."""
        return len(self._words) >= FEW_WORDS and 2 * sum(self._words) > len(self._words)

    def _event(self, start_s: float, end_s: float) -> Iterator[Event]:
        worst, self._worst = self._worst, None
        count, self._corrupt = self._corrupt, 0
        suspected, self._suspected = self._suspected, 0
        limits = self.thresholds
        if worst is None or (count < limits.looks and count + suspected < limits.suspicions):
            return
        count += suspected
        evidence = {"map": np.round(worst.map, 2).tolist(), "area": round(worst.area, 4), "pictures": count}
        yield Event("block_corruption", start_s, end_s, worst.probability, evidence)

    def _odd_event(self, group: EventGroup) -> Iterator[Event]:
        if group.count >= self.thresholds.odd_pictures:
            evidence = {"kind": "single pictures", "pictures": group.count}
            yield Event("block_corruption", group.start_s, group.end_s, ODD_SCORE, evidence)


def second_look(figures: npt.NDArray[np.float32], cells: npt.NDArray[np.float32], probability: float) -> float:
    """Probability that a doubtful picture is corrupt: whether the change of its corrupt cells is one of blocks.

    `figures` are those of `block_figures`, `cells` the map of the network.
    """
    borders, insides = change_steps(figures)
    corrupt = _corrupt_blocks(cells)
    border, inside = float(borders[corrupt].mean()), float(insides[corrupt].mean())
    clear = float((borders > CLEARLY * insides + BEYOND)[corrupt].mean())
    if border < LEAST_RATIO * inside or clear < LEAST_SHARE:
        return 0.0
    odds = np.log(np.clip(probability, 1e-3, 1 - 1e-3) / (1 - np.clip(probability, 1e-3, 1 - 1e-3)))
    score = ON_PROBABILITY * odds + ON_RATIO * np.log((border + 0.05) / (inside + 0.25)) + BIAS
    score += ON_STEP * np.log1p(max(0.0, border - inside))
    return float(1.0 / (1.0 + np.exp(-score)))


def _blocks_came(figures: npt.NDArray[np.float32], cells: npt.NDArray[np.float32]) -> bool:
    """Whether the borders of the corrupt cells stand out more in this picture than in the earlier one."""
    corrupt = _corrupt_blocks(cells)
    now, before = (float((borders - insides)[corrupt].mean()) for borders, insides in picture_steps(figures))
    return now >= before


def _corrupt_blocks(cells: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Which blocks of 16 x 16 lie in corrupt cells, the two likeliest at least, (2 * rows, 2 * columns)."""
    likeliest = float(np.partition(cells.ravel(), -2)[-2]) if cells.size > 1 else -1.0
    return np.repeat(np.repeat(cells >= min(CORRUPT, likeliest), 2, 0), 2, 1)


def _is_held(before: Plane, luma: Plane) -> bool:
    if before.shape != luma.shape:
        return False
    one, two = before[::4, ::4], luma[::4, ::4]
    return float(apart(one, two).mean()) < HELD
